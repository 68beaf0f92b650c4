package flagsource

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// kept is the form of the file that holds a copy: an answer of the Client API, which SDKs
// and serve --flags can read, plus one key.
type kept struct {
	About    about           `json:"unleashMock"`
	Version  json.RawMessage `json:"version"`
	Features json.RawMessage `json:"features"`
	Segments json.RawMessage `json:"segments,omitempty"`
}

// about says which instance's flags are kept. It does not hold the token.
type about struct {
	Instance string `json:"instance"`
	// Token is the part of the token that is not secret: its projects and environment.
	Token     string    `json:"token"`
	FetchedAt time.Time `json:"fetchedAt"`
}

func (k *kept) answer() []byte {
	text, _ := json.Marshal(k) // cannot fail: it was read from JSON
	return text
}

// scope returns the projects and the environment of a token; empty if they are not in it.
func scope(token string) string {
	before, _, found := strings.Cut(token, ".")
	if !found || !strings.Contains(before, ":") {
		return ""
	}
	return before
}

// keep writes the copy. It logs a failure once.
func (s *Source) keep(body []byte, at time.Time) {
	if s.Cache == "" {
		return
	}
	err := s.write(body, at)
	if err != nil && !s.unkept {
		s.Logger.Warn("cannot write the copy of the flags", "file", s.Cache, "error", err)
	}
	s.unkept = err != nil
}

func (s *Source) write(body []byte, at time.Time) error {
	var copied kept
	if err := json.Unmarshal(body, &copied); err != nil {
		return err
	}
	copied.About = about{s.state.URL, scope(s.Token), at.UTC()}
	return outfile.Write(s.Cache, outfile.Private, func(w io.Writer) error { return json.NewEncoder(w).Encode(&copied) })
}

// load reads the copy; nil if there is none. A copy that cannot be used is set aside.
func (s *Source) load() *kept {
	if s.Cache == "" {
		return nil
	}
	if info, err := os.Stat(s.Cache); err == nil && !info.Mode().IsRegular() {
		return nil // a pipe or a device, which is only written
	}
	file, err := os.Open(s.Cache)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var text []byte
	if err == nil {
		defer file.Close()
		text, err = io.ReadAll(io.LimitReader(file, 2*maxAnswer))
	}
	var out kept
	switch {
	case err != nil:
		s.setAside("it cannot be read: " + err.Error())
	case len(text) == 0: // an empty file made in advance
	case json.Unmarshal(text, &out) != nil || out.Features == nil || out.About.Instance == "":
		s.setAside("it is damaged or not a copy of flags")
	case out.About.Instance != s.state.URL:
		s.setAside("it is from another instance, " + out.About.Instance)
	case out.About.Token != scope(s.Token):
		s.setAside(fmt.Sprintf("it was made with the token %s.…, but the token is now %s.…", out.About.Token, scope(s.Token)))
	default:
		return &out
	}
	return nil
}

// setAside renames the file, so that it is not overwritten. Files that were set aside
// earlier are kept, too.
func (s *Source) setAside(reason string) {
	aside := s.Cache + ".unused"
	for n := 2; exists(aside); n++ {
		aside = fmt.Sprintf("%s.unused-%d", s.Cache, n)
	}
	attributes := []any{"file", s.Cache, "reason", reason}
	if err := os.Rename(s.Cache, aside); err == nil {
		attributes = append(attributes, "now", aside)
	}
	s.Logger.Warn("ignoring the copy of the flags", attributes...)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
