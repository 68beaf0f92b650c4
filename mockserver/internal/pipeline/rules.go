package pipeline

import (
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
)

// applyRule finds the rule for the request, waits as long as the rule says, and makes the
// answer that it forces. Without a forced answer the operation answers.
func (x *exchange) applyRule() *apierror.Error {
	if _, asks := x.request.Header["Prefer"]; !asks && x.instance.Rules.Empty() {
		return nil
	}
	effect, err := rules.ParsePrefer(x.request.Header)
	if err != nil {
		return apierror.BodyParser(http.StatusBadRequest, err.Error()) // in the form of a 400 that every operation has
	}
	if effect == nil {
		var problem *apierror.Error
		if effect, problem = x.pick(); problem != nil {
			return problem
		}
	}
	if effect == nil {
		return nil
	}
	x.effect = effect
	if effect.Applied != "" {
		x.header["Preference-Applied"] = []string{effect.Applied}
	}
	if effect.Delay > 0 {
		x.delay(effect.Delay)
	}
	switch {
	case effect.Fault == rules.Reset:
		x.forced = &answer{}
	case effect.Answer != nil && !x.isOwnSuccess(effect.Answer):
		if size := effect.Answer.Size(); size > engine.LargeAnswer {
			if err := x.reserve(int64(size)); err != nil {
				return x.problem(err)
			}
		}
		x.forced = x.force(effect.Answer)
	}
	return nil
}

// pick picks the rule for the request. Its hit is stored like any other change.
func (x *exchange) pick() (*rules.Effect, *apierror.Error) {
	operation, problem := x.begin()
	if problem != nil {
		return nil, problem
	}
	effect := x.instance.Rules.Pick(&rules.Request{
		Operation: x.operation.ID, Path: x.path, Query: httpx.RawQuery(x.request), Workspace: x.workspace.Name, Header: x.request.Header, Body: x.body.Value,
	})
	if err := operation.End(); err != nil {
		return nil, apierror.Elsewhere(err.Error())
	}
	return effect, nil
}

// isOwnSuccess reports whether the client prefers what the operation does anyway: a
// success status of the contract.
func (x *exchange) isOwnSuccess(wanted *rules.Answer) bool {
	return wanted.Status < http.StatusMultipleChoices && wanted.Body == nil && wanted.Text == nil &&
		x.effect.Source == rules.Preferred && x.operation.Response(wanted.Status) != nil
}

// force makes the answer of a rule. It is sent even if it breaks the contract, but that
// is recorded.
func (x *exchange) force(wanted *rules.Answer) *answer {
	out, made := x.forceFromDocument(wanted)
	if !made {
		out = x.render(wanted)
	}
	if !out.outside {
		x.mark(out)
	}
	return &out
}

// render makes the answer of a rule as a real Unleash would.
func (x *exchange) render(wanted *rules.Answer) answer {
	name := ""
	if object, isObject := x.body.Value.(map[string]any); isObject {
		name, _ = object["name"].(string)
	}
	made := wanted.Render(x.operation, rules.Details{
		Params: x.params, Name: name, ContentType: x.request.Header.Get("Content-Type"), Path: x.base + apiPath(x.path), NewID: x.newID,
	})
	maps.Copy(x.header, made.Header)
	return answer{status: wanted.Status, contentType: made.ContentType, body: made.Body}
}

// mark records how a forced answer breaks the contract.
func (x *exchange) mark(out answer) {
	if failures := x.judge(out); len(failures) > 0 {
		x.violate(traffic.ToClient, traffic.Forced, out.status, failures)
	}
}

// delay waits in real time, until d has passed or the client has disconnected. Meanwhile the
// workspace is in use, however long that is.
func (x *exchange) delay(d time.Duration) {
	defer x.workspace.Hold()()
	// The server limits the time of a request; the delay must not count.
	_ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now().Add(d + slowestWrite))
	pause(x.request.Context(), d)
}

// slowestWrite is how long writing an answer may take after a delay.
const slowestWrite = time.Minute

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
