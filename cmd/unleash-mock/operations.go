package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/spec"
)

func (p *program) operationsCommand() *cobra.Command {
	var document documentFlags
	var tls tlsFlags
	var check bool
	command := &cobra.Command{
		Use:   "operations",
		Short: "List the operations that serve answers",
		Long: `List the operations that serve answers, with the document of --spec or without:
the operationId, how it is answered (stateful from state, example from the
document), the permissions of which a caller needs one, the edition that has it,
method and path.

--check also checks what startup leaves for later: every schema and example. Problems
are reported, but are an error only with --strict-spec (exit code 2).`,
		Example: `  unleash-mock spec operations
  unleash-mock spec operations --spec http://unleash:4242/docs/openapi.json
  unleash-mock spec operations --spec openapi.yaml --check`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.listOperations(cmd.Context(), document, check) },
	}
	document.add(command.Flags(), "OpenAPI document, a file or a URL, whose operations are served too", &tls)
	tls.add(command.Flags(), p.env)
	command.Flags().BoolVar(&check, "check", false, "also check every schema and example, and report what is wrong with them")
	return command
}

func (p *program) listOperations(ctx context.Context, d documentFlags, check bool) error {
	document, err := p.load(ctx, d, p.onStderr)
	if err != nil {
		return err
	}
	contract, err := p.extend(d, document, false, p.onStderr)
	if err != nil {
		return err
	}
	if document != nil && check && !d.strict { // --strict-spec has already reported these
		for _, found := range document.Audit() {
			for _, problem := range found {
				p.onStderr(p.said(d, problem))
			}
		}
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OPERATION\tGRADE\tPERMISSION\tEDITION\tMETHOD\tPATH")
	for _, operation := range contract.Operations() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", visible.Line(operation.ID), operation.GradeIn(spec.Enterprise),
			permissionOf(operation, contract.Foreign()), cmp.Or(string(operation.Edition), "all"), operation.Method, visible.Line(operation.Path))
	}
	if err := table.Flush(); err != nil {
		return unwritten("the list", err)
	}
	return nil
}

// permissionOf returns what a caller needs: permissions, any one of which suffices, or a token
// for a security scheme.
func permissionOf(operation *spec.Operation, foreign bool) string {
	switch {
	case operation.Public, foreign && len(operation.Security) == 0:
		return "-"
	case foreign:
		return "a token"
	case len(operation.Permissions) == 0:
		return "nobody's"
	}
	words := make([]string, len(operation.Permissions))
	for i, permission := range operation.Permissions {
		words[i] = string(permission)
	}
	return strings.Join(words, ",")
}
