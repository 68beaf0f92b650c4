package mockserver

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestTheDeepestPayload checks that the deepest allowed payload is accepted and survives
// an export and import, and that one level more is refused.
func TestTheDeepestPayload(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	const path, deepest = "/api/signal-endpoint/my-external-app", 9_900
	nested := func(levels int) string {
		return `{"x":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + "}"
	}
	for _, levels := range []int{deepest + 1, 10_001, 50_000} {
		a.must(400, http.MethodPost, path, wellknown.MyExternalApp, nested(levels))
		a.must(400, http.MethodPut, "/_mock/clock", "", nested(levels))
	}
	a.must(200, http.MethodPost, path, wellknown.MyExternalApp, nested(deepest))
	state := a.must(200, http.MethodGet, "/_mock/state", "", "").body
	a.must(200, http.MethodPut, "/_mock/state", "", string(state))
	if again := a.must(200, http.MethodGet, "/_mock/state", "", "").body; string(again) != string(state) {
		t.Error("the state differs after an export and import")
	}
}
