package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/folder"
	"github.com/unleash-mock/unleash-mock/internal/store/postgres"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// storeFlags say where workspaces are kept when the process ends, and what the process is called.
type storeFlags struct {
	store      string
	durability string
	most       int64
	instance   string
}

// storeVariables are the environment variables of the flags, by flag.
var storeVariables = map[string]string{
	"store":           "UNLEASH_MOCK_STORE",
	"durability":      "UNLEASH_MOCK_DURABILITY",
	"store-max-bytes": "UNLEASH_MOCK_STORE_MAX_BYTES",
	"instance":        "UNLEASH_MOCK_INSTANCE",
}

// Values of --durability.
const (
	storeEachSecond = "second"
	storeAlways     = "always"
)

const (
	storeMost = 4 << 30
	// settleTime is how long storing the remaining changes may take at the end.
	settleTime = 10 * time.Second
	// largestInstance is the maximum length of a process's name, in bytes: the name is in metrics
	// and logs.
	largestInstance = 63
)

func (s *storeFlags) add(f *pflag.FlagSet) {
	f.StringVar(&s.store, "store", "", "where to keep workspaces for later processes: a folder, or postgres://user@host/database, which many processes can share")
	f.StringVar(&s.durability, "durability", storeEachSecond, "second stores a change within a second, always stores it before it is answered")
	f.Int64Var(&s.most, "store-max-bytes", storeMost, "how many bytes all workspaces together may take in --store; 0 means no limit")
	f.StringVar(&s.instance, "instance", "", "name of this process in the list of workspaces and in metrics; with --store, by default the hostname")
}

// check refuses invalid flags and combinations, and sets the name of the process.
func (s *storeFlags) check(set *pflag.FlagSet, serve *serveFlags) error {
	scheme, rest, isURL := strings.Cut(s.store, ":")
	at, isDatabase := s.database()
	switch {
	case isDatabase && at.Host == "" && at.Scheme == "":
		return usageError("--store is not a URL such as postgres://host/database; percent-encode special characters in the user name and the password, such as @ as %%40")
	case !isDatabase && slices.ContainsFunc(strings.Fields(s.store), isKeyword):
		return usageError("--store must be a folder or a URL such as postgres://host/database, not keywords and values")
	case !isDatabase && (strings.HasPrefix(rest, "//") || isURL && (scheme == "postgres" || scheme == "postgresql")):
		return usageError("--store is a folder, or postgres://host/database; it begins with %q", scheme+":")
	case s.store == "" && (set.Changed("durability") || set.Changed("store-max-bytes")):
		return usageError("--durability and --store-max-bytes need --store")
	case s.most < 0:
		return usageError("--store-max-bytes %d is less than 0", s.most)
	case len(s.instance) > largestInstance || strings.ContainsFunc(s.instance, isSpaceOrControl) || !utf8.ValidString(s.instance):
		return usageError("--instance must be at most %d bytes of UTF-8 without white space", largestInstance)
	case s.store != "" && serve.deterministic:
		return usageError("--store cannot be combined with --deterministic, which starts every run afresh")
	case s.store != "" && serve.from != "":
		return usageError("--store cannot be combined with --flags-from, which takes the flags from the instance")
	}
	if s.store != "" && s.instance == "" {
		if host, err := os.Hostname(); err == nil {
			s.instance = strings.ToValidUTF8(host[:min(len(host), largestInstance)], "")
		}
	}
	return oneOf("--durability", s.durability, storeEachSecond, storeAlways)
}

// isKeyword reports whether a word is a keyword with a value, as in the connection strings that
// libpq accepts instead of a URL.
func isKeyword(word string) bool {
	name, _, has := strings.Cut(word, "=")
	return has && slices.Contains([]string{"host", "hostaddr", "port", "dbname", "user", "password"}, name)
}

// persist makes a mock keep its workspaces in the store, if there is one. settle stores what is
// left at the end.
func (s *storeFlags) persist(ctx context.Context, mock *mockserver.Server, bounds mockserver.Bounds) (settle func() error, err error) {
	if s.store == "" {
		return func() error { return nil }, nil
	}
	kept, err := s.open(ctx, store.Limits{Total: s.most, Content: largestContent(bounds.Bytes)})
	if err != nil {
		return nil, err
	}
	write, err := mock.Persist(kept, s.durability == storeAlways)
	if err != nil {
		return nil, errors.Join(toolError("--store %s: %w", s.shown(), err), kept.Close())
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), settleTime)
		defer cancel()
		if err := write(ctx); err != nil {
			return toolError("--store %s: %w", s.shown(), err)
		}
		return nil
	}, nil
}

// largestContent returns the maximum size of a stored workspace, in bytes, given how much memory
// all workspaces may take.
func largestContent(memory int64) int64 {
	if memory <= 0 {
		return 1 << 30
	}
	return max(memory, 64<<20)
}

func (s *storeFlags) database() (*url.URL, bool) {
	if !strings.HasPrefix(s.store, "postgres://") && !strings.HasPrefix(s.store, "postgresql://") {
		return nil, false
	}
	at, err := url.Parse(s.store)
	if err != nil {
		at = &url.URL{} // check refuses it
	}
	return at, true
}

func (s *storeFlags) secrets() []string {
	at, is := s.database()
	if !is {
		return nil
	}
	out := at.Query()["password"]
	if password, has := at.User.Password(); has {
		out = append(out, password)
	}
	return out
}

// shown returns the store's name without anything that may be secret.
func (s *storeFlags) shown() string {
	if at, is := s.database(); is {
		return (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path}).String()
	}
	return s.store
}

func (s *storeFlags) open(ctx context.Context, limits store.Limits) (store.Store, error) {
	if _, is := s.database(); is {
		out, err := postgres.Open(ctx, s.store, s.instance, limits)
		if err != nil {
			return nil, toolError("--store %s: %w", s.shown(), err)
		}
		return out, nil
	}
	out, err := folder.Open(s.store, limits)
	switch {
	case errors.Is(err, folder.ErrLocked):
		return nil, usageError("--store %s: %w; give each process a folder of its own", s.store, err)
	case err != nil:
		return nil, usageError("--store %s: %w", s.store, err)
	}
	return out, nil
}
