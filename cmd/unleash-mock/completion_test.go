package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestShellsOfferValues checks what a shell offers after TAB.
func TestShellsOfferValues(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"serve --edition|":    "enterprise open-source",
		"drift --edition|":    "auto enterprise open-source",
		"spec --format|":      "yaml json",
		"verify --profile|":   "core enterprise all contract",
		"serve --drain|":      "",
		"serve|":              "",
		"verify --operation|": "getSignalEndpoints",
	} {
		words := strings.Fields(strings.TrimSuffix(line, "|"))
		got := command(t, nil, append(append([]string{"__complete"}, words...), "")...)
		offered := strings.Fields(got.stdout)
		if len(offered) == 0 || offered[len(offered)-1] != ":4" { // no files
			t.Errorf("%s: %s%s", line, got.stdout, got.stderr)
			continue
		}
		offered = offered[:len(offered)-1]
		if one := strings.Join(offered, " "); one != want && (want == "" || !slices.Contains(offered, want)) {
			t.Errorf("%s: %s", line, one)
		}
	}
}

// TestOfferedValuesAreThoseThatFlagsTake checks that the error for a wrong value names what shells offer.
func TestOfferedValuesAreThoseThatFlagsTake(t *testing.T) {
	t.Parallel()
	for flag, values := range flagValues() {
		of, name, found := strings.Cut(flag, " ")
		if !found {
			of, name = "serve", flag
			if slices.Contains([]string{"control", "judge"}, flag) {
				of = "proxy"
			}
			if flag == "profile" {
				of = "verify"
			}
		}
		args := append(slices.Clone(commands[of]), "--"+name, "no-such-value")
		switch {
		case of == "spec":
			args = []string{"spec", "--" + name, "no-such-value"}
		case flag == "durability":
			args = append(args, "--store", t.TempDir())
		}
		got := command(t, nil, args...)
		if _, offered, _ := strings.Cut(got.stderr, "is not one of "); got.code != exitcode.Usage || !strings.HasPrefix(offered, strings.Join(values, ", ")) {
			t.Errorf("%s: offered are %q, the error is %s", flag, values, got.stderr)
		}
	}
}
