package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/spelling"
)

// variablePrefix begins the names of the product's own environment variables.
const variablePrefix = "UNLEASH_MOCK_"

// knownVariables lists the environment variables that a command reads.
func knownVariables() []string {
	names := append([]string{controlTokenVariable, replayVariable, corsVariable, flagsTokenVariable}, outerVariables...)
	for _, table := range []map[string]string{
		serverVariables, serveVariables, httpsVariables, workspaceVariables, storeVariables, flagsFromVariables, targetVariables, choiceVariables,
	} {
		names = slices.AppendSeq(names, maps.Values(table))
	}
	return names
}

// checkVariables refuses misspelt variables. It ignores other unknown names with the prefix, which
// have other origins: compose files and Kubernetes set some for a service named unleash-mock.
func checkVariables(environ []string) error {
	known := knownVariables()
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variablePrefix) || slices.Contains(known, name) {
			continue
		}
		if meant := spelling.Nearest(name, known); meant != "" {
			return usageError("environment variable %s is not known; did you mean %s?", name, meant)
		}
	}
	return nil
}

// noCommand refuses arguments where a command is expected.
func noCommand(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case hasOpenHeader(cmd):
		return errOpenHeader
	}
	return usageError("unknown command %q for %q%s", args[0], cmd.CommandPath(),
		cmp.Or(meaning("", meantCommand(cmd, args[0])), fmt.Sprintf("; see '%s --help'", cmd.CommandPath())))
}

// foreignCommands are names that other mocks have for commands of this one, and a command below another.
var foreignCommands = map[string]string{
	"start": "serve", "run": "serve", "mock": "serve", "up": "serve", "server": "serve", "edge": "serve", "offline": "serve",
	"record": "proxy", "replay": "serve", "check": "verify", "test": "verify", "diff": "drift", "sweep": "verify sweep",
}

// meantCommand returns the command that somebody may mean by an unknown name; empty if there is none.
func meantCommand(cmd *cobra.Command, unknown string) string {
	if meant := foreignCommands[unknown]; meant != "" && !cmd.HasParent() {
		return meant
	}
	var names []string
	for _, command := range cmd.Commands() {
		names = append(names, command.Name())
	}
	return spelling.Nearest(unknown, names)
}

// noArguments refuses arguments of a command that takes only flags. A URL or a file gets the flags that it may
// belong to.
func noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case hasOpenHeader(cmd):
		return errOpenHeader
	}
	hint := ""
	name := instanceFlag(cmd)
	switch isURL := strings.Contains(args[0], "://"); {
	case isURL && name != "":
		hint = "give the URL with --" + name
	case !isURL && slices.Contains(fileEndings, filepath.Ext(args[0])):
		hint = fileHint(cmd)
	case !isURL && cmd.HasSubCommands():
		return noCommand(cmd, args)
	}
	return usageError("%s takes flags only, not the argument %q; %s", cmd.CommandPath(), args[0],
		cmp.Or(hint, fmt.Sprintf("see '%s --help'", cmd.CommandPath())))
}

// fileFlags are the flags that take a file, and fileEndings are what its name may end with.
var (
	fileEndings = []string{".yaml", ".yml", ".json", ".jsonl"}
	fileFlags   = []string{"flags", "spec", "replay", "document", "check", "from-recording"}
)

// fileHint says which flags of a command take a file; it is empty if none does.
func fileHint(cmd *cobra.Command) string {
	var names []string
	for _, name := range fileFlags {
		if cmd.Flags().Lookup(name) != nil {
			names = append(names, "--"+name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "give the file with " + strings.Join(names, " or ")
}

// errOpenHeader does not repeat the argument, which is a part of the header and may be a secret.
var errOpenHeader = usageError("quote the whole header of --header, as in --header 'NAME: VALUE'")

// hasOpenHeader reports whether a header lacks quotes, so that its value is an argument.
func hasOpenHeader(cmd *cobra.Command) bool {
	headers := cmd.Flags().Lookup("header")
	return headers != nil && slices.ContainsFunc(valuesOf(headers), func(header string) bool { return strings.HasSuffix(header, ":") })
}

// wholeCommand is noArguments for a command with --run, whose shell command may lack quotes.
func wholeCommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 && cmd.Flags().Changed("run") {
		return usageError("the argument %q belongs to no flag; %s", args[0], unquoted)
	}
	if len(args) > 0 && cmd.ArgsLenAtDash() == 0 { // -- npm test, as others take a command
		return usageError("a command goes to --run; %s", unquoted)
	}
	return noArguments(cmd, args)
}

// unquoted is the advice for a flag that may have been meant for the command of --run.
const unquoted = "quote the whole command of --run, as in --run 'npm test'"

// helpFlag is --help of a command with --run. After a command of one word, or of several that lack quotes, it may
// have been meant for that command.
type helpFlag struct {
	command *cobra.Command
	asked   bool
}

// errHelp makes the parsing of flags end at a --help that may belong to the command of --run.
var errHelp = errors.New("--help")

// addHelp gives a command with --run its --help.
func addHelp(command *cobra.Command) {
	command.Flags().VarPF(&helpFlag{command: command}, "help", "h", "help for "+command.Name()).NoOptDefVal = "true"
}

func (h *helpFlag) String() string { return strconv.FormatBool(h.asked) }
func (h *helpFlag) Type() string   { return "bool" }

// Set is called for the flag, after the flags and arguments before it.
func (h *helpFlag) Set(text string) (err error) {
	h.asked, err = strconv.ParseBool(text)
	set := h.command.Flags()
	if run := set.Lookup("run"); h.asked && run.Changed && (set.NArg() > 0 || !strings.ContainsAny(run.Value.String(), " \t\n")) {
		return errHelp
	}
	return err
}

// instanceFlags are the flags that take the URL of an instance; no command has two of them.
var instanceFlags = []string{"target", "upstream", "url"}

// instanceFlag returns the command's flag for the URL of the instance that it is about; empty if it has none.
// That of serve is no such flag: it passes on what the mock does not answer, writes too.
func instanceFlag(cmd *cobra.Command) string {
	for _, name := range instanceFlags {
		if cmd.Flags().Lookup(name) != nil && cmd.Name() != "serve" {
			return name
		}
	}
	return ""
}

// exclusive makes a command refuse two flags given together.
func exclusive(command *cobra.Command, one, other string) {
	command.MarkFlagsMutuallyExclusive(one, other) // for completions
	command.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed(one) && cmd.Flags().Changed(other) {
			return usageError("--%s and --%s exclude each other; give one of them", one, other)
		}
		return nil
	}
}

// wrongFlag returns the error for an unknown flag or an invalid value.
func wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var wrong *pflag.InvalidValueError
	switch {
	case (errors.Is(err, errVersion) || errors.Is(err, errHelp) || errors.As(err, &unknown)) && cmd.Flags().NArg() > 0 && cmd.Flags().Changed("run"):
		return cmd.Args(cmd, cmd.Flags().Args()) // the flag of a command that lacks quotes
	case errors.Is(err, errVersion) && cmd.Flags().Changed("run") && cmd.Name() != "sweep": // whose --run is no command
		return usageError("the flag after --run asks for the version of unleash-mock; %s", unquoted)
	case errors.Is(err, errHelp):
		return usageError("the flag after --run asks for the help of %s; %s, or put the flag before --run", cmd.CommandPath(), unquoted)
	case errors.Is(err, errVersion):
		return err
	case errors.As(err, &unknown) && cmd.HasSubCommands() && cmd.Args(cmd, cmd.Flags().Args()) != nil:
		return cmd.Args(cmd, cmd.Flags().Args()) // the flag of a command that does not exist
	case errors.As(err, &unknown):
		meant := meantFlag(cmd, cmp.Or(unknown.GetSpecifiedShortnames(), unknown.GetSpecifiedName()))
		if run := cmd.Flags().Lookup("run"); meant == "" && run != nil && run.Changed && cmd.Name() != "sweep" {
			return usageError("%w; if it belongs to the command, %s", err, unquoted)
		}
		err = fmt.Errorf("%w%s", err, meaning("--", meant))
	case errors.As(err, &wrong):
		err = fmt.Errorf("--%s %q is not %s", wrong.GetFlag().Name, wrong.GetValue(), kindOf(wrong.GetFlag()))
	}
	return usageError("%w; see '%s --help'", err, cmd.CommandPath())
}

// foreignFlags are names that other mocks and their commands have for flags of these.
var foreignFlags = map[string]string{
	"p": "port", "host": "listen", "hostname": "listen", "bind": "listen", "bind-address": "listen", "address": "listen",
	"cert": "tls-cert", "key": "tls-key", "https": "tls", "ssl": "tls", "debug": "log-level", "verbose": "log-level",
	"openapi": "spec", "schema": "spec", "data": "flags", "bootstrap-file": "flags",
	"junit": "report", "html": "report", "out": "output", "api-key": "token", "api-token": "token", "admin-token": "token",
}

// meantFlag returns the flag of a command that somebody may mean by an unknown name, given with one dash or
// two; empty if there is none.
func meantFlag(cmd *cobra.Command, unknown string) string {
	unknown, _, _ = strings.Cut(unknown, "=") // of a flag with one dash
	if slices.Contains(instanceFlags, unknown) {
		return instanceFlag(cmd)
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	if meant := foreignFlags[unknown]; slices.Contains(names, meant) {
		return meant
	}
	return spelling.Nearest(unknown, names)
}

// kinds describes the values that flags take, by pflag's name of their type.
var kinds = map[string]string{
	"int": "a whole number", "int64": "a whole number", "bool": "true or false", "duration": "a time, such as 30s or 5m",
}

// kindOf describes the values that a flag takes.
func kindOf(flag *pflag.Flag) string { return cmp.Or(kinds[flag.Value.Type()], "a valid value") }

// meaning returns the question whether a name was meant, for the end of an error; it is empty if there is no name.
func meaning(prefix, name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s%s?", prefix, name)
}
