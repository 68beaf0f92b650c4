package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// brokenAnswer is the error for an answer that breaks the contract.
type brokenAnswer struct {
	status   int
	failures []spec.Failure
}

func (b *brokenAnswer) Error() string { return b.failures[0].Error() }

// accept judges the answer of an operation before its changes are committed.
func (x *exchange) accept(result engine.Result) error {
	if result.Location != "" {
		x.header["Location"] = []string{result.Location}
	}
	if result.ETag != "" {
		x.header["Etag"] = []string{result.ETag}
	}
	maps.Copy(x.header, result.Header)
	x.own = result.Header
	failures := x.judge(answer{status: result.Status, contentType: result.ContentType, body: result.Body, prepared: result.Prepared})
	if len(failures) == 0 {
		return nil
	}
	if x.DocumentWins {
		x.disagree(answer{status: result.Status}, failures)
		return nil
	}
	x.forget()
	return &brokenAnswer{result.Status, failures}
}

// forget removes the headers of an answer that is not sent.
func (x *exchange) forget() {
	delete(x.header, "Location")
	delete(x.header, "Etag")
	for name := range x.own {
		delete(x.header, name)
	}
}

// problem returns the answer to an error of an operation.
func (x *exchange) problem(err error) *apierror.Error {
	var known *apierror.Error
	if errors.As(err, &known) {
		return known
	}
	x.Logger.Error("answering failed", "operation", x.operationID(), "error", err)
	return apierror.Internal("Internal server error")
}

func (x *exchange) refuse(problem *apierror.Error) answer {
	x.buffer = problem.AppendBody(x.buffer[:0], x.newID)
	if problem.RetryAfter > 0 {
		x.header["Retry-After"] = []string{strconv.Itoa(problem.RetryAfter)}
	}
	body := x.buffer
	if problem.Envelope == apierror.Empty {
		body = nil // nor any headers that describe one
	}
	return answer{
		status:      problem.Status,
		contentType: problem.ContentType(),
		body:        body,
		final:       problem.Envelope == apierror.Page,
		outside:     problem.Outside,
	}
}

// checked judges the bytes that are about to be sent. An answer that breaks the contract
// is recorded and replaced.
func (x *exchange) checked(out answer) answer {
	if out.outside {
		return out
	}
	failures := x.judge(out)
	if len(failures) == 0 {
		return out
	}
	if x.DocumentWins && x.operation.Grade == openapi.GradeStateful {
		x.disagree(out, failures)
		return out
	}
	return x.replace(out, failures)
}

// replace records how an answer breaks the contract, and returns a 500 instead.
func (x *exchange) replace(out answer, failures []spec.Failure) answer {
	x.violate(traffic.ToClient, traffic.Replaced, out.status, failures)
	x.forget()
	return x.refuse(apierror.Internal(fmt.Sprintf("The response to %s broke the contract: %s", x.operation.ID, failures[0].Error())))
}

// judge returns how an answer breaks the contract.
func (x *exchange) judge(out answer) []spec.Failure {
	if x.operation == nil || x.Off {
		return nil
	}
	own := x.header["Content-Type"] // of an answer with a type but without a body
	x.header["Content-Type"] = respond.ContentType(out.contentType)
	bytes := out.body
	known := out.prepared != nil && out.prepared.Fits(x.operation.Response(out.status))
	if known {
		bytes = nil // check only the headers
	} else if bytes == nil {
		bytes = []byte{}
	}
	failures := x.operation.CheckResponse(out.status, x.header, bytes)
	if out.prepared != nil && !known && len(failures) == 0 {
		out.prepared.Fitted(x.operation.Response(out.status))
	}
	switch {
	case own != nil:
		x.header["Content-Type"] = own
	case out.contentType == "":
		delete(x.header, "Content-Type")
	}
	return failures
}
