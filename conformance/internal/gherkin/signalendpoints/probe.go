package signalendpoints

import (
	"context"
	"fmt"
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// probe finds out how much room a target has, from what it reports and by creating a signal
// endpoint.
type probe struct {
	kind   *ledger.Kind
	limits Limits
}

func (p probe) run(ctx context.Context, s *gherkin.Setup) error {
	c := s.Conditions()
	endpoints := firstPositive(p.limits.Endpoints, c.Limit("signalEndpoints"), documentedLimit)
	tokens := firstPositive(p.limits.Tokens, c.Limit("signalTokensPerEndpoint"), documentedLimit)
	for name, value := range map[string]int{
		"limit.endpoints": endpoints, "limit.endpoints.exceeded": endpoints + 1, "limit.tokens": tokens, "limit.tokens.exceeded": tokens + 1,
	} {
		c.Facts[name] = plan.Fact{Value: value}
	}
	list, err := s.Send(ctx, http.MethodGet, Path, "", target.Authorized(s.Admin()))
	if err != nil {
		return err
	}
	room := plan.Room{}
	if list != nil {
		things, _ := p.kind.Things(list.Value)
		room.Existing = len(things)
	}
	room.Free = max(endpoints-room.Existing, 0)
	made, err := Make(ctx, s)
	switch {
	case err != nil:
		return err
	case made != nil && made.Status == http.StatusCreated:
		room.Free = max(room.Free, 1)
	case made != nil && made.Text("/name") == "ExceedsLimitError":
		room.Free = 0
		room.None = fmt.Sprintf("the target holds %d signal endpoints and allows no more", room.Existing)
	}
	c.Room[p.kind] = room
	return nil
}

func firstPositive(numbers ...int) int {
	for _, number := range numbers {
		if number > 0 {
			return number
		}
	}
	return 0
}

// Make creates a signal endpoint of the run for a setup. It returns nil if no response came.
func Make(ctx context.Context, s *gherkin.Setup) (*target.Exchange, error) {
	return s.Send(ctx, http.MethodPost, Path, fmt.Sprintf(`{"name":%q}`, Name(s)), target.Authorized(s.Admin()))
}

// MakeToken creates a token for what Make created. It returns nil if the endpoint cannot be
// shown to be the run's, or if no response came.
func MakeToken(ctx context.Context, s *gherkin.Setup, endpoint *target.Exchange) (*target.Exchange, error) {
	id := jsonvalue.Text(endpoint.At("/id"))
	if err := s.Ledger.Vouch(ctx, s.Admin(), http.MethodPost, Path, id); err != nil {
		return nil, context.Cause(ctx) // a scenario will report the problem too
	}
	return s.Send(ctx, http.MethodPost, Path+"/"+id+"/tokens", fmt.Sprintf(`{"name":%q}`, Name(s)), target.Authorized(s.Admin()))
}

// Name returns the name that Make uses.
func Name(s *gherkin.Setup) string { return s.Name("preflight") }
