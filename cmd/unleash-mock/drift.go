package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/internal/outfile"
	"github.com/unleash-mock/unleash-mock/spec"
)

// anyEdition leaves the edition to what the document has.
const anyEdition = "auto"

type driftFlags struct {
	target        string
	document      string
	spec          documentFlags
	edition       string
	wholeDocument bool
	format        string
	output        string
	timeout       time.Duration
	tls           tlsFlags
}

func (p *program) driftCommand() *cobra.Command {
	flags := &driftFlags{}
	command := &cobra.Command{
		Use:   "drift",
		Short: "Compare the contract with the document that an instance publishes",
		Long: `Compare the contract with the OpenAPI document that a running instance publishes
at /docs/openapi.json, or with one in a file. Each operation of the contract is
equal, changed, missing, or absent from an open-source edition. Each change is
breaking, or compatible, or a place where the contract says more than the target's
document, such as a status that real servers return but do not publish.

Exit 0 if nothing is breaking, 1 if something is, 3 if there is no document.`,
		Example: `  unleash-mock drift --target http://unleash:4242
  unleash-mock drift --target https://unleash.example.com/base --format markdown >> "$GITHUB_STEP_SUMMARY"
  unleash-mock drift --document openapi.json --edition enterprise
  curl -s https://unleash.example.com/docs/openapi.json | unleash-mock drift --document -`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.drift(cmd.Context(), cmd.InOrStdin(), flags) },
	}
	f := command.Flags()
	f.StringVar(&flags.target, "target", "", "URL of the instance, including any base path")
	f.StringVar(&flags.document, "document", "", "file with the document, instead of a target; - reads standard input")
	flags.spec.add(f, "OpenAPI document, a file or a URL, to use as the contract instead of the embedded one", &flags.tls)
	f.StringVar(&flags.edition, "edition", anyEdition, "auto, enterprise or open-source: whether Enterprise operations may be absent; auto allows it only if all of them are")
	f.BoolVar(&flags.wholeDocument, "whole-document", false, "also list what lies outside the contract's operations; nothing there is breaking")
	f.StringVar(&flags.format, "format", "text", strings.Join(drift.Formats(), ", "))
	f.StringVar(&flags.output, "output", "", "file to write to instead of standard output")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "how long to wait for the document")
	flags.tls.add(f, p.env)
	fromEnvironment(f, targetVariables)
	exclusive(command, "target", "document")
	return command
}

// drift compares and writes the report. It returns an error if something is breaking.
func (p *program) drift(ctx context.Context, stdin io.Reader, flags *driftFlags) error {
	if err := cmp.Or(oneOf("--format", flags.format, drift.Formats()...), oneOf("--edition", flags.edition, anyEdition, string(spec.Enterprise), string(spec.OpenSource))); err != nil {
		return err
	}
	edition := spec.Edition(flags.edition)
	if flags.edition == anyEdition {
		edition = ""
	}
	contract, err := p.contract(ctx, flags.spec)
	if err != nil {
		return err
	}
	if flags.output != "" {
		if err := outfile.Check(flags.output); err != nil {
			return usageError("--output: %w", err)
		}
	}
	source, origin, err := p.publishedDocument(ctx, stdin, flags)
	if err != nil {
		return err
	}
	report, err := drift.Compare(contract, source, drift.Options{Edition: edition, WholeDocument: flags.wholeDocument, BasePath: basePathOf(flags.target)})
	if err != nil {
		return toolError("%s: %w", origin, err)
	}
	report.Target.Source = origin
	written := p.writeTo(ctx, flags.output, func(w io.Writer) error { return drift.Write(flags.format, w, report) })
	if report.Summary.Breaking > 0 {
		return brokenError(written, "%d breaking differences between the contract and %s", report.Summary.Breaking, origin)
	}
	return written
}

// publishedDocument returns the document to compare with, and where it came from.
func (p *program) publishedDocument(ctx context.Context, stdin io.Reader, flags *driftFlags) (source []byte, origin string, err error) {
	switch flags.document {
	case "":
	case "-":
		source, err = unlessUnwritten(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(stdin, maxFile+1)) })
		if err != nil {
			return nil, "", toolError("reading standard input: %w", err)
		}
		if len(source) > maxFile {
			return nil, "", usageError("--document -: it has more than %d bytes", maxFile)
		}
		return source, "standard input", nil
	default:
		if isURL(flags.document) {
			return nil, "", usageError("--document is a file: use --target for the URL of an instance, or pipe what curl fetches from any other URL to --document -")
		}
		source, err = readFile(ctx, "--document", flags.document)
		return source, flags.document, err
	}
	target, err := parseURL("--target", flags.target)
	if err := cmp.Or(err, notDocument(flags.target)); err != nil {
		return nil, "", err
	}
	if flags.timeout <= 0 {
		return nil, "", errTimeout
	}
	client, err := flags.tls.client(ctx)
	if err != nil {
		return nil, "", err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeoutCause(ctx, flags.timeout, fmt.Errorf("no answer within %s", flags.timeout))
	defer cancel()
	if source, err = drift.Fetch(ctx, client, target.String()); err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.DeadlineExceeded) {
			err = cause
		}
		return nil, "", toolError("no document from %s: %w%s", target, err, hintOfInstance(target))
	}
	return source, p.secrets.URL(target.String()) + drift.DocumentPath, nil
}

// basePathOf returns the path of a URL; empty if the URL cannot be parsed.
func basePathOf(target string) string {
	parsed, err := url.Parse(target)
	if err != nil {
		return ""
	}
	return strings.TrimRight(parsed.Path, "/")
}

// writeTo writes to a file, or to standard output if file is empty.
func (p *program) writeTo(ctx context.Context, file string, content func(io.Writer) error) error {
	if file == "" {
		if err := content(p.stdout); err != nil {
			return toolError("writing: %w", err)
		}
		return nil
	}
	if err := writeFile(ctx, file, outfile.Shared, content); err != nil {
		return toolError("writing %s: %w", file, inOneLine(err))
	}
	return nil
}
