package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

func (p *program) seedCommand() *cobra.Command {
	var recordings []string
	var check string
	command := &cobra.Command{
		Use:   "seed",
		Short: "Print a seed, make one from a recording, or check one",
		Long: `Print the seed that the mock starts with by default.

With --from-recording the seed is made from what recordings of "unleash-mock proxy
--record" show of an instance: its state as last seen, without what was deleted.
Recordings contain no secrets, so others take their place. Comments say what else
was not recorded.

With --check only the mistakes in a seed file are reported, one per line; if there
are any, the exit code is 2.`,
		Example: `  unleash-mock seed > my-seed.yaml
  unleash-mock seed --from-recording traffic.jsonl > my-seed.yaml
  unleash-mock seed --check my-seed.yaml`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case cmd.Flags().Changed("check"):
				return p.checkSeed(cmd.Context(), check)
			case len(recordings) > 0:
				return p.seedFrom(cmd.Context(), recordings)
			}
			return p.printSeed(mockserver.DefaultSeed())
		},
	}
	command.Flags().StringArrayVar(&recordings, "from-recording", nil, "recording to make the seed from; may be repeated, with later ones taking precedence")
	command.Flags().StringVar(&check, "check", "", "seed file to check")
	exclusive(command, "from-recording", "check")
	return command
}

func (p *program) printSeed(text []byte) error {
	if _, err := p.stdout.Write(text); err != nil {
		return unwritten("the seed", err)
	}
	return nil
}

func (p *program) seedFrom(ctx context.Context, files []string) error {
	recordings, err := p.readRecordings(ctx, "--from-recording", files)
	if err != nil {
		return err
	}
	text, err := mockserver.SeedOf(recordings...)
	if err != nil {
		return toolError("%w", err)
	}
	return p.printSeed(text)
}

// checkSeed prints everything that is wrong with a seed file. A well-formed seed is also loaded
// into a server, because only a server knows whether its rules are for operations that exist.
func (p *program) checkSeed(ctx context.Context, file string) error {
	source, err := readFile(ctx, "--check", file)
	if err != nil {
		return err
	}
	content, problems := mockserver.CheckSeed(source)
	switch len(problems) {
	case 0:
		fmt.Fprintf(p.stdout, "%s is a seed of %s\n", file, cmp.Or(content, "nothing"))
		return nil
	case 1:
		return usageError("--check %s: %w%s", file, problems[0], otherKind("--seed", file))
	}
	return &codedError{code: exitcode.Usage, err: fmt.Errorf("--check %s: %d problems%s", file, len(problems), otherKind("--seed", file)), list: problems}
}
