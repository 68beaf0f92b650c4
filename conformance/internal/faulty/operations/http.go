package operations

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// httpFaults are about headers, methods, paths and bodies as such.
func httpFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "list-as-text", Name: "a list says that it is text", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "text/plain; charset=utf-8"))},
		{ID: "create-as-html", Name: "the answer to a create says that it is HTML", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "text/html; charset=utf-8"))},
		{ID: "error-as-problem", Name: "an error says that it is application/problem+json", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.Header("Content-Type", "application/problem+json; charset=utf-8"))},
		{ID: "no-content-type", Name: "an answer does not say what it is", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) { x.Header["Content-Type"] = nil })},
		{ID: "no-charset", Name: "the charset is missing", Operation: "getSignals", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "application/json"))},
		{ID: "other-charset", Name: "the charset is another one", Operation: "getHealth", Standing: spec.Observed,
			Bend: bend.OK(bend.Header("Content-Type", "application/json; charset=iso-8859-1"))},
		{ID: "no-tag", Name: "the entity tag is missing", Operation: "getSignalEndpointSignals", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader("Etag"))},
		{ID: "no-tag-on-errors", Name: "the entity tag of an error is missing", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.NoHeader("Etag"))},
		{ID: "strong-tag", Name: "the entity tag is a strong one", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.KeepTag = true
				x.Header.Set("Etag", strings.TrimPrefix(bend.EntityTag(x.Body), "W/"))
			})},
		{ID: "same-tag", Name: "the entity tag stays when the body changes", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.KeepTag = true
				x.Header.Set("Etag", `W/"2a-c2FtZQ"`)
			})},
		{ID: "never-fresh", Name: "If-None-Match is ignored", Operation: "getSignalEndpointTokens", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) { x.Fresh = func(string) bool { return false } }},
		{ID: "always-fresh", Name: "any If-None-Match is answered 304", Operation: "getDetailedInvoices", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) { x.Fresh = func(string) bool { return true } }},
		{ID: "no-vary", Name: "Vary is missing", Operation: "getSignals", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader("Vary"))},
		{ID: "head-not-found", Name: "HEAD is not known", Operation: "getReady", Standing: spec.Observed, Wide: true, Bend: onHead("getReady", http.StatusNotFound)},
		{ID: "head-not-allowed", Name: "HEAD is not allowed", Operation: "getSignalEndpoints", Standing: spec.Observed, Wide: true, Bend: onHead("getSignalEndpoints", http.StatusMethodNotAllowed)},
		{ID: "method-not-allowed", Name: "a wrong method gets a 405 in the place of a 404", Operation: "getSignalEndpoints", Standing: spec.Observed, Wide: true,
			Bend: wrongMethod("/api/admin/signal-endpoints", bend.Status(http.StatusMethodNotAllowed))},
		{ID: "post-health", Name: "health answers POST", Operation: "getHealth", Standing: spec.Observed, Wide: true,
			Bend: wrongMethod("/health", func(x *bend.Exchange) {
				x.Request.Method = http.MethodGet
				x.Again()
			})},
		{ID: "trailing-slash-not-found", Name: "a slash at the end of the path is not found", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.HasSuffix(x.Request.URL.Path, "/") }, bend.At("/api/admin/nothing"))},
		{ID: "letter-case-not-found", Name: "a path in capitals is not found", Operation: "getSignals", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Request.URL.Path != strings.ToLower(x.Request.URL.Path) }, bend.At("/api/admin/nothing"))},
		{ID: "gzip-not-read", Name: "a body in gzip is not read", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.HasHeader("Content-Encoding"), bend.Sending(""), bend.WithHeader("Content-Encoding", "br"))},
		{ID: "any-encoding", Name: "a body in an unknown encoding is taken as it is", Operation: "updateSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(415), bend.When(bend.HasHeader("Content-Encoding"), bend.Again(bend.WithoutHeader("Content-Encoding"))))},
		{ID: "malformed-accepted", Name: "a body that is no JSON is taken for an empty one", Operation: "callSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Malformed, bend.Sending("{}"))},
		{ID: "malformed-create", Name: "a create with a body that is no JSON succeeds", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Malformed, bend.Sending(`{"name":"malformed"}`))},
		{ID: "malformed-server-error", Name: "a body that is no JSON gets a 500", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Malformed, bend.Status(http.StatusInternalServerError))},
		{ID: "malformed-after-authentication", Name: "a body is read after the token is looked at", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Both(bend.Malformed, bend.By("", bend.UnknownToken)), bend.Sending("{}"))},
		{ID: "malformed-get-accepted", Name: "the body of a GET is not read", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(bend.HasPayload, bend.Sending(""))},
		{ID: "list-as-body", Name: "a list in the place of an object is accepted", Operation: "updateSignalEndpoint", Standing: spec.Measured,
			Bend: func(x *bend.Exchange) {
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '[' {
					bend.Sending(`{"name":"a-list"}`)(x)
				}
			}},
		{ID: "too-large-accepted", Name: "a body over the limit is accepted", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(413), bend.Again(bend.Sending(`{"large":true}`)))},
		{ID: "too-large-create", Name: "a create over the limit of a body gets a 400", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(413), bend.Status(http.StatusBadRequest))},
		{ID: "body-limit-too-low", Name: "a body of 60 kB is too large", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(func(x *bend.Exchange) bool { return len(x.Payload) > 60_000 && len(x.Payload) <= 102_400 },
				bend.Sending(`"`+strings.Repeat("a", 102_400)+`"`))},
		{ID: "any-content-type", Name: "a create with another content type succeeds", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(415), bend.Again(bend.WithHeader("Content-Type", "application/json")))},
		{ID: "no-content-type-needed", Name: "an update without a content type succeeds", Operation: "updateSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Not(bend.HasHeader("Content-Type")), bend.WithHeader("Content-Type", "application/json"))},
		{ID: "content-type-bad-request", Name: "a wrong content type gets a 400", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(415), bend.Status(http.StatusBadRequest))},
		{ID: "charset-parameter-refused", Name: "a content type with a charset is refused", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.Contains(x.Request.Header.Get("Content-Type"), ";") }, bend.WithHeader("Content-Type", "text/plain"))},
		{ID: "repeated-parameter", Name: "a parameter that is sent twice is accepted", Operation: "getSignals", Standing: spec.Measured,
			Bend: func(x *bend.Exchange) {
				values := x.Request.URL.Query()
				for name, all := range values {
					values[name] = all[:1]
				}
				x.SetURL(x.Request.URL.EscapedPath(), values)
			}},
		{ID: "unknown-parameter-refused", Name: "a query parameter that is not documented is refused", Operation: "getSignals", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) {
				for name := range x.Request.URL.Query() {
					if !strings.Contains(" from to limit offset ", " "+name+" ") {
						bend.Query("from", bend.Always("bad"))(x)
					}
				}
			}},
		{ID: "unknown-property-refused", Name: "a property that is not documented is refused", Operation: "createSignalEndpoint", Standing: spec.Measured,
			Bend: func(x *bend.Exchange) {
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '{' {
					for _, key := range payload.Keys {
						if !strings.Contains(" name enabled description ", " "+key+" ") {
							bend.Member("name", bend.To("[]"))(x)
						}
					}
				}
			}},
		{ID: "empty-list-body", Name: "a list has no body", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Empty)},
		{ID: "broken-json", Name: "the JSON of an answer ends too early", Operation: "getDetailedInvoices", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) { x.Body = x.Body[:len(x.Body)-1] })},
		{ID: "null-body", Name: "an answer is null", Operation: "enableSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Text("null"))},
	}
}

// onHead answers HEAD with another status.
func onHead(operation string, code int) bend.Step {
	return bend.When(bend.Both(bend.Is(operation), func(x *bend.Exchange) bool { return x.Head }), bend.Status(code))
}

// wrongMethod takes a step where a path is asked with a method that it has not.
func wrongMethod(path string, take bend.Step) bend.Step {
	return bend.When(func(x *bend.Exchange) bool {
		return x.Operation == nil && strings.TrimSuffix(x.Request.URL.Path, "/") == path && x.Request.Method != http.MethodOptions
	}, bend.When(bend.Answered(http.StatusNotFound), take))
}
