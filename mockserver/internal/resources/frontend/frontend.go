// Package frontend is the resource of the Frontend API, which browser SDKs call: flags
// that are evaluated for a context.
package frontend

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/configuration"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/client"
)

// Resource returns the resource.
func Resource() engine.Resource {
	return engine.Resource{
		Name: "frontend",
		Operations: engine.Operations{
			"getFrontendFeatures":            engine.Read(get),
			"getFrontendApiFeaturesWithPost": engine.Read(post),
		},
	}
}

// compiled are flags with the memory that they take.
type compiled struct {
	*evaluation.Flags
	size int64
}

// Size implements engine.Sized.
func (c compiled) Size() int64 { return c.size }

// enabled returns the flags that are on in the token's environment. This is why a parent
// that is off is missing (O).
func enabled(view *engine.View) compiled {
	identity := &view.Identity
	key := fmt.Sprintf("frontend %q %q", identity.Environment, identity.Projects)
	return engine.Derived(view, key, client.Revision(view, identity.Environment), func() compiled {
		found := *client.Configuration(view, identity)
		found.Features = slices.Clone(found.Features)
		kept := found.Features[:0]
		for _, feature := range found.Features {
			if feature.Enabled {
				kept = append(kept, feature)
			}
		}
		found.Features, found.Segments = kept, configuration.SegmentsOf(kept, found.Segments)
		weight := found.Weight()
		_ = view.ReserveBytes(weight) // others need the flags even if this request ends
		flags := found.Compile()
		return compiled{flags, weight + flags.ExpressionBytes()}
	})
}

type getIn struct {
	Query map[string]any `queries:""`
}

func get(view *engine.View, in getIn) (engine.Answer[engine.Appender], error) {
	return evaluate(view, in.Query)
}

type postIn struct {
	Context map[string]any `json:"context"`
}

func post(view *engine.View, in postIn) (engine.Answer[engine.Appender], error) {
	return evaluate(view, in.Context)
}

// scratches pools lists of results.
var scratches = sync.Pool{New: func() any { return new([]evaluation.Result) }}

func evaluate(view *engine.View, sent map[string]any) (out engine.Answer[engine.Appender], err error) {
	context := contextOf(view, sent)
	scratch := scratches.Get().(*[]evaluation.Result)
	results, err := enabled(view).AppendEnabled((*scratch)[:0], context)
	if err != nil {
		return out, apierror.Unavailable("The flags cannot be evaluated: " + err.Error())
	}
	length := lengthOf(results)
	if err := view.ReserveAnswer(int64(length)); err != nil {
		return out, err
	}
	out.Header = http.Header{"Cache-Control": {"no-cache"}}
	out.Value = func(dst []byte) []byte {
		dst = appendToggles(slices.Grow(dst, length), results)
		clear(results)
		*scratch = results
		scratches.Put(scratch)
		return dst
	}
	return out, nil
}

// contextOf makes a context of what was sent. What is missing comes from the connection,
// from chance or from a default. The time is the instance's. An empty property is a value (O).
func contextOf(view *engine.View, sent map[string]any) *evaluation.Context {
	out := &evaluation.Context{AppName: "frontend-api", Environment: "default", CurrentTime: view.Now, Properties: map[string]string{}}
	fields := map[string]*string{
		"userId": &out.UserID, "sessionId": &out.SessionID, "remoteAddress": &out.RemoteAddress, "appName": &out.AppName, "environment": &out.Environment,
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		text := textOf(sent[name])
		if field := fields[name]; field != nil {
			if text != "" {
				*field = text
			}
		} else if name != "properties" && sent[name] != nil {
			out.Properties[name] = text
		}
	}
	if properties, is := sent["properties"].(map[string]any); is {
		for name, value := range properties {
			out.Properties[name] = textOf(value)
		}
	}
	if out.RemoteAddress == "" && view.Address != nil {
		out.RemoteAddress = view.Address()
	}
	if out.SessionID == "" {
		out.SessionID = view.RandomText()
	}
	return out
}

// textOf returns a value as text; null is empty (O).
func textOf(value any) string {
	if value == nil {
		return ""
	}
	return v8json.Text(value)
}

// lengthOf estimates the bytes that results take as JSON.
func lengthOf(results []evaluation.Result) int {
	length := 16
	for i := range results {
		length += 140 + len(results[i].Name) + len(results[i].Variant.Name)
		if payload := results[i].Variant.Payload; payload != nil {
			length += 40 + len(payload.Value)
		}
	}
	return length
}

func appendToggles(dst []byte, results []evaluation.Result) []byte {
	dst = append(dst, `{"toggles":[`...)
	for i := range results {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendToggle(dst, &results[i])
	}
	return append(dst, "]}"...)
}

func appendToggle(dst []byte, r *evaluation.Result) []byte {
	dst = jsonw.AppendString(append(dst, `{"name":`...), r.Name)
	dst = jsonw.AppendString(append(dst, `,"enabled":true,"variant":{"name":`...), r.Variant.Name)
	if !r.OfStrategy {
		dst = appendPayload(dst, r.Variant.Payload)
	}
	dst = append(dst, `,"enabled":`...)
	dst = strconv.AppendBool(dst, r.Variant.Enabled)
	if r.OfStrategy { // strategy variants have these keys in the opposite order (O)
		dst = appendPayload(dst, r.Variant.Payload)
	}
	dst = append(dst, `,"feature_enabled":`...)
	dst = strconv.AppendBool(dst, r.Variant.FeatureEnabled)
	dst = append(dst, `,"featureEnabled":`...)
	dst = strconv.AppendBool(dst, r.Variant.FeatureEnabled)
	dst = append(dst, `},"impressionData":`...)
	return append(strconv.AppendBool(dst, r.ImpressionData), '}')
}

func appendPayload(dst []byte, payload *evaluation.Payload) []byte {
	if payload == nil {
		return dst
	}
	dst = jsonw.AppendString(append(dst, `,"payload":{"type":`...), payload.Type)
	return append(jsonw.AppendString(append(dst, `,"value":`...), payload.Value), '}')
}
