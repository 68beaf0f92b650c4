package mockserver

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// flags200 returns a file of 200 flags with rollouts, constraints, segments and variants;
// some are off.
func flags200() []byte {
	var out strings.Builder
	out.WriteString("flags:\n")
	for i := range 200 {
		fmt.Fprintf(&out, "  flag-%d:\n    enabled: %t\n    strategies:\n", i, i%5 != 0)
		switch i % 4 {
		case 0:
			out.WriteString("      - {parameters: {rollout: 50, stickiness: userId}}\n")
		case 1:
			out.WriteString("      - {constraints: [{contextName: plan, operator: IN, values: [gold, silver, bronze]}, {contextName: age, operator: NUM_GT, value: 18}]}\n")
		case 2:
			out.WriteString("      - {segments: [staff], parameters: {rollout: 100}}\n      - {name: userWithId, parameters: {userIds: \"1,2,3\"}}\n")
		case 3:
			out.WriteString("      - {parameters: {rollout: 100}}\n    variants: [{name: blue}, {name: red, payload: x}]\n")
		}
	}
	out.WriteString("segments:\n  - {name: staff, constraints: [{contextName: email, operator: STR_ENDS_WITH, values: [\"@example.com\"]}]}\n")
	return []byte(out.String())
}

// sdkLoads are the requests that SDKs send.
var sdkLoads = map[string]struct {
	load
	match  bool // send the entity tag of the first answer
	users  bool // each request is for another user
	budget float64
}{
	"client":                 {load: load{method: http.MethodGet, path: "/api/client/features", token: wellknown.Backend, status: 200}, budget: 80},
	"client 304":             {load: load{method: http.MethodGet, path: "/api/client/features", token: wellknown.Backend, status: 304}, match: true, budget: 65},
	"one flag":               {load: load{method: http.MethodGet, path: "/api/client/features/flag-7", token: wellknown.Backend, status: 200}, budget: 42},
	"frontend":               {load: load{method: http.MethodGet, path: "/api/frontend?userId=7&properties%5Bplan%5D=gold&properties%5Bage%5D=20", token: wellknown.Frontend, status: 200}, budget: 116},
	"frontend, no two alike": {load: load{method: http.MethodGet, path: "/api/frontend?userId=7&properties%5Bplan%5D=gold&properties%5Bage%5D=20", token: wellknown.Frontend, status: 200}, users: true, budget: 116},
	"client metrics":         {load: load{method: http.MethodPost, path: "/api/client/metrics", token: wellknown.Backend, body: `{"appName":"a","instanceId":"i","bucket":{"start":1,"stop":2,"toggles":{"flag-1":{"yes":1,"no":2}}}}`, status: 202}, budget: 172},
}

// preparedSDK returns a server with the flags, and the request.
func preparedSDK(t testing.TB, name string) (*app, *repeated) {
	t.Helper()
	l := sdkLoads[name]
	a := newApp(t, unlimited, WithFlags("flags", flags200()))
	request := newRepeated(l.method, l.path, l.token, l.body)
	if l.match {
		request.template.Header.Set("If-None-Match", a.call(l.method, l.path, l.token, "").header.Get("Etag"))
	}
	if status := request.send(a, request.body); status != l.status {
		t.Fatalf("status %d, want %d", status, l.status)
	}
	return a, request
}

func BenchmarkSDK(b *testing.B) {
	for name := range sdkLoads {
		b.Run(name, func(b *testing.B) {
			a, request := preparedSDK(b, name)
			b.ReportAllocs()
			query := request.template.URL.RawQuery
			for n := 0; b.Loop(); n++ {
				if sdkLoads[name].users {
					request.template.URL.RawQuery = strings.Replace(query, "userId=7", "userId="+strconv.Itoa(n), 1)
				}
				request.send(a, request.body)
			}
		})
	}
}
