package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/spec"
)

// documentFlags name an OpenAPI document.
type documentFlags struct {
	file   string // or a URL; empty for none
	strict bool
	tls    *tlsFlags // for fetching it
}

func (d *documentFlags) add(f *pflag.FlagSet, usage string, tls *tlsFlags) {
	d.tls = tls
	f.StringVar(&d.file, "spec", "", usage)
	f.BoolVar(&d.strict, "strict-spec", false, "refuse a --spec document that has anything wrong with it, including schemas and examples")
}

// Bounds of a --spec document: how long fetching it may take, and its size in bytes.
const (
	documentTimeout = 30 * time.Second
	maxDocument     = 64 << 20
)

// load reads the document; nil if none is named. It passes each problem with a part of the
// document to tell, one line per problem.
func (p *program) load(ctx context.Context, d documentFlags, tell func(line string)) (*spec.Contract, error) {
	switch {
	case d.file == "" && d.strict:
		return nil, usageError("--strict-spec needs --spec")
	case d.file == "":
		return nil, nil
	}
	source, err := d.read(ctx)
	if coded := (*codedError)(nil); errors.As(err, &coded) { // a mistake in other flags
		return nil, err
	}
	if err != nil {
		return nil, toolError("--spec %s: %w", p.secrets.URL(d.file), err)
	}
	beside, done := d.beside()
	document, useless := spec.Load(source, beside...)
	done()
	if document == nil {
		return nil, toolError("--spec %s: %w%s", p.secrets.URL(d.file), inOneLine(useless), otherKind("--spec", d.file))
	}
	problems := document.Problems()
	if d.strict {
		for _, found := range document.Audit() {
			problems = append(problems, found...)
		}
	}
	for _, problem := range problems {
		tell(p.said(d, problem))
	}
	if d.strict && len(problems) > 0 {
		return nil, usageError("--strict-spec: %s of %s", plural.Of(len(problems), "problem"), p.secrets.URL(d.file))
	}
	if useless != nil {
		return nil, toolError("--spec %s: %w", p.secrets.URL(d.file), inOneLine(useless))
	}
	return document, nil
}

// extend returns the contract extended by a document, which may be nil. It passes operations that
// cannot be served to tell.
func (p *program) extend(d documentFlags, document *spec.Contract, wins bool, tell func(line string)) (*spec.Contract, error) {
	if document == nil {
		return spec.Default(), nil
	}
	served := spec.Default().Extend(document, wins)
	problems := served.Problems()
	for _, problem := range problems {
		tell(p.said(d, problem))
	}
	if d.strict && len(problems) > 0 {
		return nil, usageError("--strict-spec: %s of %s cannot be served", plural.Of(len(problems), "operation"), p.secrets.URL(d.file))
	}
	return served, nil
}

// auditTime is how long a serving mock may spend on checking all of a document.
const auditTime = 30 * time.Second

// audit checks every schema and example of a document, and logs what is wrong with them.
func (p *program) audit(d documentFlags, document *spec.Contract, logger *slog.Logger) {
	end, left := time.Now().Add(auditTime), len(document.Operations())
	for _, found := range document.Audit() {
		for _, problem := range found {
			logger.Warn(p.said(d, problem))
		}
		if left--; left > 0 && time.Now().After(end) {
			logger.Warn("not all schemas and examples of the --spec document were checked; spec operations --check checks all of them", "operations", left)
			return
		}
	}
}

// said describes a problem with a part of the document, in one line.
func (p *program) said(d documentFlags, problem openapi.Problem) string {
	line := strings.Join(strings.Fields(problem.Error()), " ")
	if problem.Used {
		line += "; it is used anyway"
	}
	return visible.Log(fmt.Sprintf("--spec %s: %s", p.secrets.URL(d.file), line))
}

// onStderr prints a problem with a document to standard error.
func (p *program) onStderr(line string) { fmt.Fprintf(p.stderr, "unleash-mock: %s\n", line) }

// isURL reports whether a document is named by a URL rather than a file name.
func isURL(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// beside returns the folder of a document that is a file. Symbolic links do not lead out of it.
func (d *documentFlags) beside() (files []fs.FS, done func()) {
	if isURL(d.file) {
		return nil, func() {}
	}
	folder, err := os.OpenRoot(filepath.Dir(d.file))
	if err != nil {
		return nil, func() {}
	}
	return []fs.FS{folder.FS()}, func() { _ = folder.Close() }
}

func (d *documentFlags) read(ctx context.Context) ([]byte, error) {
	if !isURL(d.file) {
		return readDocument(ctx, d.file)
	}
	if _, err := httpx.ParseURL(d.file); err != nil {
		return nil, err
	}
	client, err := d.tls.client(ctx)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeoutCause(ctx, documentTimeout, fmt.Errorf("no answer within %s", documentTimeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.file, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has the status %d", response.StatusCode)
	}
	source, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err == nil && len(source) > maxDocument {
		err = fmt.Errorf("it is longer than %d MiB", maxDocument>>20)
	}
	return source, err
}

// differences logs where the document and the contract differ: what the mock does and the user's
// instance does not, or the other way round. served combines the two.
func differences(document, served *spec.Contract, wins bool, logger *slog.Logger) {
	if len(served.Shared()) == 0 || served.Foreign() {
		return
	}
	part, err := document.Part(served.Shared())
	if err == nil {
		err = tellDrift(part, wins, logger)
	}
	if err != nil {
		logger.Warn("the document of --spec was not compared with the contract", "error", inOneLine(err))
	}
}

func tellDrift(part []byte, wins bool, logger *slog.Logger) error {
	report, err := drift.Compare(spec.Default(), part, drift.Options{})
	if err != nil {
		return err
	}
	judge := "the contract"
	if wins {
		judge = "the document"
	}
	compatible := 0
	for _, operation := range report.Operations {
		differs := slices.DeleteFunc(operation.Changes, func(change drift.Change) bool { return change.Verdict == drift.Beyond })
		if operation.State != drift.Changed || len(differs) == 0 {
			continue
		}
		at := slices.IndexFunc(differs, func(change drift.Change) bool { return change.Verdict == drift.Breaking })
		if at < 0 {
			compatible++
			continue
		}
		first := differs[at]
		logger.Info("the document of --spec and the contract differ", "operation", operation.ID, "judge", judge, "differences", len(differs),
			"first", first.Pointer, "verdict", string(first.Verdict), "contract", first.Contract, "document", first.Target, "reason", first.Reason)
	}
	if compatible > 0 { // with a real Unleash dozens of operations: a line for each would bury the others
		logger.Info("the document of --spec and the contract differ, but break nothing", "operations", compatible, "judge", judge,
			"see", "unleash-mock drift")
	}
	return nil
}

// readDocument reads a file; the error does not repeat its name.
func readDocument(ctx context.Context, name string) ([]byte, error) {
	source, err := readText(ctx, "", name, maxDocument)
	if err != nil {
		var coded *codedError
		if errors.As(err, &coded) {
			err = errors.New(strings.TrimPrefix(coded.Error(), " "+name+": "))
		}
	}
	return source, err
}
