package judge_test

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

func TestOlderServersMayAnswerOtherwise(t *testing.T) {
	t.Parallel()
	x := &target.Exchange{Operation: &spec.Operation{ID: "getFeature"}, Status: 404}
	id := judge.Breach{Pointer: "/id", Expectation: "nothing", Got: `"1fcbf3c8-bda7-496a-ad75-8314284e572a"`}
	seen := judge.Breach{Expectation: `the property "lastSeenAt" is not allowed`}
	for name, test := range map[string]struct {
		version string
		breach  judge.Breach
		allowed bool
	}{
		"an id on 6":        {"6.10.1", id, true},
		"an id on 7":        {"7.6.5", id, false},
		"a property on 7":   {"7.6.5", seen, true},
		"a property on 8":   {"8.2.0", seen, false},
		"on who knows what": {"", seen, false},
		"another property":  {"7.6.5", judge.Breach{Expectation: `the property "color" is not allowed`}, false},
		"another id":        {"6.10.1", judge.Breach{Pointer: "/id", Expectation: "nothing", Got: "7"}, false},
	} {
		j := judge.New()
		j.Against(test.version)
		if got := j.Allows(x, test.breach); got != test.allowed || (len(j.Allowed()) == 1) != test.allowed {
			t.Errorf("%s: got %t, with %+v allowed", name, got, j.Allowed())
		}
	}
}
