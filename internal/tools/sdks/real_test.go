//go:build real

package sdks

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// TestRealUnleashThroughAProxy runs samples against a real Unleash, through a proxy that must
// find nothing wrong with either. scripts/real-unleash.sh starts a server;
// UNLEASH_MOCK_REAL_UNLEASH has its URL, and UNLEASH_MOCK_TOKEN and the like its tokens.
func TestRealUnleashThroughAProxy(t *testing.T) {
	t.Parallel()
	server := os.Getenv("UNLEASH_MOCK_REAL_UNLEASH")
	if server == "" {
		t.Fatal("UNLEASH_MOCK_REAL_UNLEASH does not name a real Unleash")
	}
	makeFlag(t, server)
	t.Run("node", func(t *testing.T) {
		t.Parallel()
		url, reported := reports(t, server)
		start(t, samples(t), []string{"node", "node/app.js"}, "UNLEASH_URL="+url, "UNLEASH_TOKEN="+os.Getenv("UNLEASH_MOCK_BACKEND_TOKEN"))
		reported()
	})
	for _, sample := range pages {
		t.Run(sample, func(t *testing.T) {
			t.Parallel()
			url, reported := reports(t, server)
			show(t, sample, url, os.Getenv("UNLEASH_MOCK_FRONTEND_TOKEN"))
			reported()
		})
	}
}

// reports starts a proxy before a server. The function waits until an SDK has sent its metrics,
// which it does after all its other kinds of calls.
func reports(t *testing.T, server string) (url string, wait func()) {
	t.Helper()
	metrics := make(chan struct{}, 1)
	url = observed(t, server, func(seen traffic.Exchange) {
		if strings.HasSuffix(seen.Path, "/client/metrics") && seen.Status/100 == 2 {
			select {
			case metrics <- struct{}{}:
			default:
			}
		}
	})
	return url, func() {
		t.Helper()
		select {
		case <-metrics:
		case <-time.After(limit):
			t.Fatal("the SDK sent no metrics")
		}
	}
}

// makeFlag gives a real Unleash a flag with a strategy, so that SDKs get more than an empty
// list. It is deleted when the test ends.
func makeFlag(t *testing.T, server string) {
	t.Helper()
	name, project := "sdk-samples-"+rand.Text(), server+"/api/admin/projects/default/features"
	ask(t, http.MethodPost, project, `{"name":"`+name+`","type":"release"}`)
	t.Cleanup(func() {
		ask(t, http.MethodDelete, project+"/"+name, "")
		ask(t, http.MethodDelete, server+"/api/admin/archive/"+name, "")
	})
	ask(t, http.MethodPost, project+"/"+name+"/environments/development/strategies",
		`{"name":"flexibleRollout","parameters":{"rollout":"50","stickiness":"default","groupId":"g"},
			"constraints":[{"contextName":"userId","operator":"IN","values":["7"]}],
			"variants":[{"name":"blue","weight":1000,"weightType":"variable","stickiness":"default"}]}`)
	ask(t, http.MethodPost, project+"/"+name+"/environments/development/on", "")
}

// ask sends a request to the Admin API of a real Unleash.
func ask(t *testing.T, method, url, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", os.Getenv("UNLEASH_MOCK_TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %d %s", method, url, response.StatusCode, text)
	}
}
