package faulty

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

func TestFaultsAreDerivedOfEveryOperation(t *testing.T) {
	t.Parallel()
	faults, err := Derived(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, fault := range faults {
		if ids[fault.ID] || fault.Bend == nil || fault.Name == "" || fault.Standing == "" {
			t.Errorf("an incomplete or repeated fault: %+v", fault)
		}
		if untried := fault.Unprovoked != ""; untried != (fault.Status >= http.StatusInternalServerError) && fault.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%s: unprovoked is %t: %s", fault.ID, untried, fault.Unprovoked)
		}
		ids[fault.ID] = true
	}
	for _, operation := range spec.Default().Operations() {
		for _, status := range operation.Statuses() {
			if !slices.ContainsFunc(faults, func(f bend.Fault) bool { return f.Operation == operation.ID && f.Status == status }) {
				t.Errorf("%s has no fault for status %d", operation.ID, status)
			}
		}
	}
	for id, want := range map[string]bool{
		"getHealth/200/missing/health":    true,
		"getHealth/200/other-type/health": true,
		"getHealth/200/null/health":       true,
		"getHealth/200/too-many":          true,
		"getHealth/200/wrapped":           true,
		"getHealth/200/status":            true,
		"getSignalEndpoints/200/missing/signalEndpoints/*/tokens/*/createdAt": true,
		"getSignalEndpoints/200/null/signalEndpoints/*/description":           false, // nullable
		"createSignalEndpoint/201/missing/description":                        false, // optional
		"updateSignalEndpoint/404/missing/message":                            true,
	} {
		if ids[id] != want {
			t.Errorf("%s: derived is %t", id, ids[id])
		}
	}
	for id := range ids {
		if strings.Contains(id, "/payload/") {
			t.Errorf("%s: a payload may hold anything, so it has no faults", id)
		}
	}
}

func TestADerivedFaultSpoilsOneThing(t *testing.T) {
	t.Parallel()
	faults, err := Derived(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"getHealth/200/missing/health":    `{}`,
		"getHealth/200/other-type/health": `{"health":4711}`,
		"getHealth/200/null/health":       `{"health":null}`,
		"getHealth/200/too-many":          `{"health":"GOOD","oneTooMany":1}`,
		"getHealth/200/wrapped":           `{"data":{"health":"GOOD"}}`,
		"getHealth/200/other-type":        `[]`,
		"getHealth/200/status":            `{"health":"GOOD"}`,
	} {
		at := slices.IndexFunc(faults, func(f bend.Fault) bool { return f.ID == id })
		if at < 0 {
			t.Errorf("there is no fault %s", id)
			continue
		}
		handler, err := Handler(faults[at])
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(handler, "GET", "/health", ""); got.Body.String() != want || (got.Code == undocumented) != strings.HasSuffix(id, "status") {
			t.Errorf("%s: status %d, %s", id, got.Code, got.Body)
		}
		if got := ask(handler, "GET", "/ready", ""); got.Body.String() != `{"health":"GOOD"}` {
			t.Errorf("%s: another operation changed too, and answers %s", id, got.Body)
		}
	}
}
