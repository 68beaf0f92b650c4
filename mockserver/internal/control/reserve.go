package control

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
)

// The most memory that requests take while they are in progress, by measurement, for each
// byte or item that they read or show.
const (
	perBodyByte     = 16 // of a body other than a state
	perStateByte    = 2  // of an imported state
	perJournalByte  = 4
	perRuleByte     = 4
	perFlagByte     = 4 // of flags that are shown, or compiled for one evaluation, and of its explanation
	perWorkspace    = 1 << 10
	perOperation    = 8 << 10 // of the API, with what it says about it and its statuses
	perStatus       = 1 << 8  // that was answered
	shownExchange   = perJournalByte * 4 * journal.MaxBody
	shownViolations = 4 << 20
)

// reserve waits for memory and holds it until the answer is sent.
func (x *exchange) reserve(bytes int64) error {
	if x.answers.Reserve(x.r.Context(), &x.reserved, http.NewResponseController(x.rw), bytes) != nil {
		return apierror.Unavailable("The request ended before there was memory for it.")
	}
	return nil
}

// reserveBody waits for memory for the body.
func (x *exchange) reserveBody() error {
	if x.takesState() {
		return x.reserve(perStateByte * x.length())
	}
	return x.reserve(perBodyByte * x.length())
}

// length returns the size of the body in bytes, or its limit if the size is unknown.
func (x *exchange) length() int64 {
	if most := x.mostBytes(); x.r.ContentLength < 0 || x.r.ContentLength > most {
		return most
	}
	return x.r.ContentLength
}
