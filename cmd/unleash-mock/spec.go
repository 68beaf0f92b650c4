package main

import (
	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/spec"
)

func (p *program) specCommand() *cobra.Command {
	var format, file string
	command := &cobra.Command{
		Use:   "spec",
		Short: "Print the OpenAPI document that the mock serves",
		Example: `  unleash-mock spec > openapi.yaml
  unleash-mock spec --format json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			contract, err := loadContract(file)
			if err != nil {
				return err
			}
			document := contract.YAML()
			switch format {
			case "yaml":
			case "json":
				document = append(contract.JSON(), '\n')
			default:
				return usageError("--format %q is not one of yaml, json", format)
			}
			if _, err := p.stdout.Write(document); err != nil {
				return toolError("writing the document: %w", err)
			}
			return nil
		},
	}
	command.Flags().StringVar(&format, "format", "yaml", "yaml or json")
	command.Flags().StringVar(&file, "spec", "", "an OpenAPI document in the place of the embedded one")
	return command
}

// loadContract reads a document from a file, or takes the embedded one.
func loadContract(file string) (*spec.Contract, error) {
	if file == "" {
		return spec.Default(), nil
	}
	source, err := readFile("--spec", file)
	if err != nil {
		return nil, err
	}
	contract, err := spec.Parse(source)
	if err != nil {
		return nil, usageError("--spec %s: %w", file, err)
	}
	return contract, nil
}
