package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// flagValues are the values that shells offer for flags, by the flag's name or, where commands differ, by the
// command's and the flag's.
func flagValues() map[string][]string {
	return map[string][]string{
		"control":       {controlOn, controlOff},
		"count":         {countUnnoticed, countAll, countNone},
		"drift edition": {anyEdition, string(spec.Enterprise), string(spec.OpenSource)},
		"drift format":  drift.Formats(),
		"durability":    {storeEachSecond, storeAlways},
		"edition":       {string(spec.Enterprise), string(spec.OpenSource)},
		"judge":         {string(proxy.Both), string(proxy.Requests), string(proxy.Responses)},
		"limits":        {"unleash", "off"},
		"log-level":     {"debug", "info", "warn", "error"},
		"profile":       {"core", "enterprise", "all", "contract"},
		"spec format":   {"yaml", "json"},
		"validation":    {string(mockserver.Strict), string(mockserver.Faithful)},
		"verify format": append([]string{formatText}, report.Formats()...),
	}
}

// completeValues makes shells offer values of flags, and no files where no file belongs.
func completeValues(commands []*cobra.Command, known map[string][]string) {
	for _, command := range commands {
		completeValues(command.Commands(), known)
		command.ValidArgsFunction = cobra.NoFileCompletions
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			values := known[command.Name()+" "+flag.Name]
			if values == nil {
				values = known[flag.Name]
			}
			switch {
			case flag.Name == "operation":
				offer(command, flag, operationIDs)
			case values != nil || slices.Contains(withoutFiles, flag.Value.Type()):
				offer(command, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
			}
		})
	}
}

// withoutFiles are the types of flags whose values are never files, by pflag's name of the type.
var withoutFiles = []string{"int", "int64", "duration"}

// offer makes shells ask a function for the values of a flag.
func offer(command *cobra.Command, flag *pflag.Flag, values cobra.CompletionFunc) {
	if err := command.RegisterFlagCompletionFunc(flag.Name, values); err != nil {
		panic(err) // the flag has been found in the command
	}
}

// operationIDs offers the operations of the contract.
func operationIDs(*cobra.Command, []string, string) (ids []string, _ cobra.ShellCompDirective) {
	for _, operation := range spec.Default().Operations() {
		ids = append(ids, operation.ID)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
