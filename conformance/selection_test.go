package conformance

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/features"
)

func TestOnlyWhatRunsIsHandedOver(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]func(*scenario) bool{
		"everything":   func(*scenario) bool { return true },
		"nothing":      func(*scenario) bool { return false },
		"an operation": func(sc *scenario) bool { return sc.has("@op:getHealth") },
		"every third":  func(sc *scenario) bool { return sc.line%3 == 0 },
		"a single one": func(sc *scenario) bool { return sc.id == "calls/who-calls-too-often-has-to-wait" },
		"the very first": func(sc *scenario) bool {
			return sc.id == "authentication/the-token-that-was-given-as-the-admin-s-is-one"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := loadFeatures(t)
			wanted := map[*scenario]bool{}
			for _, sc := range files.scenarios {
				if sc.disabled = "no"; runs(sc) {
					sc.disabled = ""
					wanted[sc] = true
				}
			}
			chosen, err := files.enabled()
			if err != nil {
				t.Fatal(err)
			}
			found := map[*scenario]bool{}
			for id, sc := range chosen.byPickle {
				if sc == nil {
					t.Fatalf("the pickle %s is no scenario", id)
				}
				if found[sc] {
					t.Errorf("%s is there twice", sc.id)
				}
				found[sc] = true
			}
			for sc := range wanted {
				if !found[sc] {
					t.Errorf("%s is missing", sc.id)
				}
			}
			if name == "nothing" && len(chosen.paths)+len(found) > 0 || name == "a single one" && len(found) != 1 {
				t.Errorf("%d scenarios in %q", len(found), chosen.paths)
			}
			for _, path := range chosen.paths {
				before, _ := fs.ReadFile(features.FS, path)
				after, err := fs.ReadFile(chosen.files, path)
				if err != nil || strings.Count(string(before), "\n") != strings.Count(string(after), "\n") {
					t.Errorf("%s has other lines, %v", path, err)
				}
			}
		})
	}
}
