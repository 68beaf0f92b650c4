package signalendpoints

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signaltokens"
)

func lessons() engine.Lessons {
	return engine.Lessons{Shown: map[string]engine.Lesson{
		"getSignalEndpoints":    engine.Shows(learnAll),
		"createSignalEndpoint":  engine.Shows(func(l *engine.Learned, _ body, out answer) bool { return learn(l, out) }),
		"updateSignalEndpoint":  engine.Shows(func(l *engine.Learned, _ updateIn, out answer) bool { return learn(l, out) }),
		"enableSignalEndpoint":  engine.Shows(learnTurned),
		"disableSignalEndpoint": engine.Shows(learnTurned),
		"deleteSignalEndpoint": engine.Shows(func(l *engine.Learned, in oneIn, _ engine.None) bool {
			endpoints.Forget(l, engine.Int(in.ID.Number()))
			return true
		}),
	}}
}

func learnAll(l *engine.Learned, _ struct{}, out listOut) bool {
	if out.Endpoints == nil {
		return false
	}
	rows := make([]*Endpoint, len(out.Endpoints))
	for i, shown := range out.Endpoints {
		rows[i] = shown.Endpoint
	}
	endpoints.LearnAll(l, nil, rows)
	for _, shown := range out.Endpoints {
		signaltokens.LearnAll(l, shown.ID, shown.Tokens)
	}
	return true
}

func learnTurned(l *engine.Learned, _ oneIn, out answer) bool { return learn(l, out) }

// learn records an endpoint with its tokens.
func learn(l *engine.Learned, shown answer) bool {
	if !endpoints.Learn(l, shown.Endpoint) {
		return false
	}
	signaltokens.LearnAll(l, shown.ID, shown.Tokens)
	return true
}

// Meet records what a signal says about the endpoint that it came from. A nil description
// says nothing.
func Meet(l *engine.Learned, id int64, name string, description *string) {
	if id == 0 || name == "" {
		return
	}
	say := func(e *Endpoint) {
		e.ID, e.Name = id, name
		if description != nil {
			e.Description = description
		}
	}
	if known := Find(l, id); known != nil {
		endpoints.Amend(l, known, say)
		return
	}
	endpoints.Presume(l, "only what its signals say was recorded", say)
}
