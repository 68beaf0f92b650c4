package faulty

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/spec"
)

// httpFaults are about headers, methods, paths and bodies as such.
func httpFaults() []Fault {
	return []Fault{
		{ID: "list-as-text", Name: "a list says that it is text", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: ok(header("Content-Type", "text/plain; charset=utf-8"))},
		{ID: "create-as-html", Name: "the answer to a create says that it is HTML", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: ok(header("Content-Type", "text/html; charset=utf-8"))},
		{ID: "error-as-problem", Name: "an error says that it is application/problem+json", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(404), header("Content-Type", "application/problem+json; charset=utf-8"))},
		{ID: "no-content-type", Name: "an answer does not say what it is", Operation: "getInvoices", Standing: spec.Observed,
			bend: ok(func(x *exchange) { x.header["Content-Type"] = nil })},
		{ID: "no-charset", Name: "the charset is missing", Operation: "getSignals", Standing: spec.Observed,
			bend: ok(header("Content-Type", "application/json"))},
		{ID: "other-charset", Name: "the charset is another one", Operation: "getHealth", Standing: spec.Observed,
			bend: ok(header("Content-Type", "application/json; charset=iso-8859-1"))},
		{ID: "no-tag", Name: "the entity tag is missing", Operation: "getSignalEndpointSignals", Standing: spec.Observed, bend: ok(noHeader("Etag"))},
		{ID: "no-tag-on-errors", Name: "the entity tag of an error is missing", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(404), noHeader("Etag"))},
		{ID: "strong-tag", Name: "the entity tag is a strong one", Operation: "getInvoices", Standing: spec.Observed,
			bend: ok(func(x *exchange) {
				x.keepTag = true
				x.header.Set("Etag", strings.TrimPrefix(entityTag(x.body), "W/"))
			})},
		{ID: "same-tag", Name: "the entity tag stays when the body changes", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: ok(func(x *exchange) {
				x.keepTag = true
				x.header.Set("Etag", `W/"2a-c2FtZQ"`)
			})},
		{ID: "never-fresh", Name: "If-None-Match is ignored", Operation: "getSignalEndpointTokens", Standing: spec.Observed,
			bend: func(x *exchange) { x.fresh = func(string) bool { return false } }},
		{ID: "always-fresh", Name: "any If-None-Match is answered 304", Operation: "getDetailedInvoices", Standing: spec.Observed,
			bend: func(x *exchange) { x.fresh = func(string) bool { return true } }},
		{ID: "no-vary", Name: "Vary is missing", Operation: "getSignals", Standing: spec.Observed, bend: ok(noHeader("Vary"))},
		{ID: "head-not-found", Name: "HEAD is not known", Operation: "getReady", Standing: spec.Observed, wide: true, bend: onHead("getReady", http.StatusNotFound)},
		{ID: "head-not-allowed", Name: "HEAD is not allowed", Operation: "getSignalEndpoints", Standing: spec.Observed, wide: true, bend: onHead("getSignalEndpoints", http.StatusMethodNotAllowed)},
		{ID: "method-not-allowed", Name: "a wrong method gets a 405 in the place of a 404", Operation: "getSignalEndpoints", Standing: spec.Observed, wide: true,
			bend: wrongMethod("/api/admin/signal-endpoints", status(http.StatusMethodNotAllowed))},
		{ID: "post-health", Name: "health answers POST", Operation: "getHealth", Standing: spec.Observed, wide: true,
			bend: wrongMethod("/health", func(x *exchange) {
				x.request.Method = http.MethodGet
				x.again()
			})},
		{ID: "trailing-slash-not-found", Name: "a slash at the end of the path is not found", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: when(func(x *exchange) bool { return strings.HasSuffix(x.request.URL.Path, "/") }, at("/api/admin/nothing"))},
		{ID: "letter-case-not-found", Name: "a path in capitals is not found", Operation: "getSignals", Standing: spec.Observed,
			bend: when(func(x *exchange) bool { return x.request.URL.Path != strings.ToLower(x.request.URL.Path) }, at("/api/admin/nothing"))},
		{ID: "gzip-not-read", Name: "a body in gzip is not read", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: when(hasHeader("Content-Encoding"), sending(""), withHeader("Content-Encoding", "br"))},
		{ID: "any-encoding", Name: "a body in an unknown encoding is taken as it is", Operation: "updateSignalEndpointToken", Standing: spec.Observed,
			bend: when(answered(415), when(hasHeader("Content-Encoding"), again(withoutHeader("Content-Encoding"))))},
		{ID: "malformed-accepted", Name: "a body that is no JSON is taken for an empty one", Operation: "callSignalEndpoint", Standing: spec.Observed,
			bend: when(malformed, sending("{}"))},
		{ID: "malformed-create", Name: "a create with a body that is no JSON succeeds", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			bend: when(malformed, sending(`{"name":"malformed"}`))},
		{ID: "malformed-server-error", Name: "a body that is no JSON gets a 500", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			bend: when(malformed, status(http.StatusInternalServerError))},
		{ID: "malformed-after-authentication", Name: "a body is read after the token is looked at", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: when(both(malformed, by("", unknownToken)), sending("{}"))},
		{ID: "malformed-get-accepted", Name: "the body of a GET is not read", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: when(hasPayload, sending(""))},
		{ID: "list-as-body", Name: "a list in the place of an object is accepted", Operation: "updateSignalEndpoint", Standing: spec.Measured,
			bend: func(x *exchange) {
				if payload, ok := parseJSON(x.payload); ok && payload.kind == '[' {
					sending(`{"name":"a-list"}`)(x)
				}
			}},
		{ID: "too-large-accepted", Name: "a body over the limit is accepted", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(413), again(sending(`{"large":true}`)))},
		{ID: "too-large-create", Name: "a create over the limit of a body gets a 400", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(413), status(http.StatusBadRequest))},
		{ID: "body-limit-too-low", Name: "a body of 60 kB is too large", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(func(x *exchange) bool { return len(x.payload) > 60_000 && len(x.payload) <= 102_400 },
				sending(`"`+strings.Repeat("a", 102_400)+`"`))},
		{ID: "any-content-type", Name: "a create with another content type succeeds", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(415), again(withHeader("Content-Type", "application/json")))},
		{ID: "no-content-type-needed", Name: "an update without a content type succeeds", Operation: "updateSignalEndpointToken", Standing: spec.Observed,
			bend: when(not(hasHeader("Content-Type")), withHeader("Content-Type", "application/json"))},
		{ID: "content-type-bad-request", Name: "a wrong content type gets a 400", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(415), status(http.StatusBadRequest))},
		{ID: "charset-parameter-refused", Name: "a content type with a charset is refused", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: when(func(x *exchange) bool { return strings.Contains(x.request.Header.Get("Content-Type"), ";") }, withHeader("Content-Type", "text/plain"))},
		{ID: "repeated-parameter", Name: "a parameter that is sent twice is accepted", Operation: "getSignals", Standing: spec.Measured,
			bend: func(x *exchange) {
				values := x.request.URL.Query()
				for name, all := range values {
					values[name] = all[:1]
				}
				x.setURL(x.request.URL.EscapedPath(), values)
			}},
		{ID: "unknown-parameter-refused", Name: "a query parameter that is not documented is refused", Operation: "getSignals", Standing: spec.Observed,
			bend: func(x *exchange) {
				for name := range x.request.URL.Query() {
					if !strings.Contains(" from to limit offset ", " "+name+" ") {
						query("from", always("bad"))(x)
					}
				}
			}},
		{ID: "unknown-property-refused", Name: "a property that is not documented is refused", Operation: "createSignalEndpoint", Standing: spec.Measured,
			bend: func(x *exchange) {
				if payload, ok := parseJSON(x.payload); ok && payload.kind == '{' {
					for _, key := range payload.keys {
						if !strings.Contains(" name enabled description ", " "+key+" ") {
							member("name", to("[]"))(x)
						}
					}
				}
			}},
		{ID: "endpoint-no-location", Name: "the location of a created endpoint is missing", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: ok(noHeader("Location"))},
		{ID: "token-no-location", Name: "the location of a created token is missing", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: ok(noHeader("Location"))},
		{ID: "absolute-location", Name: "the location of a created endpoint is absolute", Operation: "createSignalEndpoint", Standing: spec.Observed,
			bend: ok(func(x *exchange) {
				x.header.Set("Location", "http://"+x.request.Host+"/api/admin/"+x.header.Get("Location"))
			})},
		{ID: "location-of-another", Name: "the location of a created endpoint has another id", Operation: "createSignalEndpoint", Standing: spec.Inferred,
			bend: ok(func(x *exchange) {
				x.header.Set("Location", renumberSegment(x.header.Get("Location"), 1, func(id int64) int64 { return id + 1 }))
			})},
		{ID: "token-location-of-endpoint", Name: "the location of a created token is that of its endpoint", Operation: "createSignalEndpointToken", Standing: spec.Inferred,
			bend: ok(func(x *exchange) { x.header.Set("Location", fmt.Sprintf("signal-endpoints/%s", x.params[0])) })},
		{ID: "create-ok", Name: "a create answers 200 in the place of 201", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(201), status(http.StatusOK))},
		{ID: "create-token-accepted", Name: "the create of a token answers 202", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			bend: when(answered(201), status(http.StatusAccepted))},
		{ID: "delete-no-content", Name: "a delete answers 204 in the place of 200", Operation: "deleteSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(200), status(http.StatusNoContent), noHeader("Transfer-Encoding"))},
		{ID: "delete-with-body", Name: "a delete answers with a body", Operation: "deleteSignalEndpointToken", Standing: spec.Inferred,
			bend: when(answered(200), text("{}"), header("Content-Type", "application/json; charset=utf-8"), header("Etag", "made of the body"), header("Vary", "Accept-Encoding"))},
		{ID: "update-created", Name: "an update answers 201", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(200), status(http.StatusCreated))},
		{ID: "empty-list-body", Name: "a list has no body", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(empty)},
		{ID: "broken-json", Name: "the JSON of an answer ends too early", Operation: "getDetailedInvoices", Standing: spec.Documented,
			bend: ok(func(x *exchange) { x.body = x.body[:len(x.body)-1] })},
		{ID: "null-body", Name: "an answer is null", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: ok(text("null"))},
	}
}

// onHead answers HEAD with another status.
func onHead(operation string, code int) step {
	return when(both(is(operation), func(x *exchange) bool { return x.head }), status(code))
}

// wrongMethod takes a step where a path is asked with a method that it has not.
func wrongMethod(path string, take step) step {
	return when(func(x *exchange) bool {
		return x.operation == nil && strings.TrimSuffix(x.request.URL.Path, "/") == path && x.request.Method != http.MethodOptions
	}, when(answered(http.StatusNotFound), take))
}
