package ledger_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/features"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// flagsTarget is a target with flags that records what it is asked to remove.
type flagsTarget struct {
	strategies string
	status     map[string]int // by path
	removed    []string
}

func (f *flagsTarget) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodDelete:
		f.removed = append(f.removed, strings.TrimPrefix(r.URL.EscapedPath(), "/api/admin/"))
		w.WriteHeader(max(f.status[r.URL.Path], http.StatusOK))
	case strings.HasSuffix(r.URL.Path, "/strategies"):
		_, _ = w.Write([]byte(f.strategies))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// ledger returns the ledger of a run whose names start with own-, for a target that needs no
// pause before its bin is emptied.
func (f *flagsTarget) ledger(t *testing.T) *ledger.Ledger {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client := target.NewClient(target.Config{Address: &target.Address{Base: server.URL}, Contract: spec.Default(), Writes: true, Timeout: 10 * time.Second})
	t.Cleanup(client.Close)
	return ledger.New(ledger.Config{
		Client: client, Redact: secrets.New(), Kinds: features.Resource("default").Kinds, Bin: &ledger.Bin{Settled: true},
		Owns: func(name string) bool { return strings.HasPrefix(name, "own-") },
	})
}

func TestWhatIsInTheBinIsRemovedForGoodAtTheEnd(t *testing.T) {
	t.Parallel()
	f := &flagsTarget{status: map[string]int{features.Path("default") + "/own-gone": http.StatusNotFound}}
	l := f.ledger(t)
	for _, name := range []string{"own-a", "own-gone", "own-b"} {
		l.Note(creation(features.Path("default"), `{"name":"`+name+`"}`, 201, `{"name":"somebody's"}`))
	}
	l.Note(creation(features.Path("default")+"/own-a/clone", `{"name":"own-clone"}`, 201, `{}`))
	l.Note(creation(features.Path("default")+"/own-a/environments/development/strategies", `{"name":"flexibleRollout"}`, 200, `{"id":"01A"}`))
	if left := l.Clear(t.Context(), testAdmin); len(left) > 0 {
		t.Errorf("left behind: %+v", left)
	}
	archived := []string{"projects/default/features/own-clone", "projects/default/features/own-b", "projects/default/features/own-gone", "projects/default/features/own-a"}
	if diff := cmp.Diff(archived, f.removed); diff != "" {
		t.Fatal(diff)
	}
	f.removed = nil
	if left := l.Empty(t.Context(), testAdmin); len(left) > 0 {
		t.Errorf("left behind: %+v", left)
	}
	if left := l.Empty(t.Context(), testAdmin); len(left) > 0 {
		t.Errorf("left behind: %+v", left)
	}
	slices.Sort(f.removed)
	if diff := cmp.Diff([]string{"archive/own-a", "archive/own-b", "archive/own-clone"}, f.removed); diff != "" {
		t.Error(diff)
	}
}

func TestANameSaysWhoseAFlagIs(t *testing.T) {
	t.Parallel()
	f := &flagsTarget{}
	l := f.ledger(t)
	l.Note(creation(features.Path("default"), `{"name":"theirs"}`, 201, `{"name":"theirs"}`))
	l.Note(creation(features.Path("default"), `{"name":"own-two words"}`, 201, `{}`)) // a name that should have been refused
	want := []report.Leftover{{Kind: "flag", Name: "theirs", Path: features.Path("default") + "/theirs", Reason: "not removed, because its name does not belong to the run"}}
	if diff := cmp.Diff(want, l.Clear(t.Context(), testAdmin)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"projects/default/features/own-two%20words"}, f.removed); diff != "" {
		t.Error(diff)
	}
	for name, owned := range map[string]bool{"own-a": true, "theirs": false} {
		if err := l.Vouch(t.Context(), testAdmin, http.MethodDelete, features.Path("default"), name); (err == nil) != owned {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStrategyIsTheRunsWhereItsFlagIs(t *testing.T) {
	t.Parallel()
	of := features.Path("default") + "/%/environments/development/strategies"
	l := (&flagsTarget{strategies: `[{"id":"01A"}]`}).ledger(t)
	for name, test := range map[string]struct {
		flag, id string
		owned    bool
	}{
		"listed":              {"own-a", "01A", true},
		"not listed":          {"own-a", "01B", false},
		"of somebody's flag":  {"theirs", "01A", false},
		"of a flag like ours": {"not-own-a", "01A", false},
	} {
		err := l.Vouch(t.Context(), testAdmin, http.MethodDelete, strings.Replace(of, "%", test.flag, 1), test.id)
		if (err == nil) != test.owned {
			t.Errorf("%s: %v", name, err)
		}
	}
}
