package signalendpoints

import (
	"context"
	"fmt"
	"net/http"
	"slices"

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
	endpoints, stated := know(c, "limit.endpoints", p.limits.Endpoints, c.Limit("signalEndpoints"))
	know(c, "limit.tokens", p.limits.Tokens, c.Limit("signalTokensPerEndpoint"))
	list, err := s.Send(ctx, http.MethodGet, Path, "", target.Authorized(s.Admin()))
	if err != nil {
		return err
	}
	room := plan.Room{Stated: stated}
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

// know records a limit: the first number that is known, or else the documented one.
func know(c *plan.Conditions, name string, numbers ...int) (limit int, stated bool) {
	limit = documentedLimit
	if at := slices.IndexFunc(numbers, func(number int) bool { return number > 0 }); at >= 0 {
		limit, stated = numbers[at], true
	}
	c.Facts[name], c.Facts[name+".exceeded"] = plan.Fact{Value: limit, Stated: stated}, plan.Fact{Value: limit + 1, Stated: stated}
	return limit, stated
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
