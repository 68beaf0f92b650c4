package operations

import (
	"context"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
)

// source is where every signal of this API comes from.
const source = "signal-endpoint"

// openSignal writes what all forms of a signal begin with.
func openSignal(dst []byte, signal *state.Signal) jsonw.Object {
	object := jsonw.Open(dst)
	object.Int("id", signal.ID)
	object.String("source", source)
	object.Int("sourceId", signal.SourceID)
	object.Time("createdAt", signal.CreatedAt)
	return object
}

// calledSignal is the answer of a call: the one signal it made.
type calledSignal struct{ *state.Signal }

func (s calledSignal) AppendJSON(dst []byte) []byte {
	list := jsonw.Open(dst)
	list.Array("signals", 1, func(dst []byte, _ int) []byte {
		object := openSignal(dst, s.Signal)
		object.OptionalInt("createdBySourceTokenId", s.TokenID)
		object.Raw("payload", s.Payload)
		return object.Close()
	})
	return list.Close()
}

type endpointSignals []state.ResolvedSignal

func (list endpointSignals) AppendJSON(dst []byte) []byte {
	out := jsonw.Open(dst)
	out.Array("signalEndpointSignals", len(list), func(dst []byte, i int) []byte {
		object := openSignal(dst, list[i].Signal)
		object.OptionalString("tokenName", list[i].TokenName)
		object.Raw("payload", list[i].Payload)
		return object.Close()
	})
	return out.Close()
}

type signalQuery struct {
	list  []state.ResolvedSignal
	total int
}

func (q signalQuery) AppendJSON(dst []byte) []byte {
	out := jsonw.Open(dst)
	out.Array("signals", len(q.list), func(dst []byte, i int) []byte {
		object := openSignal(dst, q.list[i].Signal)
		object.OptionalString("sourceName", q.list[i].SourceName)
		object.OptionalString("sourceDescription", q.list[i].SourceDescription)
		object.OptionalString("tokenName", q.list[i].TokenName)
		object.Raw("payload", q.list[i].Payload)
		return object.Close()
	})
	out.Int("total", int64(q.total))
	return out.Close()
}

func listSignals(_ context.Context, r Request) (Response, error) {
	endpoint, err := id(state.ResourceEndpoint, r.Params[0])
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Store.Endpoint(endpoint); err != nil {
		return Response{}, err
	}
	list, err := r.Store.SignalsOf(endpoint, page(r.Query))
	if err != nil {
		return Response{}, err
	}
	return ok(endpointSignals(list))
}

func querySignals(_ context.Context, r Request) (Response, error) {
	span, err := days(r.Query)
	if err != nil {
		return Response{}, err
	}
	list, total, err := r.Store.Signals(span, page(r.Query))
	if err != nil {
		return Response{}, err
	}
	return ok(signalQuery{list: list, total: total})
}

// callEndpoint stores a signal. An unknown name and a disabled endpoint are
// both not found; a token of another endpoint is not known here (A).
func callEndpoint(_ context.Context, r Request) (Response, error) {
	name := r.Params[0]
	endpoint, err := r.Store.EndpointByName(name)
	if err != nil {
		return Response{}, err
	}
	if endpoint == nil {
		return Response{}, apierror.NotFound(state.ResourceEndpoint, "name", name)
	}
	if r.SignalToken == nil || r.SignalToken.EndpointID != endpoint.ID {
		return Response{}, apierror.Unauthorized()
	}
	if !endpoint.Enabled {
		return Response{}, apierror.NotFound(state.ResourceEndpoint, "name", name)
	}
	payload := []byte("{}")
	if r.Text != nil {
		if payload, err = v8json.CompactJSONB(r.Text); err != nil {
			return Response{}, err
		}
	}
	signal, err := r.Store.AddSignal(endpoint.ID, &r.SignalToken.ID, payload, r.Now)
	if err != nil {
		return Response{}, err
	}
	return ok(calledSignal{signal})
}
