package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Timeouts and bounds of the server. They are generous to a client on a slow line, and finite for
// one that never finishes.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 120 * time.Second
	drainTimeout      = 5 * time.Second // unless a flag says otherwise
	maxHeaderBytes    = 16 << 10        // what Node allows
)

type serveFlags struct {
	serverFlags
	seed       string
	flags      string
	replay     []string
	document   documentFlags
	specWins   bool
	validation string
	edition    string
	limits     string
	unleashURL string
	cors       []string
	trust      bool
	drain      time.Duration
	envFile    notice
	withStdin  bool
	workspaceFlags
	storeFlags
	overlayFlags
	flagsFromFlags
	runFlags
}

// serveVariables are the environment variables of flags, by flag.
var serveVariables = map[string]string{
	"env-file":           "UNLEASH_MOCK_ENV_FILE",
	"seed":               "UNLEASH_MOCK_SEED",
	"flags":              "UNLEASH_MOCK_FLAGS",
	"spec":               "UNLEASH_MOCK_SPEC",
	"spec-wins":          "UNLEASH_MOCK_SPEC_WINS",
	"strict-spec":        "UNLEASH_MOCK_STRICT_SPEC",
	"validation":         "UNLEASH_MOCK_VALIDATION",
	"edition":            "UNLEASH_MOCK_EDITION",
	"limits":             "UNLEASH_MOCK_LIMITS",
	"max-signals":        "UNLEASH_MOCK_MAX_SIGNALS",
	"present-enterprise": "UNLEASH_MOCK_PRESENT_ENTERPRISE",
	"unleash-url":        "UNLEASH_URL",
}

// corsVariable names the variable with origins, separated by commas or white space.
const corsVariable = "UNLEASH_MOCK_CORS_ORIGINS"

// everybody is the value of --cors for all origins.
const everybody = "*"

// replayVariable names the variable with recordings, separated as in PATH.
const replayVariable = "UNLEASH_MOCK_REPLAY"

func (p *program) serveCommand() *cobra.Command {
	flags := &serveFlags{}
	command := &cobra.Command{
		Use:     "serve",
		Short:   "Start the mock",
		Long:    serveHelp,
		Example: serveExamples,
		Args:    wholeCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.complete(flags, cmd.Flags()); err != nil {
				return err
			}
			for _, written := range []struct {
				flag string
				file *notice
			}{{"env-file", &flags.envFile}, {"port-file", &flags.portFile}} {
				if err := written.file.forgetOld(written.flag, flags.listen); err != nil {
					return err
				}
				defer written.file.forget()
			}
			ctx := cmd.Context()
			if flags.withStdin {
				ctx = p.untilInputEnds(ctx)
			}
			return p.serve(ctx, flags)
		},
	}
	flags.add(command.Flags(), p.env)
	exclusive(command, "listen", "port")
	addHelp(command)
	return command
}

const serveHelp = `Start the mock. It prints where it listens, the built-in tokens and a line to
try, and serves until it is interrupted; open requests then have --drain to finish.

--run runs a shell command once the mock is ready, on a free port unless --listen or
--port says otherwise. The mock exits with the command's exit code, or with 1 if the
command succeeded but there were violations that count. SIGINT, SIGTERM, SIGHUP and
SIGQUIT are passed on to the command. Its environment has UNLEASH_URL, UNLEASH_MOCK_TOKEN,
UNLEASH_MOCK_BACKEND_TOKEN and UNLEASH_MOCK_FRONTEND_TOKEN; with --upstream, which answers
SDKs, the last two are left as they are. UNLEASH_MOCK_URL repeats the URL, so that a mock
which the command starts does not take UNLEASH_URL for its own. The mock's own output goes
to standard error. --env-file writes the same variables to a file, for programs that are
started later.

It honours these variables of Unleash itself: HTTP_HOST, HTTP_PORT,
UNLEASH_URL, BASE_URI_PATH, LOG_LEVEL, INIT_ADMIN_API_TOKENS,
INIT_BACKEND_API_TOKENS, INIT_FRONTEND_API_TOKENS,
UNLEASH_SIGNAL_ENDPOINTS_LIMIT, UNLEASH_SIGNAL_TOKENS_PER_ENDPOINT_LIMIT,
SIGNAL_ENDPOINT_RATE_LIMIT_PER_SECOND, CLIENT_METRICS_RATE_LIMIT_PER_MINUTE,
REGISTER_CLIENT_RATE_LIMIT_PER_MINUTE.

The control API and its page, /_mock/, are open on a loopback address. On any
other they require the token in UNLEASH_MOCK_CONTROL_TOKEN, and are off without it;
requests that came through a proxy always need that token.

With --flags-from the mock fetches the flags of a real Unleash, using the backend token in
UNLEASH_MOCK_FLAGS_TOKEN, and follows their changes. In the mock they belong to the
environment development, whatever the token's environment is. Flags in --flags override
them, and what is set in a workspace overrides both until a reset. While the instance is
out of reach, the last copy stays in use; to start then, the mock needs --flags-cache.

With --spec it also answers the operations of an OpenAPI document that it has no handler
for, with the document's examples or else with values that its schemas allow. The document
of an API other than Unleash's is served alone.

With --store, workspaces outlive the process, and leave memory while they are idle. A
change is stored within a second or, with --durability always, before it is answered.
The store contains the secrets of API tokens. While the store accepts no changes, the
mock carries on with what it has, and /ready answers 503.`

const serveExamples = `  unleash-mock serve
  unleash-mock serve --flags flags.yaml
  UNLEASH_MOCK_FLAGS_TOKEN='*:production.my-secret' unleash-mock serve --flags-from https://unleash.example.com
  unleash-mock serve --listen 127.0.0.1:0 --port-file port.txt
  unleash-mock serve --port 0 --env-file mock.env
  unleash-mock serve --seed my-seed.yaml --limits off
  unleash-mock serve --replay traffic.jsonl
  unleash-mock serve --spec openapi.yaml
  unleash-mock serve --run 'npm test'
  unleash-mock serve --store ./workspaces
  unleash-mock serve --store postgres://unleash_mock@db.example.com/mocks --instance n1
  INIT_ADMIN_API_TOKENS='*:*.my-secret' unleash-mock serve`

func (f *serveFlags) add(set *pflag.FlagSet, env environment) {
	f.serverFlags.add(set, env)
	f.envFile.form = variablesForm
	set.StringVar(&f.envFile.name, "env-file", "", "write the URL and the tokens to this file once the mock is listening, as a line NAME=VALUE for each variable of --run; only its owner can read a file that did not exist before")
	set.StringVar(&f.seed, "seed", "", "YAML file with the state to start with")
	set.StringVar(&f.flags, "flags", "", "file with the flags to start with: a response of /api/client/features, an Unleash export, or YAML such as \"checkout: true\"; reloaded when it changes")
	set.StringArrayVar(&f.replay, "replay", nil, described("recording of \"unleash-mock proxy --record\" to answer from if it contains the request; may be repeated", replayVariable))
	f.document.add(set, "OpenAPI document, a file or a URL, whose operations to answer as well, from its examples and schemas; your own instance has one at /docs/openapi.json", &f.tlsFlags)
	set.BoolVar(&f.specWins, "spec-wins", false, "let the document of --spec, not the contract, judge the operations they share; an answer that breaks it is recorded but still sent")
	set.StringVar(&f.validation, "validation", string(mockserver.Strict), "strict refuses what the contract does not allow, faithful accepts and coerces what a real server would, off is for measuring what validation costs")
	set.StringVar(&f.edition, "edition", string(spec.Enterprise), "enterprise, or open-source to answer 404 to what only Enterprise has")
	set.StringVar(&f.limits, "limits", "unleash", "unleash, or off to lift the limits on signal endpoints and their tokens, and all rate limits")
	set.StringVar(&f.unleashURL, "unleash-url", "", "URL by which clients reach the mock, for the url of an endpoint; by default as requested")
	set.BoolVar(&f.trust, "trust-forwarded", false, "trust X-Forwarded-Proto, -Host and -Prefix for the URLs that the mock returns; for a mock that is reached only through a proxy")
	set.StringArrayVar(&f.cors, "cors", nil, described("origin whose web pages may use the mock, such as http://localhost:3000, or * for all; only origins listed by name may use the control API; may be repeated", corsVariable))
	set.DurationVar(&f.drain, "drain", drainTimeout, "how long requests may continue once the mock is told to stop; those cut off are logged")
	set.BoolVar(&f.withStdin, "stop-with-stdin", false, "stop when standard input ends, so that the mock does not outlive the program that started it")
	f.workspaceFlags.add(set)
	f.storeFlags.add(set)
	set.IntVar(&f.bounds.Signals, "max-signals", f.bounds.Signals, "how many signals each workspace keeps; the oldest are dropped first")
	f.overlayFlags.add(set, env)
	f.flagsFromFlags.add(set, env, &f.tlsFlags)
	f.runFlags.add(set)
	fromEnvironment(set, serverVariables, serveVariables, httpsVariables, workspaceVariables, storeVariables, flagsFromVariables)
}

// complete sets the flags that take more than the value of a variable, and checks what flags say
// together.
func (p *program) complete(flags *serveFlags, set *pflag.FlagSet) error {
	isFilled := slices.ContainsFunc(p.filled, func(filled filledFlag) bool { return filled.flag == "unleash-url" })
	if isFilled && p.env.isOuter(flags.unleashURL) {
		flags.unleashURL = "" // this mock has a URL of its own
	}
	if !set.Changed("replay") {
		flags.replay = listed(p.env.text(replayVariable, ""))
	}
	if !set.Changed("cors") {
		flags.cors = strings.FieldsFunc(p.env.text(corsVariable, ""), func(c rune) bool { return c == ',' || unicode.IsSpace(c) })
		p.filled = append(p.filled, filledFlag{"cors", corsVariable})
	}
	flags.forCommand(flags.run)
	p.secrets.Add(flags.storeFlags.secrets()...)
	return flags.storeFlags.check(set, flags)
}

// serving is what serve has prepared before it listens.
type serving struct {
	flags      *serveFlags
	logger     *slog.Logger
	listen     string // as the flags choose it
	address    *net.TCPAddr
	configured apiTokens
	access     controlAccess
	document   *spec.Contract // nil without --spec
	served     *spec.Contract
	flagFile   []byte // nil without --flags
	mock       *mockserver.Server
}

// prepare builds the mock that the flags describe.
func (p *program) prepare(ctx context.Context, flags *serveFlags) (s *serving, err error) {
	if flags.drain < 0 {
		return nil, usageError("--drain %s is less than 0", flags.drain)
	}
	if err := flags.runFlags.check(); err != nil {
		return nil, err
	}
	s = &serving{flags: flags}
	if s.logger, err = p.newLogger(flags.logLevel); err != nil {
		return nil, err
	}
	if s.configured, err = p.configuredTokens(); err != nil {
		return nil, err
	}
	if s.listen, err = flags.address(); err != nil {
		return nil, err
	}
	if s.address, err = net.ResolveTCPAddr("tcp", s.listen); err != nil {
		return nil, listenError(s.listen, err)
	}
	if err := flags.readCertificate(ctx, s.listen); err != nil {
		return nil, err
	}
	if s.access, err = p.controlAccess(s.address); err != nil {
		return nil, err
	}
	go mockserver.DefaultTokens() // reads the built-in seed, once, while the document is being read
	if flags.specWins && flags.document.file == "" {
		return nil, usageError("--spec-wins needs --spec")
	}
	warn := func(line string) { s.logger.Warn(line) }
	if s.document, err = p.load(ctx, flags.document, warn); err != nil {
		return nil, err
	}
	if s.served, err = p.extend(flags.document, s.document, flags.specWins, warn); err != nil {
		return nil, err
	}
	if s.flagFile, err = flags.readFlags(ctx); err != nil {
		return nil, err
	}
	s.mock, err = p.build(ctx, s)
	return s, err
}

// serve runs the server until the context ends.
func (p *program) serve(ctx context.Context, flags *serveFlags) (err error) {
	s, err := p.prepare(ctx, flags)
	if err != nil {
		return err
	}
	mock, logger := s.mock, s.logger
	if err := flags.follow(ctx, mock, flags.upstream); err != nil || ctx.Err() != nil {
		return err
	}
	settle, err := flags.persist(ctx, mock, flags.bounds)
	if err != nil {
		return err
	}
	defer func() {
		if lost := settle(); err == nil {
			err = lost
		}
	}()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.address.String())
	if err != nil {
		return listenError(s.listen, err)
	}
	limited := limitConnections(patient{listener}, maxConnections)
	server := newServer(&patientBodies{Handler: mock}, logger, slog.LevelWarn)
	server.ConnState, server.MaxHeaderBytes = limited.connState, maxHeaderBytes
	server.RegisterOnShutdown(mock.Close)
	environment := flags.environment(mock, listener.Addr())
	if err := flags.writeFiles(ctx, environment, listener.Addr()); err != nil {
		listener.Close()
		return err
	}
	p.announce(listener.Addr(), s)
	if flags.flags != "" {
		go followFlags(ctx, time.Tick(flagsInterval), mock, flags.flags, s.flagFile, logger)
	}
	time.AfterFunc(settleDelay, func() { p.settle(s) })
	if flags.run != "" {
		return p.runBeside(ctx, server, flags.over(limited), s, environment)
	}
	return p.until(ctx, server, flags.over(limited), flags.drain, logger)
}

// until serves until the context ends, and then drains for at most the given time.
func (p *program) until(ctx context.Context, server *http.Server, listener net.Listener, drain time.Duration, logger *slog.Logger) error {
	return p.serveUntil(ctx, server, listener, func() time.Time { return time.Now().Add(drain) }, logger)
}

// serveUntil serves until the context ends, and then drains until a deadline, which it asks for
// at that time.
func (p *program) serveUntil(ctx context.Context, server *http.Server, listener net.Listener, deadline func() time.Time, logger *slog.Logger) error {
	open := newUnderWay(server.Handler)
	server.Handler = open
	go rest(ctx, time.Tick(restInterval), open.begun.Load, giveBack)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return toolError("serving: %w", err)
	case <-ctx.Done():
	}
	end := deadline()
	logger.Info("stopping", "drain", max(0, time.Until(end)).Round(time.Millisecond).String())
	ending, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	defer cancel()
	err := server.Shutdown(ending)
	open.tell(logger)
	if err != nil {
		return server.Close()
	}
	return nil
}

// build builds the mock, once everything else is prepared.
func (p *program) build(ctx context.Context, s *serving) (*mockserver.Server, error) {
	limits, err := p.limits(s.flags.limits)
	if err != nil {
		return nil, err
	}
	options, err := s.flags.options(ctx, s.logger)
	if err != nil {
		return nil, err
	}
	content, err := p.content(ctx, s)
	if err != nil {
		return nil, err
	}
	options = append(options, mockserver.WithLimits(limits), s.access.option)
	mock, err := mockserver.New(append(options, content...)...)
	if err != nil {
		return nil, usageError("%w%s", ofFlag(err, "edition", "validation", "flags"), s.flags.otherKind(err))
	}
	return mock, nil
}

// options returns the options of the server that depend on nothing but flags.
func (f *serveFlags) options(ctx context.Context, logger *slog.Logger) ([]mockserver.Option, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	f.bounds.Instance = f.instance
	ofWorkspaces, err := f.workspaceFlags.options()
	if err != nil {
		return nil, err
	}
	overlay, err := f.overlayFlags.options(ctx, f.from != "" || isURL(f.document.file), logger)
	if err != nil {
		return nil, err
	}
	options := []mockserver.Option{
		mockserver.WithValidation(mockserver.Validation(f.validation)),
		mockserver.WithEdition(spec.Edition(f.edition)),
		mockserver.WithBaseURL(f.unleashURL),
		mockserver.WithBasePath(f.basePath),
		mockserver.WithCORS(f.cors...),
		mockserver.WithVersion(productVersion()),
		mockserver.WithLogger(logger),
	}
	if f.trust {
		options = append(options, mockserver.WithTrustForwarded())
	}
	return slices.Concat(options, ofWorkspaces, overlay), nil
}

// check refuses values that no mock can use.
func (f *serveFlags) check() error {
	if err := checkBasePath(f.basePath); err != nil {
		return err
	}
	if f.unleashURL != "" {
		if _, err := parseOpenURL("--unleash-url", f.unleashURL); err != nil {
			return err
		}
	}
	for _, origin := range f.cors {
		if _, err := httpx.ParseOrigin(origin); err != nil && origin != everybody {
			return usageError("--cors %q: %w", origin, err)
		}
	}
	if f.bounds.Signals < 0 {
		return usageError("--max-signals %d is less than 0", f.bounds.Signals)
	}
	return nil
}

// content returns options for what the mock contains from the start.
func (p *program) content(ctx context.Context, s *serving) ([]mockserver.Option, error) {
	flags := s.flags
	recordings, err := p.readRecordings(ctx, "--replay", flags.replay)
	if err != nil {
		return nil, err
	}
	options := []mockserver.Option{mockserver.WithReplay(recordings...)}
	if s.document != nil {
		options = append(options, mockserver.WithDocument(s.document, flags.specWins))
	}
	if flags.seed != "" {
		source, err := readFile(ctx, "--seed", flags.seed)
		if err != nil {
			return nil, err
		}
		options = append(options, mockserver.WithSeedFile("--seed "+flags.seed, source))
	}
	if flags.flags != "" {
		options = append(options, mockserver.WithFlags("--flags "+flags.flags, s.flagFile))
	}
	for tokenType, tokens := range s.configured {
		options = append(options, mockserver.WithAPITokens(tokenType, tokens...))
	}
	return options, nil
}

// otherKind is the hint of otherKind for an error about a file of the mock's content.
func (f *serveFlags) otherKind(err error) string {
	switch flag, _, _ := strings.Cut(err.Error(), " "); flag {
	case "--seed":
		return otherKind(flag, f.seed)
	case "--flags":
		return otherKind(flag, f.flags)
	}
	return ""
}

// ofFlag adds the dashes to an error that begins with the name of one of these flags.
func ofFlag(err error, flags ...string) error {
	if name, _, _ := strings.Cut(err.Error(), " "); slices.Contains(flags, name) {
		return fmt.Errorf("--%w", err)
	}
	return err
}

func (p *program) limits(mode string) (mockserver.Limits, error) {
	if err := oneOf("--limits", mode, "unleash", "off"); err != nil || mode == "off" {
		return mockserver.Limits{}, err
	}
	limits := mockserver.UnleashLimits()
	for variable, field := range map[string]*int{
		"UNLEASH_SIGNAL_ENDPOINTS_LIMIT":           &limits.Endpoints,
		"UNLEASH_SIGNAL_TOKENS_PER_ENDPOINT_LIMIT": &limits.TokensPerEndpoint,
		"SIGNAL_ENDPOINT_RATE_LIMIT_PER_SECOND":    &limits.CallsPerSecond,
		"REGISTER_CLIENT_RATE_LIMIT_PER_MINUTE":    &limits.MetricsPerMinute, // each sets the other's limit (O)
		"CLIENT_METRICS_RATE_LIMIT_PER_MINUTE":     &limits.RegisterPerMinute,
	} {
		number, err := p.env.number(variable, *field)
		if err != nil {
			return mockserver.Limits{}, err
		}
		*field = number
	}
	return limits, nil
}

// readFlags reads the file of flags; nil without one.
func (f *serveFlags) readFlags(ctx context.Context) ([]byte, error) {
	if f.flags == "" {
		return nil, nil
	}
	return readFile(ctx, "--flags", f.flags)
}
