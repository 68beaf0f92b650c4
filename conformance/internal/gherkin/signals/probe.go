package signals

import (
	"context"
	"net/http"
	"strconv"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// probe finds out how many calls the target allows per second. A mock that does not limit
// calls is assumed to have no limits except those that are known.
func probe(ctx context.Context, s *gherkin.Setup) error {
	limit, lifted, err := callLimit(ctx, s)
	if err != nil {
		return err
	}
	c := s.Conditions()
	switch {
	case lifted:
		c.Lift("the target does not limit calls, so its limits count as lifted")
	case limit <= plan.MaxBurst:
		c.Facts["limit.calls"], c.Facts["limit.calls.exceeded"] = plan.Fact{Value: limit}, plan.Fact{Value: 2*limit + 1}
	}
	return nil
}

// callLimit calls an endpoint of its own, twice if the first response does not state a limit. Only
// a mock may be without one.
func callLimit(ctx context.Context, s *gherkin.Setup) (limit int, lifted bool, err error) {
	const documented = 1
	endpoint, err := signalendpoints.Make(ctx, s)
	if err != nil || endpoint == nil || endpoint.Status != http.StatusCreated {
		return documented, false, err
	}
	token, err := signalendpoints.MakeToken(ctx, s, endpoint)
	if err != nil || token == nil || token.Text("/token") == "" {
		return documented, false, err
	}
	s.Hide(token.Text("/token"))
	for range 2 {
		x, err := s.Send(ctx, http.MethodPost, signalendpoints.CallPath+"/"+signalendpoints.Name(s), "{}", target.Authorized(token.Text("/token")))
		if err != nil || x == nil {
			return documented, false, err
		}
		if limit, err := strconv.Atoi(x.Answer.Get("RateLimit-Limit")); err == nil && limit > 0 {
			return limit, false, nil
		}
		if x.Status != http.StatusOK {
			return documented, false, nil
		}
	}
	return documented, s.Conditions().Mock != "", nil
}
