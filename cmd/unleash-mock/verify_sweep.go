package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

type sweepFlags struct {
	targetFlags
	run       string
	olderThan time.Duration
	dryRun    bool
}

func (p *program) sweepCommand() *cobra.Command {
	flags := &sweepFlags{}
	command := &cobra.Command{
		Use:   "sweep",
		Short: "Remove what earlier runs of verify left on an instance",
		Long: `Remove what earlier runs of verify left on an instance, because of --keep or because
a run was killed: everything they created, with whatever belongs to it, and users; on
a mock also the workspaces that they had to themselves. It is recognized by its name,
which begins with unleash-mock-verify-, or verify- for a workspace, and the id of a run;
nothing else is touched. A run that is still going loses what it created, unless
--older-than spares it.

Exit 0 if nothing is left, 1 if the target refused to remove something, 2 if it does
not know the token, 3 if it cannot be reached or does not list what it has.`,
		Example: `  unleash-mock verify sweep --target http://127.0.0.1:4242
  unleash-mock verify sweep --target https://unleash.example.com --token "$ADMIN_TOKEN" --older-than 1h --dry-run`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.sweep(cmd.Context(), flags) },
	}
	f := command.Flags()
	flags.add(f, p.env)
	f.StringVar(&flags.run, "run", "", "id of the run whose leftovers to remove; by default all")
	f.DurationVar(&flags.olderThan, "older-than", 0, "spare anything younger than this")
	f.BoolVar(&flags.dryRun, "dry-run", false, "only list what would be removed")
	fromEnvironment(f, targetVariables)
	return command
}

func (p *program) sweep(ctx context.Context, flags *sweepFlags) error {
	options, err := flags.options(ctx)
	if err != nil {
		return err
	}
	if flags.olderThan < 0 {
		return usageError("--older-than must not be less than 0")
	}
	swept, left, err := conformance.Sweep(ctx, options, conformance.SweepOptions{Run: flags.run, OlderThan: flags.olderThan, DryRun: flags.dryRun})
	done := "removed"
	if flags.dryRun {
		done = "would remove"
	}
	for _, item := range swept {
		fmt.Fprintln(p.stdout, done, visible.Line(fmt.Sprintf("%s %s (%s)", item.Kind, item.Name, item.Path)))
	}
	for _, item := range left {
		fmt.Fprintln(p.stdout, "could not remove", visible.Line(fmt.Sprintf("%s %s (%s): %s", item.Kind, item.Name, item.Path, item.Reason)))
	}
	if err != nil {
		return suiteError(err)
	}
	if len(swept)+len(left) == 0 {
		fmt.Fprintln(p.stdout, "nothing is left of earlier runs")
	}
	if len(left) > 0 {
		return brokenError(nil, "not everything could be removed")
	}
	return nil
}
