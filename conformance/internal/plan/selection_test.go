package plan

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/features"
	"github.com/unleash-mock/unleash-mock/spec"
)

func loadFeatures(t *testing.T) *Catalogue {
	t.Helper()
	files, err := Load(spec.Default(), 1, Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	if len(files.Scenarios) < 400 {
		t.Fatalf("only %d scenarios", len(files.Scenarios))
	}
	return files
}

func TestTheOrderDependsOnTheSeedAlone(t *testing.T) {
	t.Parallel()
	order := func(seed int64) string {
		files, err := Load(spec.Default(), seed, Vocabulary{})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(files.paths, " ")
	}
	if first, again := order(1), order(1); first != again {
		t.Error("the same seed gives a different order")
	}
	if order(1) == order(2) && order(2) == order(3) {
		t.Error("the seed does not change the order")
	}
}

func TestOnlyWhatRunsIsHandedOver(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]func(*Scenario) bool{
		"everything":   func(*Scenario) bool { return true },
		"nothing":      func(*Scenario) bool { return false },
		"an operation": func(sc *Scenario) bool { return sc.Has("@op:getHealth") },
		"every third":  func(sc *Scenario) bool { return sc.Line%3 == 0 },
		"a single one": func(sc *Scenario) bool { return sc.ID == "calls/rate-limits-calls" },
		"the very first": func(sc *Scenario) bool {
			return sc.ID == "authentication/the-token-given-as-the-admin-s-is-an-admin-token"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := loadFeatures(t)
			wanted := map[*Scenario]bool{}
			for _, sc := range files.Scenarios {
				if sc.Disabled = "no"; runs(sc) {
					sc.Disabled = ""
					wanted[sc] = true
				}
			}
			chosen, err := files.Enabled()
			if err != nil {
				t.Fatal(err)
			}
			found := map[*Scenario]bool{}
			for id, sc := range chosen.ByPickle {
				if sc == nil {
					t.Fatalf("the pickle %s has no scenario", id)
				}
				if found[sc] {
					t.Errorf("%s occurs twice", sc.ID)
				}
				found[sc] = true
			}
			for sc := range wanted {
				if !found[sc] {
					t.Errorf("%s is missing", sc.ID)
				}
			}
			if name == "nothing" && len(chosen.Paths)+len(found) > 0 || name == "a single one" && len(found) != 1 {
				t.Errorf("%d scenarios in %q", len(found), chosen.Paths)
			}
			for _, path := range chosen.Paths {
				before, _ := fs.ReadFile(features.Files(), path)
				after, err := fs.ReadFile(chosen.Files, path)
				if err != nil || strings.Count(string(before), "\n") != strings.Count(string(after), "\n") {
					t.Errorf("%s has a different number of lines, or cannot be read: %v", path, err)
				}
			}
		})
	}
}

// TestAPersonAsTheAdmin checks that, if the admin is a person, scenarios are left out that a real
// server answers differently for people, or not at all.
func TestAPersonAsTheAdmin(t *testing.T) {
	t.Parallel()
	const person, token = "user:secret", "*:*.secret"
	for _, test := range []struct {
		tag, admin, mock string
		edition          spec.Edition
		runs             bool
	}{
		{"@fatal-to-people", person, "", spec.OpenSource, false},
		{"@fatal-to-people", person, "", spec.Enterprise, false},
		{"@fatal-to-people", person, "1.0", spec.OpenSource, true},
		{"@fatal-to-people", token, "", spec.OpenSource, true},
		{"@beyond-open-source", person, "", spec.OpenSource, false},
		{"@beyond-open-source", person, "1.0", spec.OpenSource, false},
		{"@beyond-open-source", person, "", spec.Enterprise, true},
		{"@beyond-open-source", token, "", spec.OpenSource, true},
		{"@core", person, "", spec.OpenSource, true},
	} {
		var conditions Conditions
		conditions.Edition, conditions.Mock, conditions.Tokens.Admin = test.edition, test.mock, test.admin
		if got := byPerson(&conditions, &Scenario{Tags: []string{test.tag}}); (got == "") != test.runs {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
