package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// codedError is an error with the exit code it stands for.
type codedError struct {
	code int
	err  error
	list []error // each printed on a line of its own
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &codedError{code: exitcode.Usage, err: fmt.Errorf(format, args...)}
}

// oneOf returns a usage error unless the value of a flag is a known one.
func oneOf(flag, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usageError("%s %q is not one of %s", flag, value, strings.Join(known, ", "))
}

var errTimeout = usageError("--timeout must be more than 0")

func toolError(format string, args ...any) error {
	return &codedError{code: exitcode.Error, err: fmt.Errorf(format, args...)}
}

// brokenError returns the error for a target that breaks the contract, which counts for more than what else
// went wrong. also may be nil.
func brokenError(also error, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if also != nil {
		err = fmt.Errorf("%w; %w", err, inOneLine(also))
	}
	return &codedError{code: exitcode.Broken, err: err}
}

// unwritten returns the error for a list or a document that could not be written to standard
// output. A reader that stops early, such as head, is not an error.
func unwritten(what string, err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return toolError("writing %s: %w", what, err)
}

// program is what commands share: their environment, their streams and what is needed at the end.
type program struct {
	env environment
	// environ lists the variables that are set, in the form of os.Environ.
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	// filled are the flags that were set from variables.
	filled []filledFlag
	// secrets removes the secrets of flags and environment from errors and logs.
	secrets *secrets.Redactor
	// lastWords is printed when the program has to end before its command could clean up.
	lastWords atomic.Pointer[string]
	// atOnce is called in the same case, before lastWords is printed.
	atOnce atomic.Pointer[func()]
	// ending is held by whatever ends the program.
	ending sync.Mutex
}

// run executes a command line and returns its exit code.
func (p *program) run(ctx context.Context, args []string) int {
	log.SetOutput(io.Discard) // net/http would log unsolicited responses there, secrets included
	p.learnEnvironment()
	root := p.rootCommand()
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		p.learnFlags(cmd.Flags())
		return checkVariables(p.environ)
	}
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if errors.Is(err, errVersion) {
		err = p.printVersion()
	}
	return p.exitCode(err)
}

// rootCommand returns the root command with all its subcommands.
func (p *program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "unleash-mock",
		Short: "A mock of Unleash, and contract tests of servers and traffic",
		Long: `unleash-mock stands in for a real Unleash: it serves SDKs, and the parts of the Admin API
that tests need, with state, authentication, validation and the real error bodies. It also
verifies servers and traffic against the contract of that API.

Flags take precedence over environment variables, and those over defaults. Exit codes:
` + exitcode.Help() + `With --run, serve and proxy exit with their command's code if it failed.`,
		Example: `  unleash-mock serve
  unleash-mock serve --flags flags.yaml --run 'npm test'
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN"
  unleash-mock proxy --upstream https://unleash.example.com --run 'npm test'`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(wrongFlag)
	root.PersistentFlags().BoolFuncP("version", "v", "print the version", askVersion)
	root.AddCommand(p.serveCommand(), p.specCommand(), p.seedCommand(), p.healthCommand(), p.proxyCommand(), p.driftCommand(), p.verifyCommand(), p.doctorCommand(), p.versionCommand())
	p.fillFirst(root.Commands())
	completeValues(root.Commands(), flagValues())
	root.InitDefaultHelpCmd()
	for _, command := range root.Commands() {
		if command.Name() == "help" {
			command.Run, command.RunE = nil, help
		}
	}
	return root
}

// fillFirst makes commands refuse flags that were typed without a value, set others from their
// environment variables, and check the files that they write, before they run.
func (p *program) fillFirst(commands []*cobra.Command) {
	for _, command := range commands {
		p.fillFirst(command.Commands())
		run := command.RunE
		command.RunE = func(cmd *cobra.Command, args []string) error {
			if err := cmp.Or(p.checkTyped(cmd.Flags()), p.fill(cmd.Flags()), checkOutputs(cmd.Flags())); err != nil {
				return err
			}
			return run(cmd, args)
		}
	}
}

// errVersion makes the parsing of flags end at --version, whatever comes after it. Cobra's own
// version flag is not used, because it calls methods by name, which makes the linker keep all
// methods of the program.
var errVersion = errors.New("--version")

func askVersion(value string) error {
	asked, err := strconv.ParseBool(value)
	if asked {
		err = errVersion
	}
	return err
}

// help shows the help of a command, and refuses an unknown command.
func help(cmd *cobra.Command, args []string) error {
	topic, rest, err := cmd.Root().Find(args)
	if err == nil && len(rest) > 0 {
		err = noCommand(topic, rest)
	}
	if err != nil {
		return err
	}
	return topic.Help()
}

// exitCode prints the error, in one line and one more for each error in its list, and returns its
// code.
func (p *program) exitCode(err error) int {
	if err == nil {
		return exitcode.OK
	}
	fmt.Fprintln(p.stderr, "unleash-mock:", p.line(err)+p.source(err))
	var coded *codedError
	if !errors.As(err, &coded) {
		return exitcode.Usage // what cobra itself refuses: unknown commands and arguments
	}
	for _, one := range coded.list {
		fmt.Fprintln(p.stderr, "  "+p.line(one))
	}
	return coded.code
}

// line returns an error's message in one line that is safe to print.
func (p *program) line(err error) string { return visible.Line(p.secrets.Text(err.Error())) }

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  unleash-mock version",
		Args:    noArguments,
		RunE:    func(*cobra.Command, []string) error { return p.printVersion() },
	}
}

func (p *program) printVersion() error {
	if _, err := fmt.Fprintln(p.stdout, "unleash-mock", productVersion()); err != nil {
		return toolError("writing the version: %w", err)
	}
	return nil
}

// version is set by the linker for releases.
var version = ""

// productVersion returns the release, or else the version that the Go toolchain recorded in the
// build.
func productVersion() string {
	if version != "" {
		return version
	}
	if info, known := debug.ReadBuildInfo(); known && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
