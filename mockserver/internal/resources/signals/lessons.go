package signals

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signalendpoints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signaltokens"
)

// tokenNames are the names of the tokens with which signals were sent, by the ids of the
// signals. Lists of signals show these names, but not the ids of the tokens.
type tokenNames map[int64]*string

func lessons() engine.Lessons {
	names := tokenNames{}
	return engine.Lessons{
		Shown: map[string]engine.Lesson{
			"callSignalEndpoint": engine.Shows(func(l *engine.Learned, in callIn, out calledOut) bool {
				for _, shown := range out.Signals {
					signalendpoints.Meet(l, shown.SourceID, in.Name, nil)
					names.learn(l, shown.common, shown.TokenID, nil)
				}
				return out.Signals != nil
			}),
			"getSignalEndpointSignals": engine.Shows(func(l *engine.Learned, _ listIn, out listOut) bool {
				for _, shown := range out.Signals {
					names.learn(l, shown.common, nil, shown.TokenName)
				}
				return out.Signals != nil
			}),
			"getSignals": engine.Shows(func(l *engine.Learned, _ queryIn, out queryOut) bool {
				for _, shown := range out.Signals {
					if shown.SourceName != nil {
						signalendpoints.Meet(l, shown.SourceID, *shown.SourceName, shown.SourceDescription)
					}
					names.learn(l, shown.common, nil, shown.TokenName)
				}
				return out.Signals != nil
			}),
		},
		Finish: names.link,
	}
}

// learn records a signal. What a list does not say about its token, an earlier answer may
// have said. A signal that is missing from a list may be on its next page.
func (n tokenNames) learn(l *engine.Learned, shown common, token *int64, name *string) {
	signal := shown.Signal
	if signal.SourceID == 0 {
		return
	}
	before := signals.Get(l, engine.Int(signal.ID))
	if token == nil && before != nil {
		token = before.TokenID
	}
	if signal.Payload == nil {
		signal.Payload = engine.JSON("{}")
	}
	signal.TokenID = token
	if !signals.Learn(l, signal) {
		return
	}
	n[signal.ID] = name
	if token != nil && signalendpoints.Find(l, signal.SourceID) != nil {
		signaltokens.Meet(l, signal.SourceID, *token, name, before == nil)
	}
}

// link finds the tokens of which only the names are known, and drops references to tokens
// of other endpoints.
func (n tokenNames) link(l *engine.Learned) {
	for _, signal := range signals.All(l) {
		name := n[signal.ID]
		switch {
		case signal.TokenID != nil:
			if _, complaint := checkToken(l, signal); complaint != "" {
				signals.Amend(l, signal, func(s *Signal) { s.TokenID = nil })
			}
		case name != nil && *name != "" && signalendpoints.Find(l, signal.SourceID) != nil:
			if token := signaltokens.Named(l, signal.SourceID, *name); token != nil {
				signals.Amend(l, signal, func(s *Signal) { s.TokenID = &token.ID })
			}
		}
	}
}
