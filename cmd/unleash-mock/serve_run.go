package main

import (
	"context"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// runFlags are the flags of serve for a command that runs beside it.
type runFlags struct {
	run   string
	count string
}

// Values of --count.
const (
	countUnnoticed = "unnoticed"
	countAll       = "all"
	countNone      = "none"
)

// counted maps each value of --count to the outcomes of the violations that count. Answers that a
// rule forced never count: they were asked for.
var counted = map[string][]traffic.Outcome{
	countUnnoticed: {traffic.Accepted, traffic.Replaced},
	countAll:       {traffic.Accepted, traffic.Replaced, traffic.Refused, traffic.Passed},
	countNone:      nil,
}

func (r *runFlags) add(f *pflag.FlagSet) {
	f.StringVar(&r.run, "run", "", "shell command to run once the mock is ready; the mock exits with it")
	f.StringVar(&r.count, "count", countUnnoticed, "which violations make --run fail even if the command succeeds: unnoticed for requests that \"faithful\" let through and answers that were replaced, all to include refused requests and answers that --spec-wins let through, or none")
}

func (r *runFlags) check() error {
	if err := oneOf("--count", r.count, countUnnoticed, countAll, countNone); err != nil || r.run != "" || r.count == countUnnoticed {
		return err
	}
	return usageError("--count needs --run")
}

// runBeside serves while a command runs, and ends with the command's result.
func (p *program) runBeside(ctx context.Context, server *http.Server, listener net.Listener, s *serving, environment []string) error {
	command, err := p.whileRunning(ctx, server, listener, shellCommand{
		line: s.flags.run, grace: s.flags.drain, variables: environment,
	}, s.logger)
	if err != nil {
		return err
	}
	return endAs(command, violated(s.mock, counted[s.flags.count]))
}

// outerVariables are the variables with the URL of the mock or proxy that a command of --run
// belongs to. They tell it apart from an UNLEASH_URL that is meant for a mock.
var outerVariables = []string{"UNLEASH_MOCK_URL", "UNLEASH_MOCK_PROXY_URL"}

// isOuter reports whether a URL is that of the mock or proxy in whose environment this program
// runs: the command of its --run, or a job that has read its --env-file.
func (e environment) isOuter(url string) bool {
	return slices.ContainsFunc(outerVariables, func(name string) bool { return e.text(name, "") == url })
}

// environment returns variables with the mock's URL and its tokens.
func (f *serveFlags) environment(mock *mockserver.Server, address net.Addr) []string {
	tokens := mock.Tokens()
	if f.upstream != "" {
		tokens = slices.DeleteFunc(tokens, isOfSDKs)
	}
	url := f.servedAt(address)
	return append(tokenEnvironment(tokens), "UNLEASH_URL="+url, "UNLEASH_MOCK_URL="+url)
}

// writeFiles writes the files by which others find the mock: its certificate, its variables and its port.
func (f *serveFlags) writeFiles(ctx context.Context, variables []string, address net.Addr) error {
	if err := f.writeCertificate(ctx); err != nil {
		return err
	}
	if err := f.writeEnvironment(ctx, variables); err != nil {
		return err
	}
	return f.writePort(ctx, address)
}

// writeEnvironment writes variables to the file of --env-file, one on each line.
func (f *serveFlags) writeEnvironment(ctx context.Context, variables []string) error {
	return f.envFile.write(ctx, "env-file", outfile.Private, strings.Join(slices.Sorted(slices.Values(variables)), "\n")+"\n")
}

// variablesForm is the form of a file of --env-file.
var variablesForm = regexp.MustCompile(`^(?:UNLEASH_.*\n)*UNLEASH_MOCK_URL=\w+://([^/\s]+).*\n(?:UNLEASH_.*\n)*$`)

// tokenEnvironment returns variables with the first token of each kind.
func tokenEnvironment(tokens []mockserver.Token) []string {
	var out []string
	for kind, variable := range map[spec.TokenKind]string{
		spec.AdminToken:    targetVariables["token"],
		spec.BackendToken:  targetVariables["backend-token"],
		spec.FrontendToken: targetVariables["frontend-token"],
	} {
		first := slices.IndexFunc(tokens, func(token mockserver.Token) bool { return token.Kind == kind })
		if first >= 0 {
			out = append(out, variable+"="+tokens[first].Secret)
		}
	}
	return out
}

// violated returns an error if there were violations with one of these outcomes.
func violated(mock *mockserver.Server, outcomes []traffic.Outcome) error {
	counts, total := mock.ViolationCounts(), int64(0)
	for _, outcome := range outcomes {
		total += counts[string(outcome)]
	}
	if total == 0 {
		return nil
	}
	return brokenError(nil, "the contract was broken %s", plural.Times(int(total)))
}
