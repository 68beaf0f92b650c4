package mockserver

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/cors"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/seed"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Validation is how requests are judged.
type Validation string

// The validation policies.
const (
	// Strict refuses what the document does not allow.
	Strict Validation = "strict"
	// Faithful coerces and accepts what a real server does, and records what
	// Strict would have refused.
	Faithful Validation = "faithful"
	// Off judges neither requests nor responses. It exists to measure what
	// validation costs.
	Off Validation = "off"
)

// Limits are what an instance allows. A field of 0 or less lifts the limit, so that
// Limits{} allows everything; the limit on the size of a body stays.
type Limits struct {
	// Endpoints is how many signal endpoints may exist.
	Endpoints int
	// TokensPerEndpoint is how many tokens a signal endpoint may have.
	TokensPerEndpoint int
	// CallsPerSecond is how many calls of signal endpoints one client may make.
	CallsPerSecond int
	// PersonalTokenPerMinute is how many requests one client may make with
	// personal access tokens.
	PersonalTokenPerMinute int
	// SDKPerMinute is how many requests one client may make to the Client and the Frontend API;
	// MetricsPerMinute and RegisterPerMinute are how many of them may report metrics and
	// register an SDK.
	SDKPerMinute, MetricsPerMinute, RegisterPerMinute int
}

// UnleashLimits returns the default limits of Unleash.
func UnleashLimits() Limits {
	return Limits{
		Endpoints: 5, TokensPerEndpoint: 5, CallsPerSecond: 1, PersonalTokenPerMinute: 20000,
		SDKPerMinute: 20000, MetricsPerMinute: 6000, RegisterPerMinute: 6000,
	}
}

type config struct {
	contract   *spec.Contract // including the operations of the document
	handled    *spec.Contract // the contract for which the handlers are written
	document   *spec.Contract // nil without one
	wins       bool           // whether the document judges operations in both
	seed       func() *seed.Seed
	seedName   string
	validation Validation
	edition    spec.Edition
	limits     Limits
	bounds     Bounds
	baseURL    string
	basePath   string
	cors       cors.Policy
	version    string
	logger     *slog.Logger
	secrets    *secrets.Redactor // knows the secrets of this server
	now        func() time.Time
	random     io.Reader

	streams pipeline.Streams

	upstream *Upstream // nil without one

	flags       *flagfile.Set // nil without a file
	flagsDigest string

	recordings []*recording.Recording
	replay     *replay.Index // of the recordings; nil without them

	deterministic  bool
	trustForwarded bool
	access         control.Access
}

// Option changes how New builds a server, or NewMonitor a monitor.
type Option func(*config) error

// set returns an option that cannot fail.
func set(change func(*config)) Option {
	return func(c *config) error {
		change(c)
		return nil
	}
}

func defaults() config {
	return config{
		seed:       seed.Default,
		seedName:   "the seed",
		bounds:     DefaultBounds(),
		validation: Strict,
		edition:    spec.Enterprise,
		limits:     UnleashLimits(),
		version:    "dev",
		logger:     slog.New(slog.DiscardHandler),
		secrets:    secrets.New(),
		now:        time.Now,
		random:     rand.Reader,
		streams:    pipeline.Streams{Heartbeat: 15 * time.Second, Patience: 10 * time.Second, Most: 1000},

		access: control.OpenAccess(),
	}
}

var errFlagsOfUpstream = errors.New("flags cannot be given with an upstream: SDKs get the flags of the upstream")

func configured(options []Option) (*config, error) {
	c := defaults()
	for _, option := range options {
		if err := option(&c); err != nil {
			return nil, err
		}
	}
	if c.upstream != nil && c.flags != nil {
		return nil, errFlagsOfUpstream
	}
	if c.contract == nil {
		c.contract = spec.Default()
	}
	c.handled = c.contract
	if c.document != nil {
		c.contract = c.handled.Extend(c.document, c.wins)
	}
	return &c, nil
}

// WithDocument also answers the operations that only this document, read by spec.Load, has,
// with the grade example: with its examples, or else with what its schemas allow. If the
// document is not Unleash's, that is, if it shares no operations under /api with the contract,
// it is all that is served. With wins, the document judges the operations in both; an answer
// that breaks it is recorded but still sent.
func WithDocument(document *spec.Contract, wins bool) Option {
	return set(func(c *config) { c.document, c.wins = document, wins })
}

// WithContract serves a contract other than the embedded one. It must have the same operations.
func WithContract(contract *spec.Contract) Option {
	return set(func(c *config) { c.contract = contract })
}

// WithSeedFile starts from a seed in YAML instead of the built-in one. name is the file's name;
// the error of New begins with it, and gives the line and field of the mistake.
func WithSeedFile(name string, source []byte) Option {
	return func(c *config) error {
		read, err := seed.Read(source)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		c.seedName = name
		c.seed = func() *seed.Seed { return read }
		return nil
	}
}

// WithFlags starts every workspace with the flags in a file instead of the seed's: a response
// of the Client API, an Unleash export, or the short form of flags.schema.json. They are on or
// off in the environment development. name is the file's name; the error of New begins with it,
// and gives the line and field of the mistake.
func WithFlags(name string, source []byte) Option {
	return func(c *config) error {
		set, err := flagfile.Read(source)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		c.flags, c.flagsDigest = set, digestOf(source)
		return nil
	}
}

// WithAPITokens replaces the seed's API tokens of that kind: spec.AdminToken,
// spec.BackendToken or spec.FrontendToken.
func WithAPITokens(kind spec.TokenKind, secrets ...string) Option {
	return func(c *config) error {
		before := c.seed
		c.seed = func() *seed.Seed { return before().With(resources.APITokens(string(kind), secrets)) }
		return nil
	}
}

// WithValidation sets the validation policy; Strict is the default.
func WithValidation(policy Validation) Option {
	return func(c *config) error {
		switch policy {
		case Strict, Faithful, Off:
			c.validation = policy
			return nil
		}
		return fmt.Errorf("validation %q is not one of strict, faithful, off", policy)
	}
}

// WithEdition sets the edition that the server acts as; spec.Enterprise is the default. An
// open-source instance answers 404 to operations that it does not have.
func WithEdition(edition spec.Edition) Option {
	return func(c *config) error {
		switch edition {
		case spec.Enterprise, spec.OpenSource:
			c.edition = edition
			return nil
		}
		return fmt.Errorf("edition %q is not one of enterprise, open-source", edition)
	}
}

// WithLimits sets the limits; UnleashLimits is the default.
func WithLimits(limits Limits) Option {
	return set(func(c *config) { c.limits = limits })
}

// Bounds limit how much a server keeps. A field of 0 or less sets no limit, except for Journal,
// which then keeps nothing.
type Bounds struct {
	// Workspaces is how many workspaces there may be besides the first.
	Workspaces int
	// WorkspaceIdle is how long a workspace may go without a request before it is removed.
	WorkspaceIdle time.Duration
	// Journal is how many exchanges each workspace's journal keeps; all are counted.
	Journal int
	// Signals is how many signals each workspace keeps; the oldest are dropped first.
	Signals int
	// Bytes is how much memory, by estimation, all workspaces together may take. The signals of
	// one workspace may take half of it, its journal a sixteenth. At the bound, the largest
	// workspaces drop the older half of their exchanges, then of their events, then of their
	// signals; if that is not enough, the least recently used workspaces are removed.
	Bytes int64
	// Instance is the name of the process in the list of workspaces and in metrics; empty for
	// no name.
	Instance string
}

// DefaultBounds returns the bounds of a server that is not given any.
func DefaultBounds() Bounds {
	return Bounds{Workspaces: 5000, WorkspaceIdle: 30 * time.Minute, Journal: journal.DefaultSize, Signals: 100_000, Bytes: 256 << 20}
}

// WithBounds sets how much the server keeps; DefaultBounds is the default.
func WithBounds(bounds Bounds) Option {
	return set(func(c *config) { c.bounds = bounds })
}

// allowed returns the limits as options of the resources.
func (c *config) allowed() resources.Options {
	return resources.Options{
		Limits:         resources.Limits(c.limits),
		MaxSignals:     c.bounds.Signals,
		MaxSignalBytes: int(c.bounds.Bytes / 2),
		MaxReportBytes: int(c.bounds.Bytes / 8),
	}
}

// WithBaseURL sets the URL at which the instance is reached, for the url of an endpoint.
// Without it, that is the scheme and host of each request.
func WithBaseURL(url string) Option {
	return set(func(c *config) { c.baseURL = strings.TrimRight(url, "/") })
}

// WithBasePath serves everything under a path, as Unleash's baseUriPath does.
func WithBasePath(path string) Option {
	return set(func(c *config) {
		path = strings.Trim(path, "/")
		if path != "" {
			path = "/" + path
		}
		c.basePath = path
	})
}

// WithTrustForwarded is for a server behind a proxy: the headers X-Forwarded-Proto, -Host and
// -Prefix say at which address it is reached, which shows in the url of an endpoint and in the
// documents. -Prefix names what the proxy has stripped from the path. The proxy must set these
// headers or drop them.
func WithTrustForwarded() Option {
	return set(func(c *config) { c.trustForwarded = true })
}

// WithVersion sets the value of the Unleash-Mock header.
func WithVersion(version string) Option {
	return set(func(c *config) { c.version = version })
}

// WithLogger sets where the server logs. Secrets are never logged. Without this option nothing
// is logged.
func WithLogger(logger *slog.Logger) Option {
	return set(func(c *config) { c.logger = slog.New(c.secrets.Handler(logger.Handler())) })
}

// WithClock sets the instance's time.
func WithClock(now func() time.Time) Option {
	return set(func(c *config) { c.now = now })
}
