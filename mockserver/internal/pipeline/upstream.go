package pipeline

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// identifyUpstream asks the upstream to identify the caller if the mock does not know the
// token.
func (x *exchange) identifyUpstream() *apierror.Error {
	if x.Overlay == nil || x.realm(collapse(x.path)) != nil || x.identity.Kind != engine.Nobody && x.identity.Kind != engine.UnknownToken {
		return nil
	}
	known, err := x.Overlay.Identify(x.request)
	if err != nil {
		x.Logger.Warn("the upstream did not identify the caller", "error", err)
		return &apierror.Error{
			Status: http.StatusBadGateway, Envelope: apierror.Handler, Name: "BadGatewayError",
			Message: "The upstream Unleash did not say who makes this request.", Outside: true,
		}
	}
	if known.Kind != engine.Nobody {
		x.identity = known
	}
	return nil
}
