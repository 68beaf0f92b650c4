package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

func TestMisspeltVariablesAreRefused(t *testing.T) {
	t.Parallel()
	for name, meant := range map[string]string{
		"UNLEASH_MOCK_SEEDS":         "UNLEASH_MOCK_SEED",
		"UNLEASH_MOCK_CONTOL_TOKEN":  "UNLEASH_MOCK_CONTROL_TOKEN",
		"UNLEASH_MOCK_VALDIATION":    "UNLEASH_MOCK_VALIDATION",
		"UNLEASH_MOCK_MAX_WORKSPACE": "UNLEASH_MOCK_MAX_WORKSPACES",
		"UNLEASH_MOCK_SEED":          "",
		"UNLEASH_MOCK_VERSION":       "",
		"UNLEASH_MOCK_PROXY_URL":     "",
		"UNLEASH_MOCK_URL":           "",
		"UNLEASH_MOCK_RUN":           "",
		"UNLEASH_MOCK_SERVICE_HOST":  "",
		"UNLEASH_MOCK_PORT":          "",
		"UNLEASH_MOCK_PORT_4242_TCP": "",
		"UNLEASH_MOCK_SERVICE_PORT":  "",
		"UNLEASH_MOCK_PORT_80_TCP":   "",
		"UNLEASH_MOK_SEED":           "",
	} {
		var stdout, stderr bytes.Buffer
		p := &program{env: variables(nil), environ: []string{"PATH=/bin", name + "=a=b"}, stdout: &stdout, stderr: &stderr}
		code := p.run(t.Context(), []string{"spec", "--format", "json"})
		switch {
		case meant == "" && (code != exitcode.OK || stderr.Len() > 0):
			t.Errorf("%s: exit code %d, %s", name, code, stderr.String())
		case meant != "" && (code != exitcode.Usage || !strings.Contains(stderr.String(), name+" is not known; did you mean "+meant+"?")):
			t.Errorf("%s: exit code %d, %s", name, code, stderr.String())
		}
	}
}

// TestEveryVariableOfAFlagIsKnown checks that every variable that a flag's help names is
// known, so that misspellings are recognized.
func TestEveryVariableOfAFlagIsKnown(t *testing.T) {
	t.Parallel()
	described := regexp.MustCompile(`\$(` + variablePrefix + `[A-Z_]+)`)
	known, found := knownVariables(), 0
	var visit func(command *cobra.Command)
	visit = func(command *cobra.Command) {
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			for _, match := range described.FindAllStringSubmatch(flag.Usage, -1) {
				if found++; !slices.Contains(known, match[1]) {
					t.Errorf("%s --%s: %s is not known", command.Name(), flag.Name, match[1])
				}
			}
		})
		for _, below := range command.Commands() {
			visit(below)
		}
	}
	visit((&program{env: variables(nil)}).rootCommand())
	if found < 30 {
		t.Errorf("only %d flags have variables", found)
	}
}
