package mocktest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// In a test, t is the *testing.T. An example has none, so these examples use a stand-in.
func Example() {
	t := &recorder{}
	defer t.end()

	mock := mocktest.Start(t)
	fmt.Println(send(http.MethodPost, mock.URL+"/api/admin/signal-endpoints", mock.Tokens.Admin, `{"name":"disk-full"}`))

	created := mock.AssertRequests(1, mocktest.Filter{Operation: "createSignalEndpoint"})
	fmt.Println(created[0].Request.Body, created[0].Status)
	mock.AssertNoViolations()
	// Output:
	// 201
	// {"name":"disk-full"} 201
}

func ExampleServer_Fail() {
	t := &recorder{}
	defer t.end()

	mock := mocktest.Start(t)
	mock.Fail("updateSignalEndpointToken", http.StatusTooManyRequests, 2)
	for range 3 {
		fmt.Println(send(http.MethodPut, mock.URL+"/api/admin/signal-endpoints/1337/tokens/7", mock.Tokens.Admin, `{"name":"renamed"}`))
	}
	// Output:
	// 429
	// 429
	// 200
}

func ExampleServer_SetRule() {
	t := &recorder{}
	defer t.end()

	mock := mocktest.Start(t)
	outage := mock.SetRule(mocktest.Rule{
		Match:  mocktest.Match{Operations: []string{"createSignalEndpoint"}, Body: map[string]any{"/name": "cpu-over-90"}},
		Answer: &mocktest.Answer{Status: http.StatusServiceUnavailable},
		Delay:  mocktest.After(5 * time.Millisecond),
	})
	fmt.Println(send(http.MethodPost, mock.URL+"/api/admin/signal-endpoints", mock.Tokens.Admin, `{"name":"cpu-over-90"}`))
	fmt.Println(send(http.MethodPost, mock.URL+"/api/admin/signal-endpoints", mock.Tokens.Admin, `{"name":"disk-full"}`))
	fmt.Println(outage.Hits())
	// Output:
	// 503
	// 201
	// 1
}

func ExampleServer_Plant() {
	t := &recorder{}
	defer t.end()

	mock := mocktest.Start(t)
	mock.Plant("endpoints: [{name: deployments, tokens: [{name: ci, secret: signal_ci}]}]")
	fmt.Println(send(http.MethodPost, mock.URL+"/api/signal-endpoint/deployments", "signal_ci", `{"version":"1.4.0"}`))
	// Output: 200
}

func ExampleServer_WaitForRequests() {
	t := &recorder{}
	defer t.end()

	mock := mocktest.Start(t)
	go send(http.MethodGet, mock.URL+"/ready", "", "") // a request that the program makes at a time of its own

	seen := mock.WaitForRequests(1, mocktest.Filter{Path: "/ready"}, 10*time.Second)
	fmt.Println(seen[0].Method, seen[0].Target)
	// Output: GET /ready
}

func ExampleServer_AdvanceClock() {
	t := &recorder{}
	defer t.end()

	mock := mocktest.Start(t)
	mock.FreezeClock(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))
	call := func() {
		fmt.Println(send(http.MethodPost, mock.URL+"/api/signal-endpoint/my-external-app", "signal_unleash-mock-my-external-app", `{}`))
	}
	call()
	call() // one call a second is allowed
	mock.AdvanceClock(time.Second)
	call()
	// Output:
	// 200
	// 429
	// 200
}

func send(method, url, token, body string) int {
	request, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

// end runs the cleanups, as the end of a test does.
func (r *recorder) end() {
	for _, cleanup := range r.cleanups {
		cleanup()
	}
	fmt.Print(r.said.String())
}
