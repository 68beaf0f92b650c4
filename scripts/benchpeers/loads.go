package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// load is a kind of request.
type load struct {
	id, name           string
	method, path, body string
	token              string
	status             int
	barePath           string // path on the bare handler, which does not look at bodies; empty for path
	varied             string // body of the nth request, with %d for n; empty if all bodies are the same
	variedQuery        string // query of the nth request, with %d for n; empty for none
	revalidate         bool   // send the entity tag of the first answer
}

const tokenPath = "/api/admin/signal-endpoints/1337/tokens/7"

// adminLoads are the three loads with promised ratios, and their variants.
var adminLoads = []load{
	{
		id: "update", name: "token update", method: "PUT", path: tokenPath, token: wellknown.Admin, body: `{"name":"My external app #1"}`, status: 200,
	},
	{
		id: "update-varied", name: "token update, no two alike", method: "PUT", path: tokenPath, token: wellknown.Admin, varied: `{"name":"My external app #%d"}`, status: 200,
	},
	{
		id: "list", name: "list", method: "GET", path: "/api/admin/signal-endpoints", token: wellknown.Admin, status: 200,
	},
	{
		id: "refused", name: "refused body", method: "PUT", path: tokenPath, token: wellknown.Admin, body: `{"name":["My external app"]}`, status: 400,
		barePath: "/api/admin/signal-endpoints/1337/tokens/8",
	},
}

// sdkLoads are the requests that SDKs send all day.
var sdkLoads = []load{
	{id: "client", name: "all flags", method: "GET", path: clientPath, token: wellknown.Backend, status: 200},
	{id: "client-304", name: "all flags, unchanged: 304", method: "GET", path: clientPath, token: wellknown.Backend, status: 304, revalidate: true},
	{
		id: "frontend", name: frontend, method: "GET", path: "/api/frontend", token: wellknown.Frontend, status: 200,
		variedQuery: "userId=%d&properties%%5Bplan%%5D=gold&properties%%5Bage%%5D=20",
	},
	{
		id: "metrics", name: "client metrics", method: "POST", path: "/api/client/metrics", token: wellknown.Backend, status: 202,
		body: `{"appName":"bench","instanceId":"1","bucket":{"start":"2026-01-01T00:00:00.000Z","stop":"2026-01-01T00:01:00.000Z","toggles":{"flag-1":{"yes":1,"no":2,"variants":{}}}}}`,
	},
}

// documentLoads are requests to GitHub's API.
var documentLoads = []load{
	{id: "example", name: "example", method: "GET", path: topicsPath, status: 200},
	{id: "refused", name: "refused body", method: "POST", path: "/repos/octocat/hello/issues", body: `{"body":"no title"}`, status: 400},
}

const topicsPath = "/repos/octocat/hello/topics"

const (
	clientPath = "/api/client/features"
	frontend   = "frontend, no two contexts alike"
)

// script returns the load as a Lua script for wrk. The script counts answers with an unexpected
// status, so that a subject gains nothing by refusing quickly. headers are additional ones that
// one subject needs.
func (l load) script(path string, headers map[string]string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "wrk.method = %q\nwrk.headers[\"Authorization\"] = %q\n", l.method, l.token)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		fmt.Fprintf(&out, "wrk.headers[%q] = %q\n", name, headers[name])
	}
	if l.body+l.varied != "" {
		out.WriteString("wrk.headers[\"Content-Type\"] = \"application/json\"\n")
	}
	if l.body != "" {
		fmt.Fprintf(&out, "wrk.body = %q\n", l.body)
	}
	url, body := "nil", "nil"
	if l.variedQuery != "" {
		url = fmt.Sprintf("string.format(%q, n)", path+"?"+l.variedQuery)
	}
	if l.varied != "" {
		body = fmt.Sprintf("string.format(%q, n)", l.varied)
	}
	if url != body { // one of them varies
		fmt.Fprintf(&out, "local n = 0\nrequest = function()\n  n = n + 1\n  return wrk.format(nil, %s, nil, %s)\nend\n", url, body)
	}
	fmt.Fprintf(&out, `
local threads = {}
setup = function(thread) table.insert(threads, thread) end
init = function() wrong = 0 end
response = function(status) if status ~= %d then wrong = wrong + 1 end end
done = function(summary, latency)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("wrong") end
  local e = summary.errors
  io.write(string.format("result requests=%%d microseconds=%%d p50=%%d p99=%%d wrong=%%d failed=%%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), wrong,
    e.connect + e.read + e.write + e.timeout))
end
`, l.status)
	return out.String()
}
