package pipeline

import (
	"errors"
	"hash/fnv"
	"maps"
	"net/http"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/example"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/spec"
)

// GradeHeader is the response header that says how the mock answers the operation.
const GradeHeader = "Unleash-Mock-Grade"

// fromDocument reports whether to answer from the document: if there is no handler, or
// the client asks for one of the document's examples.
func (x *exchange) fromDocument() bool {
	return x.operation.Grade == openapi.GradeExample || x.effect != nil && x.effect.Example != ""
}

func (x *exchange) exemplify() answer {
	made, err := x.makeExample(x.wanted(0))
	if err != nil {
		return x.unanswered(err)
	}
	return x.checked(x.take(made))
}

// makeExample makes an answer from the document. A large one waits for memory.
func (x *exchange) makeExample(wanted example.Wanted) (*example.Answer, error) {
	made, err := x.Examples.Make(x.operation, wanted)
	if err == nil && len(made.Body) > engine.LargeAnswer {
		err = x.reserve(int64(len(made.Body)))
	}
	return made, err
}

// unanswered returns the error that says why the document yields no answer.
func (x *exchange) unanswered(err error) answer {
	var unknown *example.UnknownError
	problem := apierror.Internal("The document gives no answer of " + x.operation.ID + ": " + err.Error())
	if errors.As(err, &unknown) {
		problem = apierror.BodyParser(http.StatusBadRequest, "The header Prefer: "+unknown.Message)
	} else {
		x.Logger.Warn("the document gives no answer", "operation", x.operation.ID, "reason", err.Error())
	}
	problem.Outside = true
	return x.refuse(problem)
}

// wanted describes the answer that the request needs from the document. status is the
// status that it must have, 0 to use the client's preference.
func (x *exchange) wanted(status int) example.Wanted {
	out := example.Wanted{Status: status, Accept: x.request.Header.Get("Accept"), Seed: x.seed()}
	if x.effect != nil && status == 0 {
		out.Example = x.effect.Example
		if x.effect.Answer != nil {
			out.Status = x.effect.Answer.Status
		}
	}
	return out
}

// seed returns a number that is the same for equal requests.
func (x *exchange) seed() uint64 {
	sum := fnv.New64a()
	add := func(text string) {
		sum.Write([]byte(text))
		sum.Write([]byte{0})
	}
	add(x.operation.ID)
	for _, param := range x.params {
		add(param)
	}
	add(httpx.RawQuery(x.request))
	sum.Write(x.body.Sent)
	return sum.Sum64()
}

// take turns an example into an answer.
func (x *exchange) take(made *example.Answer) answer {
	maps.Copy(x.header, made.Header)
	x.own = made.Header
	return answer{status: made.Status, contentType: made.ContentType, body: made.Body}
}

// forceFromDocument makes the answer of a rule or of Prefer from the document, if that
// describes it better than a generic answer of Unleash. It returns false if it does not.
func (x *exchange) forceFromDocument(wanted *rules.Answer) (answer, bool) {
	named := x.effect.Example != ""
	if !x.fromDocument() || wanted.Body != nil || wanted.Text != nil || !named && x.operation.Response(wanted.Status) == nil {
		return answer{}, false
	}
	if !named && wanted.Status >= http.StatusBadRequest && !x.Contract.Foreign() {
		if made := x.render(wanted); len(x.judge(made)) == 0 {
			return made, true // as a real Unleash answers
		}
	}
	request := x.wanted(wanted.Status)
	request.Example = x.effect.Example
	made, err := x.makeExample(request)
	if err != nil {
		return x.unanswered(err), true
	}
	for name, value := range wanted.Headers {
		x.header.Set(name, value)
	}
	return x.take(made), true
}

// refused returns the answer for a refusal. For an operation that is answered from the
// document, it fits the document: in Unleash's words if possible, else as an example.
func (x *exchange) refused(problem *apierror.Error) answer {
	out := x.refuse(problem)
	if x.operation == nil || x.operation.Grade != openapi.GradeExample || out.outside {
		return x.checked(out)
	}
	status := x.statusOf(out.status)
	if x.operation.Response(status) == nil || x.Off {
		return out // the document does not describe this refusal
	}
	if status == out.status && len(x.judge(out)) == 0 {
		return out
	}
	made, err := x.makeExample(x.wanted(status))
	if err != nil {
		return out
	}
	return x.checked(x.take(made))
}

// statusOf returns the status of a refusal. Some foreign documents have 422 where Unleash
// has 400.
func (x *exchange) statusOf(status int) int {
	const other = http.StatusUnprocessableEntity
	if status == http.StatusBadRequest && x.Contract.Foreign() && !x.lists(status) && x.lists(other) {
		return other
	}
	return status
}

// lists reports whether the document has a response for exactly that status.
func (x *exchange) lists(status int) bool {
	response := x.operation.Response(status)
	return response != nil && !response.IsRange()
}

// disagree records how an answer from the state breaks a document that takes precedence
// over the contract that the mock was made for.
func (x *exchange) disagree(out answer, failures []spec.Failure) {
	x.violate(traffic.ToClient, traffic.Passed, out.status, failures)
}
