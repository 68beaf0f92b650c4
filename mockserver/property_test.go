package mockserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// model is a plain model of what the server must hold.
type model struct {
	endpoints map[int]modelEndpoint
	lastID    int
	lastToken int
}

type modelEndpoint struct {
	name    string
	enabled bool
	tokens  map[int]string
}

func (m *model) taken(name string, except int) bool {
	for id, endpoint := range m.endpoints {
		if endpoint.name == name && id != except {
			return true
		}
	}
	return false
}

// TestAgreesWithAPlainModel draws sequences of requests and compares the server with the
// model after each one.
func TestAgreesWithAPlainModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		server, err := New(WithSeedFile("the seed", []byte(`apiTokens: [{name: a, type: admin, secret: "`+adminToken+`"}]`)))
		if err != nil {
			t.Fatal(err)
		}
		a := &app{Server: server, t: nil}
		m := &model{endpoints: map[int]modelEndpoint{}}
		names := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "", "Bad Name"})
		someID := func(t *rapid.T) int { return rapid.IntRange(0, m.lastID+1).Draw(t, "id") }
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { m.compare(t, a) },
			"create": func(t *rapid.T) {
				name := names.Draw(t, "name")
				got := a.send(http.MethodPost, "", fmt.Sprintf(`{"name":%q}`, name))
				switch {
				case name == "" || name == "Bad Name":
					expect(t, got, 400)
				case len(m.endpoints) >= 5:
					expect(t, got, 400)
				case m.taken(name, 0):
					expect(t, got, 409)
				default:
					expect(t, got, 201)
					m.lastID++
					m.endpoints[m.lastID] = modelEndpoint{name: name, enabled: true, tokens: map[int]string{}}
				}
			},
			"rename": func(t *rapid.T) {
				id, name := someID(t), names.Draw(t, "name")
				got := a.send(http.MethodPut, fmt.Sprintf("/%d", id), fmt.Sprintf(`{"name":%q}`, name))
				endpoint, exists := m.endpoints[id]
				switch {
				case name == "" || name == "Bad Name":
					expect(t, got, 400)
				case !exists:
					expect(t, got, 404)
				case m.taken(name, id):
					expect(t, got, 409)
				default:
					expect(t, got, 200)
					endpoint.name = name
					m.endpoints[id] = endpoint
				}
			},
			"switch": func(t *rapid.T) {
				id, on := someID(t), rapid.Bool().Draw(t, "on")
				got := a.send(http.MethodPost, fmt.Sprintf("/%d/%s", id, map[bool]string{true: "on", false: "off"}[on]), "")
				endpoint, exists := m.endpoints[id]
				if !exists {
					expect(t, got, 404)
					return
				}
				expect(t, got, 200)
				endpoint.enabled = on
				m.endpoints[id] = endpoint
			},
			"delete": func(t *rapid.T) {
				id := someID(t)
				got := a.send(http.MethodDelete, fmt.Sprintf("/%d", id), "")
				if _, exists := m.endpoints[id]; !exists {
					expect(t, got, 404)
					return
				}
				expect(t, got, 200)
				delete(m.endpoints, id)
			},
			"create token": func(t *rapid.T) {
				id, name := someID(t), names.Draw(t, "name")
				got := a.send(http.MethodPost, fmt.Sprintf("/%d/tokens", id), fmt.Sprintf(`{"name":%q}`, name))
				endpoint, exists := m.endpoints[id]
				switch {
				case name == "":
					expect(t, got, 400)
				case !exists:
					expect(t, got, 404)
				case len(endpoint.tokens) >= 5:
					expect(t, got, 400)
				default:
					expect(t, got, 201)
					m.lastToken++
					endpoint.tokens[m.lastToken] = name
				}
			},
			"delete token": func(t *rapid.T) {
				id, token := someID(t), rapid.IntRange(0, m.lastToken+1).Draw(t, "token")
				got := a.send(http.MethodDelete, fmt.Sprintf("/%d/tokens/%d", id, token), "")
				if _, exists := m.endpoints[id].tokens[token]; !exists {
					expect(t, got, 404)
					return
				}
				expect(t, got, 200)
				delete(m.endpoints[id].tokens, token)
			},
		})
	})
}

// send is call without testing helpers, since rapid has its own.
func (a *app) send(method, path, body string) reply {
	inner := &app{Server: a.Server, t: noHelper{}}
	return inner.call(method, "/api/admin/signal-endpoints"+path, adminToken, body)
}

type noHelper struct{ testing.TB }

func (noHelper) Helper() {}

func expect(t *rapid.T, got reply, status int) {
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
}

type listed struct {
	SignalEndpoints []struct {
		ID      int
		Name    string
		Enabled bool
		Tokens  []struct {
			ID    int
			Name  string
			Token *string
		}
	}
}

func (a *app) list() (listed, error) {
	var list listed
	return list, json.Unmarshal(a.send(http.MethodGet, "", "").body, &list)
}

func (m *model) compare(t *rapid.T, a *app) {
	list, err := a.list()
	if err != nil {
		t.Fatal(err)
	}
	if len(list.SignalEndpoints) != len(m.endpoints) {
		t.Fatalf("%d endpoints, the model has %d", len(list.SignalEndpoints), len(m.endpoints))
	}
	for i, id := range slices.Sorted(maps.Keys(m.endpoints)) {
		got, want := list.SignalEndpoints[i], m.endpoints[id]
		if got.ID != id || got.Name != want.name || got.Enabled != want.enabled || len(got.Tokens) != len(want.tokens) {
			t.Fatalf("endpoint %d is %+v, the model has %+v", id, got, want)
		}
		for j, token := range slices.Sorted(maps.Keys(want.tokens)) {
			if got := got.Tokens[j]; got.ID != token || got.Name != want.tokens[token] || got.Token != nil {
				t.Fatalf("token %d is %+v, the model has %q", token, got, want.tokens[token])
			}
		}
	}
	if violations := a.Violations(); len(violations) > 0 {
		t.Fatalf("the violations are %v", violations)
	}
}

// TestManyClientsAtOnce lets clients create, rename and delete concurrently, and checks
// what must hold in any order.
func TestManyClientsAtOnce(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithSeedFile("the seed", []byte(`apiTokens: [{name: a, type: admin, secret: "`+adminToken+`"}]`)))
	const clients, rounds = 16, 40
	var mu sync.Mutex
	endpointIDs, tokenIDs, secrets := map[int]bool{}, map[int]bool{}, map[string]bool{}
	note := func(t *testing.T, seen map[int]bool, body []byte) int {
		var created struct {
			ID    int
			Token string
		}
		if err := json.Unmarshal(body, &created); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if seen[created.ID] {
			t.Errorf("id %d was issued twice", created.ID)
		}
		seen[created.ID] = true
		if created.Token != "" && secrets[created.Token] {
			t.Error("a secret was issued twice")
		}
		secrets[created.Token] = true
		return created.ID
	}
	var wait sync.WaitGroup
	for client := range clients {
		wait.Go(func() {
			last := 0
			for round := range rounds {
				name := "n" + strconv.Itoa((client+round)%7)
				got := a.send(http.MethodPost, "", `{"name":"`+name+`"}`)
				if got.status != 201 {
					if got.status != 400 && got.status != 409 {
						t.Errorf("create: %d %s", got.status, got.body)
					}
					list, err := a.list()
					if err != nil || len(list.SignalEndpoints) > 5 {
						t.Errorf("%d endpoints, %v", len(list.SignalEndpoints), err)
					}
					seen := map[string]bool{}
					for _, endpoint := range list.SignalEndpoints {
						if seen[endpoint.Name] || len(endpoint.Tokens) > 5 {
							t.Errorf("name %q exists twice, or has %d tokens", endpoint.Name, len(endpoint.Tokens))
						}
						seen[endpoint.Name] = true
					}
					for _, endpoint := range list.SignalEndpoints[:min(2, len(list.SignalEndpoints))] {
						a.send(http.MethodPut, fmt.Sprintf("/%d", endpoint.ID), `{"name":"r`+strconv.Itoa(client%3)+`"}`)
						a.send(http.MethodDelete, fmt.Sprintf("/%d", endpoint.ID), "")
					}
					continue
				}
				id := note(t, endpointIDs, got.body)
				if id <= last {
					t.Errorf("id %d came after %d", id, last)
				}
				last = id
				for range 7 {
					if token := a.send(http.MethodPost, fmt.Sprintf("/%d/tokens", id), `{"name":"t"}`); token.status == 201 {
						note(t, tokenIDs, token.body)
					}
				}
			}
		})
	}
	wait.Wait()
	if len(endpointIDs) < 10 || len(tokenIDs) < 10 {
		t.Errorf("only %d endpoints and %d tokens were created", len(endpointIDs), len(tokenIDs))
	}
	everything := string(a.send(http.MethodGet, "", "").body)
	for secret := range secrets {
		if secret != "" && strings.Contains(everything, secret) {
			t.Error("a list shows a secret")
		}
	}
	if violations := a.Violations(); len(violations) > 0 {
		t.Errorf("the violations are %v", violations)
	}
}
