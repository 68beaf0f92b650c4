package mockserver

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/seed"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
	"github.com/unleash-mock/unleash-mock/spec"
)

// DefaultSeed returns the built-in seed file, in YAML.
func DefaultSeed() []byte { return seed.DefaultSource() }

// Token is a credential of the built-in seed.
type Token struct {
	// Label says what the token is for, such as "admin token" or "as viewer".
	Label string
	// Note says more, such as what the token belongs to; it may be empty.
	Note   string
	Secret string
	// Kind is the type of an API token; empty for other credentials.
	Kind spec.TokenKind
}

// DefaultTokens returns the credentials of the built-in seed, in its order.
func DefaultTokens() []Token { return tokensOf(seed.Default()) }

// Tokens returns the credentials that this server starts with, from its seed and from
// WithAPITokens, in the seed's order.
func (s *Server) Tokens() []Token { return tokensOf(s.seed()) }

func tokensOf(from *seed.Seed) []Token {
	var out []Token
	for _, resource := range resources.All(resources.Options{}) {
		if resource.WellKnown == nil {
			continue
		}
		for _, token := range resource.WellKnown(from.Rows()) {
			out = append(out, Token(token))
		}
	}
	return out
}

// CheckSeed lists the mistakes in a seed file, each with its line and field. For a valid one it
// says what is in it, such as "4 users, 2 endpoints".
func CheckSeed(source []byte) (content string, problems []error) {
	mock, err := New(WithSeedFile("the seed", source))
	var found yamlfile.Problems
	switch {
	case errors.As(err, &found):
		for _, problem := range found {
			problems = append(problems, problem)
		}
		return "", problems
	case err != nil:
		return "", []error{err}
	}
	counts := mock.workspaces.Default().Instance().Store.Counts()
	var parts []string
	for _, table := range mock.engine.Tables() {
		if count := counts[table]; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, table))
		}
	}
	return strings.Join(parts, ", "), nil
}

// Recording is what "unleash-mock proxy --record" has written: exchanges with an Unleash,
// without their secrets.
type Recording = recording.Recording

// ReadRecording reads a recording. name is the file's name; answers use it to say which
// recording they come from.
func ReadRecording(name string, source io.Reader) (*Recording, error) {
	return recording.Read(name, source)
}

// SeedOf writes a seed file from what recordings show of an instance, one after the other: its
// state as last seen, without what was deleted. Comments say what no recording shows and had to
// be made up.
func SeedOf(recordings ...*Recording) ([]byte, error) {
	e, err := engine.New(spec.Default(), resources.All(resources.Options{})...)
	if err != nil {
		return nil, err
	}
	return recording.Seed(spec.Default(), e, recordings...)
}

// Plant adds rows to the state of a workspace without going through the API: no limit applies,
// and nothing goes into the journal. They have the form of a seed file; rows without an id get
// the next one. If anything is wrong with them, nothing is added.
func (s *Server) Plant(workspace string, rows []byte) error {
	read, err := seed.Read(rows)
	if err != nil {
		return err
	}
	if len(read.Rules()) > 0 {
		return errors.New("rules are not rows: set them through the control API")
	}
	w, err := s.workspaces.Get(workspace)
	if err != nil {
		return err
	}
	s.secrets.Add(s.engine.Secrets(read.Rows())...)
	instance := w.Instance()
	return read.AddTo(instance.Store, instance.Request())
}
