package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// sdkSubjects returns the subjects that are measured with flagCount flags. The same calls create
// the flags in the mock and in the real Unleash; the proxy gets them from the real one.
func sdkSubjects(s settings) []subject {
	unleash := subject{name: realUnleash, prepare: fill}
	unleash.attached.url, unleash.attached.pid = s.real, s.realPID
	return []subject{
		{name: mock, command: serve(s), prepare: func(ctx context.Context, url string) error {
			if err := fill(ctx, url); err != nil {
				return err
			}
			return keepAnswers(ctx, s, url, sdkLoads)
		}},
		bare(s, sdkLoads),
		unleash,
		{
			name:    unleashProxy,
			command: func(string) []string { return node(s, "@unleash/proxy/dist/start.js") },
			environment: func(port string) []string {
				return []string{
					"PORT=" + port, "UNLEASH_URL=" + s.real + "/api", "UNLEASH_API_TOKEN=" + wellknown.Backend,
					"UNLEASH_PROXY_CLIENT_KEYS=" + wellknown.Frontend, "LOG_LEVEL=error",
				}
			},
			ready: "/proxy/health",
			paths: map[string]string{"frontend": "/proxy"},
		},
	}
}

const flagCount = 200

// fill creates flags of mixed kinds and a segment through the Admin API, and waits until the
// Client and Frontend APIs serve them.
func fill(ctx context.Context, url string) error {
	var segment struct{ ID int }
	err := post(ctx, url, "/api/admin/segments", `{"name":"staff","constraints":[{"contextName":"email","operator":"STR_ENDS_WITH","values":["@example.com"]}]}`, &segment)
	if err != nil {
		return err
	}
	strategies := []string{
		`{"name":"flexibleRollout","parameters":{"rollout":"50","stickiness":"userId","groupId":"g"}}`,
		`{"name":"flexibleRollout","parameters":{"rollout":"100","stickiness":"default","groupId":"g"},"constraints":[{"contextName":"plan","operator":"IN","values":["gold","silver","bronze"]},{"contextName":"age","operator":"NUM_GT","value":"18"}]}`,
		fmt.Sprintf(`{"name":"flexibleRollout","parameters":{"rollout":"100","stickiness":"default","groupId":"g"},"segments":[%d]}`, segment.ID),
		`{"name":"flexibleRollout","parameters":{"rollout":"100","stickiness":"default","groupId":"g"},"variants":[{"name":"blue","weight":500,"weightType":"variable","stickiness":"default"},{"name":"red","weight":500,"weightType":"variable","stickiness":"default"}]}`,
	}
	const flags = "/api/admin/projects/default/features"
	for i := range flagCount {
		name := fmt.Sprintf("flag-%d", i)
		environment := flags + "/" + name + "/environments/development"
		calls := [][2]string{{flags, fmt.Sprintf(`{"name":%q}`, name)}, {environment + "/strategies", strategies[i%len(strategies)]}}
		if i%5 != 0 {
			calls = append(calls, [2]string{environment + "/on", ""})
		}
		for _, c := range calls {
			if err := post(ctx, url, c[0], c[1], nil); err != nil {
				return err
			}
		}
	}
	return await(ctx, url)
}

// await waits until both APIs serve what was created: a real Unleash looks for changes every
// second.
func await(ctx context.Context, url string) error {
	for range 60 {
		var client struct{ Features []any }
		var frontend struct{ Toggles []any }
		if err := get(ctx, url, clientPath, wellknown.Backend, &client); err != nil {
			return err
		}
		if err := get(ctx, url, "/api/frontend?userId=7&properties%5Bplan%5D=gold&properties%5Bage%5D=20", wellknown.Frontend, &frontend); err != nil {
			return err
		}
		// The Client API must have every flag, the Frontend API more than a quarter: many are off.
		if len(client.Features) == flagCount && len(frontend.Toggles) > flagCount/4 {
			return nil
		}
		time.Sleep(time.Second)
	}
	return fmt.Errorf("the flags are not served after a minute")
}

func post(ctx context.Context, url, path, body string, into any) error {
	answer, _, err := call(ctx, url, http.MethodPost, path, wellknown.Admin, body)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

func get(ctx context.Context, url, path, token string, into any) error {
	answer, _, err := call(ctx, url, http.MethodGet, path, token, "")
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// call sends a request and returns the body and header of the answer. An answer with a status of
// 300 or more is an error.
func call(ctx context.Context, url, method, path, token, body string) ([]byte, http.Header, error) {
	response, answer, err := send(ctx, url, method, path, token, body)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(answer))
	}
	return answer, response.Header, nil
}

// send sends a request and returns the answer and its body, uncompressed as wrk would get it.
func send(ctx context.Context, url, method, path, token, body string) (*http.Response, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Authorization", token)
	request.Header.Set("Accept-Encoding", "identity")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response, answer, err
}
