package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/spec"
)

func (p *program) specCommand() *cobra.Command {
	var format string
	var document documentFlags
	var tls tlsFlags
	command := &cobra.Command{
		Use:   "spec",
		Short: "Print the OpenAPI document that the mock serves",
		Example: `  unleash-mock spec > openapi.yaml
  unleash-mock spec --format json
  unleash-mock spec operations --spec openapi.json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "yaml", "json"); err != nil {
				return err
			}
			contract, err := p.contract(cmd.Context(), document)
			if err != nil {
				return err
			}
			text := contract.YAML()
			if format == "json" {
				text = append(contract.JSON(), '\n')
			}
			if _, err := p.stdout.Write(text); err != nil {
				return unwritten("the document", err)
			}
			return nil
		},
	}
	command.Flags().StringVar(&format, "format", "yaml", "yaml or json")
	document.add(command.Flags(), "OpenAPI document, a file or a URL, to print instead of the embedded one", &tls)
	tls.add(command.Flags(), p.env)
	command.AddCommand(p.operationsCommand())
	return command
}

// contract reads the document of --spec; without one it returns the embedded contract.
func (p *program) contract(ctx context.Context, d documentFlags) (*spec.Contract, error) {
	document, err := p.load(ctx, d, p.onStderr)
	if err != nil || document != nil {
		return document, err
	}
	return spec.Default(), nil
}
