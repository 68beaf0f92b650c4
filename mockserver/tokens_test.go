package mockserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// madeToken creates an API token and returns its secret.
func madeToken(t *testing.T, a *app, body string) string {
	t.Helper()
	got := a.call(http.MethodPost, "/api/admin/api-tokens", adminToken, body)
	var made struct{ Secret string }
	if err := json.Unmarshal(got.body, &made); err != nil || got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	return made.Secret
}

// TestSecretsOfAPITokensAreExportedOnRequest checks that secrets are exported only on
// request. Without them, tokens still work by their digests, and lists show [redacted].
func TestSecretsOfAPITokensAreExportedOnRequest(t *testing.T) {
	t.Parallel()
	for query, shown := range map[string]bool{"": false, "?secrets=false": false, "?secrets=true": true} {
		a := newApp(t)
		secret := madeToken(t, a, `{"tokenName":"mine","type":"backend"}`)
		exported := a.call(http.MethodGet, "/_mock/state"+query, "", "")
		if has := strings.Contains(string(exported.body), secret); has != shown {
			t.Errorf("%q: the secret is exported: %v, want %v", query, has, shown)
		}
		other := newApp(t, WithSeedFile("seed.yaml", []byte("users: []")))
		if got := other.call(http.MethodPut, "/_mock/state", "", string(exported.body)); got.status != http.StatusOK {
			t.Fatalf("%q: %d %s", query, got.status, got.body)
		}
		list := string(other.call(http.MethodGet, "/api/admin/api-tokens/mine", adminToken, "").body)
		if want := map[bool]string{true: secret, false: "[redacted]"}[shown]; !strings.Contains(list, `"secret":"`+want+`"`) {
			t.Errorf("%q: the list is %s, want the secret %s", query, list, want)
		}
		if got := other.call(http.MethodGet, "/api/client/features", secret, ""); got.status != http.StatusOK {
			t.Errorf("%q: after the import the token gets status %d", query, got.status)
		}
	}
}

// TestATokenIsGoodForAsLongAsItExists, to the request, however many others come and go.
func TestATokenIsGoodForAsLongAsItExists(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithLimits(Limits{}))
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for i := range 20 {
				name := fmt.Sprintf("token-%d-%d", client, i)
				secret := madeToken(t, a, `{"tokenName":"`+name+`","type":"backend"}`)
				uses := func(want int) {
					for range 2 {
						if got := a.call(http.MethodGet, "/api/client/features", secret, ""); got.status != want {
							t.Errorf("%s: status %d, want %d", name, got.status, want)
						}
					}
				}
				uses(http.StatusOK)
				if got := a.call(http.MethodDelete, "/api/admin/api-tokens/"+secret, adminToken, ""); got.status != http.StatusOK {
					t.Errorf("%s: deleting it gets %d %s", name, got.status, got.body)
				}
				uses(http.StatusUnauthorized)
			}
		})
	}
	clients.Wait()
}

func TestTheJournalHasNoSecretOfAPITokens(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	secret := madeToken(t, a, `{"tokenName":"mine","type":"backend","projects":["default"]}`)
	a.call(http.MethodPut, "/api/admin/api-tokens/"+secret, adminToken, `{"expiresAt":"2031-01-01T00:00:00.000Z"}`)
	a.call(http.MethodPost, "/edge/validate", "", `{"tokens":["`+secret+`"]}`)
	a.call(http.MethodGet, "/api/admin/api-tokens", adminToken, "")
	a.call(http.MethodDelete, "/api/admin/api-tokens/"+secret, adminToken, "")
	journal := string(a.call(http.MethodGet, "/_mock/requests?limit=100", "", "").body)
	_, random, _ := strings.Cut(secret, ".")
	if strings.Contains(journal, random) {
		t.Errorf("the secret %s is in the journal:\n%s", secret, journal)
	}
}

// TestATokenEndsByTheClockOfTheWorkspace checks that an expired token is treated as
// unknown, by the workspace's clock.
func TestATokenEndsByTheClockOfTheWorkspace(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	secret := madeToken(t, a, `{"tokenName":"mine","type":"frontend","expiresAt":"`+end+`"}`)
	for _, status := range []int{http.StatusOK, http.StatusUnauthorized} {
		if got := a.call(http.MethodGet, "/api/frontend", secret, ""); got.status != status {
			t.Errorf("status %d, want %d: %s", got.status, status, got.body)
		}
		a.call(http.MethodPut, "/_mock/clock", "", `{"advance":"2h"}`)
	}
	if got := a.call(http.MethodPost, "/edge/validate", "", `{"tokens":["`+secret+`"]}`); string(got.body) != `{"tokens":[]}` {
		t.Errorf("an expired token is reported as valid: %s", got.body)
	}
}

// TestATokenEndsAtADateThatAnswersCanShow checks that other dates are refused, and that what
// is stored is what an export has.
func TestATokenEndsAtADateThatAnswersCanShow(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	path := "/api/admin/api-tokens/" + madeToken(t, a, `{"tokenName":"mine","type":"frontend"}`)
	for _, end := range []string{"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00", "2030-12-31T23:59:60Z"} {
		made := a.must(400, http.MethodPost, "/api/admin/api-tokens", adminToken, `{"tokenName":"x","type":"client","expiresAt":"`+end+`"}`)
		moved := a.must(400, http.MethodPut, path, adminToken, `{"expiresAt":"`+end+`"}`)
		if !strings.Contains(string(made.body), "must be a valid date") || !strings.Contains(string(moved.body), `You sent \"`+end) {
			t.Errorf("%s: %s\n%s", end, made.body, moved.body)
		}
	}
	const first = `"expiresAt":"0001-01-01T00:00:00.000Z"`
	made := a.must(201, http.MethodPost, "/api/admin/api-tokens", adminToken, `{"tokenName":"x","type":"client",`+first+`}`)
	a.must(200, http.MethodPut, path, adminToken, `{"expiresAt":"0001-01-01T01:00:00+01:00"}`)
	if all := a.must(200, http.MethodGet, "/api/admin/api-tokens", adminToken, "").body; !strings.Contains(string(made.body), first) || strings.Count(string(all), first) != 2 {
		t.Errorf("%s is made; the tokens are %s", made.body, all)
	}
	a.must(200, http.MethodPut, path, adminToken, `{"expiresAt":"2030-01-01T05:00:00.0009+05:00"}`)
	a.must(200, http.MethodPut, "/_mock/clock", "", `{"now":"2030-01-01T00:00:00.0005Z","frozen":true}`)
	before := a.must(200, http.MethodGet, "/api/admin/api-tokens", adminToken, "").body
	if !strings.Contains(string(before), `"expiresAt":"2030-01-01T00:00:00.000Z"`) {
		t.Errorf("the tokens are %s", before)
	}
	valid := `{"tokens":["` + strings.TrimPrefix(path, "/api/admin/api-tokens/") + `"]}`
	known := a.must(200, http.MethodPost, "/edge/validate", "", valid).body
	a.must(200, http.MethodPut, "/_mock/state", "", string(a.must(200, http.MethodGet, "/_mock/state", "", "").body))
	if now := a.must(200, http.MethodPost, "/edge/validate", "", valid).body; string(now) != string(known) {
		t.Errorf("before the import: %s, after it: %s", known, now)
	}
}

// TestASecretSaysWhatATokenIsFor checks that the secret alone says what a token is for,
// so seeds and variables need no more.
func TestASecretSaysWhatATokenIsFor(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithSeedFile("seed.yaml", []byte(`
apiTokens:
  - {name: admin, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}
  - {name: one, type: backend, secret: "payments:production.x"}
  - {name: all, type: backend, secret: "*:development.x"}
  - {name: several, type: frontend, secret: "[]:development.x", projects: [default, payments]}
`)))
	for name, want := range map[string]string{
		"one":     `"type":"client","project":"payments","projects":["payments"],"environment":"production"`,
		"all":     `"type":"client","project":"*","projects":["*"],"environment":"development"`,
		"several": `"type":"frontend","project":"default","projects":["default","payments"],"environment":"development"`,
		"admin":   `"type":"admin","project":"*","projects":["*"],"environment":"*"`,
	} {
		if got := string(a.call(http.MethodGet, "/api/admin/api-tokens/"+name, adminToken, "").body); !strings.Contains(got, want) {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestAnEditorSeesTheTokensOfSDKs checks that an editor sees tokens of SDKs only. Seeing
// admin tokens needs the permission ADMIN.
func TestAnEditorSeesTheTokensOfSDKs(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	got := string(a.call(http.MethodGet, "/api/admin/api-tokens", "user:unleash-mock-editor", "").body)
	if strings.Contains(got, adminToken) || strings.Count(got, `"tokenName"`) != 2 {
		t.Errorf("an editor sees %s", got)
	}
}

func TestSDKsAskOnlySoOften(t *testing.T) {
	t.Parallel()
	limits := Limits{SDKPerMinute: 3, MetricsPerMinute: 1, RegisterPerMinute: 2}
	a := newApp(t, WithLimits(limits))
	for i, request := range []struct {
		method, path string
		status       int
		policy       string // of the last limit that applies
	}{
		{http.MethodGet, "/api/client/features", 200, "3;w=60"},
		{http.MethodGet, "/API/client/features", 200, ""}, // the limits regard letter case
		{http.MethodPost, "/api/client//metrics", 0, "1;w=60"},
		{http.MethodPost, "/api/client/metrics", 429, "1;w=60"},
		{http.MethodGet, "/api/client/features", 429, "3;w=60"},
	} {
		got := a.call(request.method, request.path, backendToken, "")
		if request.status != 0 && got.status != request.status || request.status == 0 && got.status == http.StatusTooManyRequests {
			t.Errorf("request %d: status %d, want %d", i, got.status, request.status)
		}
		if policy := got.header.Get("RateLimit-Policy"); policy != request.policy && request.status != 0 {
			t.Errorf("request %d: the limit is %q, want %q", i, policy, request.policy)
		}
	}
	if got := a.call(http.MethodGet, "/api/admin/projects", adminToken, ""); got.status != http.StatusOK {
		t.Errorf("the Admin API is limited too: status %d", got.status)
	}
}
