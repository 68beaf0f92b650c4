// Package signals has what scenarios need for signals and for the calls that send them.
package signals

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// call is the operation that sends a signal.
const call = "callSignalEndpoint"

// Resource returns what scenarios need.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Steps: []gherkin.Step{
			{Sentence: `a signal "([^"]+)" to "([^"]+)" with "([^"]+)"`, Bind: func(w *gherkin.World) any { return signal{w}.given }},
		},
		Answers: judge.Specifics{
			FreeForm: []string{"payload"},
			// How a call is refused whose token is known but not valid for it is assumed.
			Unworded: []string{call},
			Deviations: []judge.Deviation{{
				Versions: []string{"8."}, Operation: "getSignals", Path: regexp.MustCompile(`(from|to)=IS:\d{4}-\d\d-\d\d`), Status: http.StatusInternalServerError,
				What: "a bound that has the right form but is not a date makes the database fail, hence the 500",
			}},
		},
		Limits: []target.Limit{{Operation: call, Path: signalendpoints.CallPath, Counts: counts}},
		Probe:  probe,
		Watch:  watch,
	}
}

// counts reports whether a target counts a call against its limit. It does so only if it
// knows the token.
func counts(r target.Request) bool {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return strings.HasPrefix(token, "signal_") || r.Actor == "admin"
}

type signal struct{ *gherkin.World }

// given calls an endpoint and keeps the signal.
func (w signal) given(ctx context.Context, name, endpoint, token string) error {
	path, err := w.Path(ctx, http.MethodPost, signalendpoints.CallPath+"/<"+endpoint+".name>")
	if err != nil {
		return err
	}
	secret, err := w.Expand("<" + token + ".token>")
	if err != nil {
		return err
	}
	called, err := w.Prepare(ctx, gherkin.Preparation{Path: path, Body: fmt.Sprintf(`{"signal":%q}`, name), Secret: secret, Status: http.StatusOK})
	if err != nil {
		return err
	}
	signal, found := jsonvalue.At(called.Value, "/signals/0")
	if !found {
		return judge.Differs("/signals/0", "the signal that was sent", called.Summary())
	}
	w.Keep(name, signal)
	return nil
}

// watch looks for signals that others send while the scenario runs.
func watch(ctx context.Context, w *gherkin.World) func(context.Context) string {
	before := map[string]bool{}
	for _, s := range newest(ctx, w) {
		before[s.id] = true
	}
	return func(ctx context.Context) string {
		own := w.Made(signalendpoints.Path)
		if slices.ContainsFunc(newest(ctx, w), func(s sent) bool { return !before[s.id] && !slices.Contains(own, s.source) }) {
			return "sent signals to the target"
		}
		return ""
	}
}

// sent is a signal as a query shows it. Its ids are JSON texts.
type sent struct{ id, source string }

// newest lists the newest signals. It returns none if the target does not show them.
func newest(ctx context.Context, w *gherkin.World) []sent {
	x, err := w.Client().Get(ctx, "/api/admin/signals?limit=1000", target.Authorized(w.Admin()))
	if err != nil {
		return nil
	}
	var all []sent
	for _, entry := range jsonvalue.List(x.Value, "/signals") {
		id, _ := jsonvalue.At(entry, "/id")
		source, _ := jsonvalue.At(entry, "/sourceId")
		all = append(all, sent{jsonvalue.Text(id), jsonvalue.Text(source)})
	}
	return all
}
