package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

type doctorFlags struct {
	targetFlags
	choiceFlags
}

func (p *program) doctorCommand() *cobra.Command {
	flags := &doctorFlags{}
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Check an instance: reachability, edition, version, tokens, limits, and the profile that fits",
		Long: `Check an instance, real or mocked, as "unleash-mock verify" does before its first
scenario, and report what it would verify. Only GET requests are sent.

Exit 0 if the instance was reached and accepts the tokens, 1 if it refuses one, 3 if it
cannot be reached.`,
		Example: `  unleash-mock doctor --target http://127.0.0.1:4242
  unleash-mock doctor --target https://unleash.example.com --token "$ADMIN_TOKEN" --backend-token "$BACKEND_TOKEN"
  unleash-mock doctor --target https://unleash.example.com --token "$ADMIN_TOKEN" --project shop --environment staging`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.examine(cmd.Context(), flags) },
	}
	flags.targetFlags.add(command.Flags(), p.env)
	flags.addTokens(command.Flags())
	flags.choiceFlags.add(command.Flags(), usualProfiles+"; by default whatever the target has")
	fromEnvironment(command.Flags(), targetVariables, choiceVariables)
	return command
}

// examine inspects a target and prints what it finds.
func (p *program) examine(ctx context.Context, flags *doctorFlags) error {
	options, err := flags.options(ctx)
	if err != nil {
		return err
	}
	flags.choose(&options)
	if options.Profile == conformance.Contract {
		return usageError("--profile %s has no scenarios, which doctor counts; verify --profile %s --list shows what it would call", options.Profile, options.Profile)
	}
	options.DryRun = true
	var notes []string
	options.Found = func(_ report.Target, _ report.Run, found []string) { notes = found }
	r, err := conformance.Run(ctx, options)
	if err != nil {
		return suiteError(err)
	}
	var written error
	if _, err := fmt.Fprintln(p.stdout, strings.Join(diagnosis(r, notes, flags.profile != ""), "\n")); err != nil {
		written = toolError("writing the diagnosis: %w", err)
	}
	if r.ExitCode == exitcode.Broken {
		return brokenError(written, "the target refuses a token")
	}
	return written
}

// reasonsShown is the maximum number of reasons shown for scenarios that would not run.
const reasonsShown = 5

// diagnosis returns what was found out about a target, one fact per line. isChosen says that the profile
// was not derived from what was found.
func diagnosis(r *report.Report, notes []string, isChosen bool) []string {
	lines := [][2]string{
		{"reached", r.Target.URL},
		{"edition", cmp.Or(r.Target.Edition, "not known; an admin's token shows it")},
		{"version", cmp.Or(r.Target.Version, "not known")},
		{"mock", r.Target.Mock},
		{"tokens", cmp.Or(strings.Join(r.Run.Tokens, ", "), "none; scenarios that need one are left out")},
	}
	for _, note := range notes {
		lines = append(lines, [2]string{"note", note})
	}
	if r.ExitCode == exitcode.Broken { // then verify ends before its first scenario, or fails
		lines = append(lines, [2]string{"next", "fix the token named above, then run doctor again"})
	} else {
		lines = append(lines, prospects(r, isChosen)...)
	}
	var out []string
	for _, line := range lines {
		if line[1] != "" {
			out = append(out, visible.Line(fmt.Sprintf("%-8s %s", line[0], line[1])))
		}
	}
	return out
}

// prospects returns what verify would run on a target, and how to start it.
func prospects(r *report.Report, isChosen bool) [][2]string {
	fits := "fits"
	if isChosen {
		fits = "is chosen"
	}
	lines := [][2]string{{"profile", fmt.Sprintf("%s %s; %d of %d scenarios would run, read-only", r.Run.Profile, fits, r.Summary.Skipped, len(r.Scenarios))}}
	for _, reason := range disabled(r) {
		lines = append(lines, [2]string{"", reason})
	}
	next := fmt.Sprintf("unleash-mock verify --target %s --profile %s", r.Target.URL, r.Run.Profile)
	if r.Run.Project != usualProject {
		next += " --project " + r.Run.Project
	}
	if r.Run.Environment != usualEnvironment {
		next += " --environment " + r.Run.Environment
	}
	lines = append(lines, [2]string{"next", next})
	if at, err := url.Parse(r.Target.URL); err == nil && httpx.IsLoopback(at.Host) {
		lines = append(lines, [2]string{"", "which also writes, as the target is on loopback; --allow-writes=false forbids it"})
	}
	return lines
}

// disabled returns the most frequent reasons why scenarios would not run.
func disabled(r *report.Report) []string {
	counts := map[string]int{}
	for _, scenario := range r.Scenarios {
		if scenario.Outcome == report.Disabled {
			counts[scenario.Reason]++
		}
	}
	reasons := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	for i, reason := range reasons {
		reasons[i] = fmt.Sprintf("%d would not: %s", counts[reason], reason)
	}
	return reasons[:min(len(reasons), reasonsShown)]
}
