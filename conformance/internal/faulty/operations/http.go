package operations

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// httpFaults lists faults in headers, methods, paths and bodies in general.
func httpFaults() []bend.Fault {
	return append(stuckTags(), []bend.Fault{
		{ID: "list-as-text", Name: "sends a list as text/plain", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "text/plain; charset=utf-8"))},
		{ID: "create-as-html", Name: "sends the response to a create as text/html", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "text/html; charset=utf-8"))},
		{ID: "error-as-problem", Name: "sends a 404 as application/problem+json", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.Header("Content-Type", "application/problem+json; charset=utf-8"))},
		{ID: "no-content-type", Name: "omits Content-Type", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) { x.Header["Content-Type"] = nil })},
		{ID: "no-charset", Name: "omits the charset from Content-Type", Operation: "getSignals", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "application/json"))},
		{ID: "other-charset", Name: "declares the wrong charset", Operation: "getHealth", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "application/json; charset=iso-8859-1"))},
		{ID: "no-tag", Name: "omits ETag", Operation: "getSignalEndpointSignals", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader("Etag"))},
		{ID: "no-tag-on-errors", Name: "omits ETag from an error", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.NoHeader("Etag"))},
		{ID: "strong-tag", Name: "sends a strong ETag", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.KeepTag = true
				x.Header.Set("Etag", strings.TrimPrefix(bend.EntityTag(x.Body), "W/"))
			})},
		{ID: "same-tag", Name: "sends the same ETag for every body", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.KeepTag = true
				x.Header.Set("Etag", `W/"2a-c2FtZQ"`)
			})},
		{ID: "never-fresh", Name: "ignores If-None-Match", Operation: "getSignalEndpointTokens", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) { x.Fresh = func(string) bool { return false } }},
		{ID: "always-fresh", Name: "answers 304 to any If-None-Match", Operation: "getDetailedInvoices", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) { x.Fresh = func(string) bool { return true } }},
		{ID: "no-vary", Name: "omits Vary", Operation: "getSignals", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader("Vary"))},
		{ID: "head-not-found", Name: "answers HEAD with 404", Operation: "getReady", Standing: spec.Observed, Wide: true, Bend: onHead("getReady", http.StatusNotFound)},
		{ID: "head-not-allowed", Name: "answers HEAD with 405", Operation: "getSignalEndpoints", Standing: spec.Observed, Wide: true, Bend: onHead("getSignalEndpoints", http.StatusMethodNotAllowed)},
		{ID: "method-not-allowed", Name: "answers 405 instead of 404 to an unsupported method", Operation: "getSignalEndpoints", Standing: spec.Observed, Wide: true,
			Bend: wrongMethod("/api/admin/signal-endpoints", bend.Status(http.StatusMethodNotAllowed))},
		{ID: "post-health", Name: "answers POST as it does GET", Operation: "getHealth", Standing: spec.Observed, Wide: true,
			Bend: wrongMethod("/health", func(x *bend.Exchange) {
				x.Request.Method = http.MethodGet
				x.Again()
			})},
		{ID: "trailing-slash-not-found", Name: "answers 404 to a path with a trailing slash", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.HasSuffix(x.Request.URL.Path, "/") }, bend.At("/api/admin/nothing"))},
		{ID: "letter-case-not-found", Name: "answers 404 to a path with capital letters", Operation: "getSignals", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Request.URL.Path != strings.ToLower(x.Request.URL.Path) }, bend.At("/api/admin/nothing"))},
		{ID: "gzip-not-read", Name: "fails to read a gzip-compressed body", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.HasHeader("Content-Encoding"), bend.Sending(""), bend.WithHeader("Content-Encoding", "br"))},
		{ID: "any-encoding", Name: "reads a body in an unknown encoding as if it had none", Operation: "updateSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(415), bend.When(bend.HasHeader("Content-Encoding"), bend.Again(bend.WithoutHeader("Content-Encoding"))))},
		{ID: "malformed-accepted", Name: "treats malformed JSON as an empty object", Operation: "callSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Malformed, bend.Sending("{}"))},
		{ID: "malformed-create", Name: "creates a token from malformed JSON", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Malformed, bend.Sending(`{"name":"malformed"}`))},
		{ID: "malformed-server-error", Name: "answers 500 to malformed JSON", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Malformed, bend.Status(http.StatusInternalServerError))},
		{ID: "malformed-after-authentication", Name: "checks the token before it parses the body", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Both(bend.Malformed, bend.By("", bend.UnknownToken)), bend.Sending("{}"))},
		{ID: "malformed-get-accepted", Name: "ignores the body of a GET", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(bend.HasPayload, bend.Sending(""))},
		{ID: "list-as-body", Name: "accepts an array as the body", Operation: "updateSignalEndpoint", Standing: spec.Measured,
			Bend: func(x *bend.Exchange) {
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '[' {
					bend.Sending(`{"name":"a-list"}`)(x)
				}
			}},
		{ID: "too-large-accepted", Name: "accepts a body over the size limit", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(413), bend.Again(bend.Sending(`{"large":true}`)))},
		{ID: "too-large-create", Name: "answers 400 to a create whose body exceeds the size limit", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(413), bend.Status(http.StatusBadRequest))},
		{ID: "body-limit-too-low", Name: "refuses bodies over 60 kB as too large", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(func(x *bend.Exchange) bool { return len(x.Payload) > 60_000 && len(x.Payload) <= 102_400 },
				bend.Sending(`"`+strings.Repeat("a", 102_400)+`"`))},
		{ID: "any-content-type", Name: "accepts a create with the wrong content type", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(415), bend.Again(bend.WithHeader("Content-Type", "application/json")))},
		{ID: "no-content-type-needed", Name: "accepts an update without a content type", Operation: "updateSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Not(bend.HasHeader("Content-Type")), bend.WithHeader("Content-Type", "application/json"))},
		{ID: "content-type-bad-request", Name: "answers 400 to the wrong content type", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(415), bend.Status(http.StatusBadRequest))},
		{ID: "charset-parameter-refused", Name: "refuses a content type with a charset", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.Contains(x.Request.Header.Get("Content-Type"), ";") }, bend.WithHeader("Content-Type", "text/plain"))},
		{ID: "repeated-parameter", Name: "accepts a repeated query parameter", Operation: "getSignals", Standing: spec.Measured,
			Bend: func(x *bend.Exchange) {
				values := x.Request.URL.Query()
				for name, all := range values {
					values[name] = all[:1]
				}
				x.SetURL(x.Request.URL.EscapedPath(), values)
			}},
		{ID: "unknown-parameter-refused", Name: "refuses an undocumented query parameter", Operation: "getSignals", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) {
				for name := range x.Request.URL.Query() {
					if !strings.Contains(" from to limit offset ", " "+name+" ") {
						bend.Query("from", bend.Always("bad"))(x)
					}
				}
			}},
		{ID: "unknown-property-refused", Name: "refuses an undocumented property", Operation: "createSignalEndpoint", Standing: spec.Measured,
			Bend: func(x *bend.Exchange) {
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '{' {
					for _, key := range payload.Keys {
						if !strings.Contains(" name enabled description ", " "+key+" ") {
							bend.Member("name", bend.To("[]"))(x)
						}
					}
				}
			}},
		{ID: "empty-list-body", Name: "sends an empty body instead of a list", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Empty)},
		{ID: "broken-json", Name: "truncates its JSON", Operation: "getDetailedInvoices", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) { x.Body = x.Body[:len(x.Body)-1] })},
		{ID: "null-body", Name: "answers with null", Operation: "enableSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Text("null"))},
	}...)
}

// stuckTags lists the faults of operations that keep their ETag when the response changes.
func stuckTags() []bend.Fault {
	var faults []bend.Fault
	for _, operation := range []string{
		"getSignalEndpoints", "getProjectOverview", "getSegments", "getSegment", "getContextFields", "getContextField", "getAllApiTokens", "getApiTokensByName",
		"getFeatures", "getFeature", "getFeatureEnvironment", "getFeatureStrategies", "getFeatureStrategy", "listTags", "getEnvironmentFeatureVariants",
	} {
		faults = append(faults, bend.Fault{ID: operation + "-tag-stuck", Name: "keeps its ETag when the response changes", Operation: operation, Standing: spec.Observed, Make: stuckTag})
	}
	return faults
}

func stuckTag() bend.Step {
	first := map[string]string{} // by URL
	return bend.OK(func(x *bend.Exchange) {
		url := x.Request.URL.String()
		if first[url] == "" {
			first[url] = bend.EntityTag(x.Body)
		}
		tag := first[url]
		x.KeepTag = true
		x.Header.Set("Etag", tag)
		x.Fresh = func(known string) bool { return known == tag }
	})
}

// onHead answers HEAD with another status.
func onHead(operation string, code int) bend.Step {
	return bend.When(bend.Both(bend.Is(operation), func(x *bend.Exchange) bool { return x.Head }), bend.Status(code))
}

// wrongMethod takes a step if a path is requested with a method that it does not have.
func wrongMethod(path string, take bend.Step) bend.Step {
	return bend.When(func(x *bend.Exchange) bool {
		return x.Operation == nil && strings.TrimSuffix(x.Request.URL.Path, "/") == path && x.Request.Method != http.MethodOptions
	}, bend.When(bend.Answered(http.StatusNotFound), take))
}
