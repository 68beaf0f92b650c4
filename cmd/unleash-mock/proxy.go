package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

type proxyFlags struct {
	upstream        string
	host            string
	drain           time.Duration
	timeout         time.Duration
	tls             tlsFlags
	spec            documentFlags
	judge           string
	failOnViolation bool
	maxBody         int
	run             string
	reports         []string
	record          string
	serverFlags
	monitorFlags
}

func (p *program) proxyCommand() *cobra.Command {
	flags := &proxyFlags{}
	command := &cobra.Command{
		Use:     "proxy",
		Short:   "Sit between a client and an Unleash, and judge the traffic",
		Long:    proxyHelp,
		Example: proxyExamples,
		Args:    wholeCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags.forCommand(flags.run)
			if err := flags.portFile.forgetOld("port-file", flags.listen); err != nil {
				return err
			}
			defer flags.portFile.forget()
			return p.proxy(cmd.Context(), flags)
		},
	}
	flags.add(command.Flags(), p.env)
	exclusive(command, "listen", "port")
	addHelp(command)
	return command
}

const proxyHelp = `Sit between a client and a running Unleash, real or mocked. Traffic passes through
byte for byte; the requests and answers of the contract's operations are judged,
and everything else is counted. Traffic never waits for judging or recording: if it
is too fast for them, it still passes, and is counted. Only --fail-on-violation
holds answers back, and replaces those that break the contract with a 502.

The proxy runs until it is interrupted or, with --run, until the command ends, and
then reports what it found; open requests, the command and the judging have --drain
to finish. --run runs a command with the proxy's URL in UNLEASH_URL and
UNLEASH_MOCK_PROXY_URL and, if the upstream is a mock, its tokens in UNLEASH_MOCK_TOKEN,
UNLEASH_MOCK_BACKEND_TOKEN and UNLEASH_MOCK_FRONTEND_TOKEN unless these are set. The
proxy then listens on a free port unless --listen or --port says otherwise. SIGINT,
SIGTERM, SIGHUP and SIGQUIT are passed on to the command.

While traffic passes, /_mock/ shows it live: every exchange, whatever broke the
contract, and the coverage. As with serve, the page and its control API are open on
a loopback address; on any other they require the token in
UNLEASH_MOCK_CONTROL_TOKEN, and are off without it. --control off passes /_mock on,
for an upstream that has its own.

If the command of --run fails, the proxy exits with its code. Otherwise: exit 0 if the
traffic kept the contract, 1 if it did not, 3 if the upstream answered nothing,
some traffic came too fast to be judged, the proxy itself failed on an exchange, the
recording is not complete or a report cannot be written, 4 if there was no request
to an operation of the contract.`

const proxyExamples = `  unleash-mock proxy --upstream http://unleash:4242 --run 'npm test'
  unleash-mock proxy --upstream https://unleash.example.com/base --base-uri-path /base --ca-file ca.pem
  unleash-mock proxy --upstream http://unleash:4242 --run ./e2e.sh --report junit=proxy.xml --report html=proxy.html
  unleash-mock proxy --upstream http://unleash:4242 --listen 127.0.0.1:4300 --record traffic.jsonl`

func (f *proxyFlags) add(set *pflag.FlagSet, env environment) {
	set.StringVar(&f.upstream, "upstream", "", "URL of the instance, including any base path")
	f.serverFlags.add(set, env)
	set.StringVar(&f.host, "host", proxy.HostOfUpstream, "Host header for the upstream: upstream for the one in its URL, client for the client's, or a name")
	set.DurationVar(&f.timeout, "timeout", proxy.DefaultTimeout, "how long to wait for a connection to the upstream, for an answer to begin, or for an operation's answer to continue")
	f.tls.add(set, env)
	f.spec.add(set, "OpenAPI document, a file or a URL, to use as the contract instead of the embedded one", &f.tls)
	set.StringVar(&f.judge, "judge", string(proxy.Both), "whose messages count: both, requests or responses")
	set.BoolVar(&f.failOnViolation, "fail-on-violation", false, "hold back the answers of operations, and replace those that break the contract with a 502")
	set.IntVar(&f.maxBody, "max-body", proxy.DefaultMaxBody, "largest body to judge, in bytes; for a larger one only status and headers are judged")
	set.DurationVar(&f.drain, "drain", proxy.DefaultDrain, "once the proxy is told to stop, how long requests, the command and the judging of what has passed may continue; what is cut off is logged, what is not judged is counted")
	set.StringVar(&f.run, "run", "", "shell command to run once the proxy is listening; the proxy exits with it")
	addReports(set, &f.reports)
	set.StringVar(&f.record, "record", "", "write the exchanges of operations to this file, as one line of JSON each, with secrets hidden")
	f.monitorFlags.add(set)
	fromEnvironment(set, serverVariables, httpsVariables)
}

// proxy passes traffic on until it is told to stop, and then reports.
func (p *program) proxy(ctx context.Context, flags *proxyFlags) (err error) {
	logger, err := p.newLogger(flags.logLevel)
	if err != nil {
		return err
	}
	options, err := p.proxyOptions(ctx, flags, logger)
	if err != nil {
		return err
	}
	files, err := readReports(flags.reports)
	if err != nil {
		return err
	}
	listen, err := flags.address()
	if err != nil {
		return err
	}
	if err := flags.readCertificate(ctx, listen); err != nil {
		return err
	}
	listener, err := listenOn(ctx, listen)
	if err != nil {
		return err
	}
	defer listener.Close() // for when the server was never started; otherwise it has closed it
	record, err := openRecording(ctx, flags.record)
	if err != nil {
		return err
	}
	defer record.end() // a second call does no harm
	options.Record = record.writer()
	watched, err := p.watch(flags, listener.Addr().(*net.TCPAddr), &options, logger)
	if err != nil {
		return err
	}
	logTraffic(&options, logger)
	judge, err := proxy.New(options)
	if err != nil {
		return usageError("%w", err)
	}
	command, err := p.passTraffic(ctx, judge, watched, listener, record, flags, logger)
	judge.Close()
	failure := errors.Join(command, judge.RecordError(), record.end())
	if err != nil {
		return err
	}
	ctx, cancel := forReports(ctx, flags.drain)
	defer cancel()
	return endAs(command, p.concludeProxy(ctx, judge, files, failure))
}

func (p *program) proxyOptions(ctx context.Context, flags *proxyFlags, logger *slog.Logger) (proxy.Options, error) {
	upstream, err := parseOpenURL("--upstream", flags.upstream)
	if err != nil {
		return proxy.Options{}, err
	}
	warnOfAPI(upstream, logger)
	if err := cmp.Or(flags.monitorFlags.check(), checkBasePath(flags.basePath), oneOf("--judge", flags.judge, string(proxy.Both), string(proxy.Requests), string(proxy.Responses))); err != nil {
		return proxy.Options{}, err
	}
	contract, err := p.contract(ctx, flags.spec)
	if err != nil {
		return proxy.Options{}, err
	}
	config, err := flags.tls.config(ctx)
	if err != nil {
		return proxy.Options{}, err
	}
	switch {
	case flags.timeout <= 0:
		return proxy.Options{}, errTimeout
	case flags.drain <= 0:
		return proxy.Options{}, usageError("--drain must be more than 0")
	case flags.maxBody <= 0:
		return proxy.Options{}, usageError("--max-body must be more than 0")
	case !isHost(flags.host):
		return proxy.Options{}, usageError("--host %q is not one of upstream, client, or a host name with or without a port", flags.host)
	}
	return proxy.Options{
		Upstream: upstream, Contract: contract, BasePath: flags.basePath, Host: flags.host,
		TLS: config, Timeout: flags.timeout, MaxBody: flags.maxBody, Drain: flags.drain,
		Judge: proxy.Side(flags.judge), FailOnViolation: flags.failOnViolation,
		Logger: logger, Version: productVersion(),
	}, nil
}

// isHost reports whether a text can be sent as a Host header. International names, which
// net/http encodes, may have any letters.
func isHost(text string) bool {
	asASCII := func(r rune) rune {
		if r > unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsMark(r)) {
			return 'x'
		}
		return r
	}
	return text != "" && httpguts.ValidHostHeader(strings.Map(asASCII, text))
}

// passTraffic serves until the context or the command ends. The result command is the error of
// the command.
func (p *program) passTraffic(ctx context.Context, judge *proxy.Proxy, watched monitoring, listener net.Listener, record *recordFile, flags *proxyFlags, logger *slog.Logger) (command, err error) {
	if err := flags.writeCertificate(ctx); err != nil {
		return nil, err
	}
	if err := flags.writePort(ctx, listener.Addr()); err != nil {
		return nil, err
	}
	if err := record.begin(logger); err != nil {
		return nil, err
	}
	url := flags.servedAt(listener.Addr())
	listener = flags.over(listener)
	fmt.Fprintf(p.stdout, "unleash-mock %s listens on %s\n  and passes on to %s\n%s", productVersion(), url, p.secrets.URL(flags.upstream), watched.announcement(url))
	server := newServer(watched.before(judge), logger, slog.LevelDebug)
	server.RegisterOnShutdown(watched.close)
	server.RegisterOnShutdown(judge.Hurry)
	if flags.run == "" {
		return nil, p.until(ctx, server, listener, flags.drain, logger)
	}
	context.AfterFunc(ctx, judge.Hurry)
	return p.whileRunning(ctx, server, listener, shellCommand{
		line: flags.run, grace: flags.drain,
		variables: append(flags.upstreamTokens(ctx, p.env), "UNLEASH_URL="+url, "UNLEASH_MOCK_PROXY_URL="+url),
	}, logger)
}

// lookAtUpstream is how long the command may have to wait while the proxy finds out whether the
// upstream is a mock.
const lookAtUpstream = 2 * time.Second

// upstreamTokens returns variables with the built-in tokens if the upstream is a mock, without
// variables that the environment already sets. The tokens of a real Unleash are known only to the
// user.
func (f *proxyFlags) upstreamTokens(ctx context.Context, env environment) []string {
	client, err := f.tls.client(ctx)
	if err != nil {
		return nil
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, lookAtUpstream)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(f.upstream, "/")+"/health", nil)
	if err != nil {
		return nil
	}
	response, err := client.Do(request)
	if err != nil {
		return nil // the traffic will show that the upstream cannot be reached
	}
	response.Body.Close()
	if response.Header.Get(mockserver.Header) == "" {
		return nil
	}
	return slices.DeleteFunc(tokenEnvironment(mockserver.DefaultTokens()), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return env.text(name, "") != ""
	})
}

// forReports returns the context in which a proxy writes its reports. One without --run ends when it is
// interrupted; the readers of pipes then have the time of --drain.
func forReports(ctx context.Context, drain time.Duration) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), drain)
}

// concludeProxy writes the reports and the summary, and returns the result. If one output fails,
// the others are still written.
func (p *program) concludeProxy(ctx context.Context, judge *proxy.Proxy, files reportFiles, failure error) error {
	r, stats := judge.Report(), judge.Stats()
	if stats.Missed > 0 {
		failure = errors.Join(failure, fmt.Errorf("the proxy did not judge and record %s in time", plural.Of(stats.Missed, "exchange")))
	}
	if stats.Failed > 0 {
		failure = errors.Join(failure, fmt.Errorf("the proxy itself failed on %s; its log says why", plural.Of(stats.Failed, "exchange")))
	}
	if failure != nil && r.ExitCode != exitcode.Broken {
		r.ExitCode = exitcode.Error
	}
	failure = errors.Join(failure, files.write(ctx, r))
	if err := p.summarize(r, stats); err != nil {
		failure = errors.Join(failure, fmt.Errorf("writing the summary: %w", err))
	}
	failure = inOneLine(failure)
	switch {
	case r.ExitCode == exitcode.Broken:
		return brokenError(failure, "%d of %s broke the contract", stats.Violations, plural.Of(stats.Exchanges, "exchange"))
	case failure != nil || r.ExitCode == exitcode.Error:
		return toolError("%w", cmp.Or(failure, errNoAnswer))
	case r.ExitCode == exitcode.Unverified:
		return &codedError{code: exitcode.Unverified, err: unverified(stats)}
	}
	return nil
}

// unverified returns the error for traffic in which there was nothing to judge.
func unverified(stats proxy.Stats) error {
	if stats.Outside+stats.Refused == 0 {
		return errors.New("no request came, so nothing was verified; give the client the proxy's URL, which a command of --run finds in UNLEASH_URL")
	}
	return errors.New("no request was to an operation of the contract, so nothing was verified; check the path of the URL that the client has")
}

var errNoAnswer = errors.New("the upstream answered no request to an operation of the contract")

// inOneLine puts joined errors on one line.
func inOneLine(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}

func (p *program) summarize(r *report.Report, stats proxy.Stats) error {
	if err := p.printReport(r); err != nil {
		return err
	}
	return tellStats(p.stdout, stats)
}

// tellStats prints the counts that the table of operations does not show.
func tellStats(w io.Writer, stats proxy.Stats) error {
	for _, line := range []struct {
		what  string
		count int
	}{
		{"bodies that were too long, cut off or unreadable, so that only status and headers were judged", stats.Unjudged},
		{"requests that the upstream did not answer, or not completely", stats.Unanswered},
		{"requests that the client gave up, or that were cut off when the proxy ended", stats.Left},
		{"exchanges that passed unjudged or unrecorded, as that took too long", stats.Missed},
		{"exchanges on which the proxy itself failed", stats.Failed},
		{"requests outside of --base-uri-path or for a tunnel, which the proxy refused", stats.Refused},
	} {
		if line.count == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s: %d\n", line.what, line.count); err != nil {
			return err
		}
	}
	return nil
}
