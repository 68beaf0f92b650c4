package mocktest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"
)

// Endpoint is a signal endpoint to plant.
type Endpoint struct {
	Name string
	// Description is empty for none.
	Description string
	Disabled    bool
	// Tokens are planted with it.
	Tokens []Token
}

// Token is a signal endpoint token to plant. The secret begins with signal_.
type Token struct {
	Name   string
	Secret string
}

// Planted is an endpoint that was planted.
type Planted struct {
	ID int64
	// TokenIDs are those of its tokens, in their order.
	TokenIDs []int64
	// URL is where its signals go.
	URL string
}

// planting is an exported state whose unknown parts stay as they are.
type planting map[string]json.RawMessage

type plantedToken struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
	CreatedBy int64     `json:"createdByUserId"`
	Digest    string    `json:"digest"`
}

type plantedEndpoint struct {
	ID          int64          `json:"id"`
	Name        string         `json:"name"`
	Enabled     bool           `json:"enabled"`
	Description *string        `json:"description"`
	CreatedAt   time.Time      `json:"createdAt"`
	CreatedBy   int64          `json:"createdByUserId"`
	Tokens      []plantedToken `json:"tokens"`
}

type plantedSignal struct {
	ID        int64     `json:"id"`
	SourceID  int64     `json:"sourceId"`
	TokenID   *int64    `json:"tokenId"`
	CreatedAt time.Time `json:"createdAt"`
	Payload   any       `json:"payload"`
}

type sequences struct {
	Endpoints int64 `json:"endpoints"`
	Tokens    int64 `json:"tokens"`
	Signals   int64 `json:"signals"`
	Events    int64 `json:"events"`
}

// systemUser is the user in whose name Unleash itself acts.
const systemUser = -1337

// PlantEndpoint adds an endpoint to the state, past the API: it is not in the
// journal, and no limit applies. Nobody else may change the state meanwhile.
func (s *Server) PlantEndpoint(endpoint Endpoint) Planted {
	s.t.Helper()
	out := Planted{URL: s.URL + "/api/signal-endpoint/" + endpoint.Name}
	now := s.Now()
	s.plant("endpoints", func(last *sequences) any {
		last.Endpoints++
		out.ID = last.Endpoints
		planted := plantedEndpoint{ID: out.ID, Name: endpoint.Name, Enabled: !endpoint.Disabled, CreatedAt: now, CreatedBy: systemUser, Tokens: []plantedToken{}}
		if endpoint.Description != "" {
			planted.Description = &endpoint.Description
		}
		for _, token := range endpoint.Tokens {
			last.Tokens++
			out.TokenIDs = append(out.TokenIDs, last.Tokens)
			digest := sha256.Sum256([]byte(token.Secret))
			planted.Tokens = append(planted.Tokens, plantedToken{
				ID: last.Tokens, Name: token.Name, CreatedAt: now, CreatedBy: systemUser, Digest: "sha256:" + hex.EncodeToString(digest[:]),
			})
		}
		return planted
	})
	return out
}

// PlantSignal adds a signal of an endpoint, past the API, and returns its id. The
// payload is what encoding/json makes an object of.
func (s *Server) PlantSignal(endpointID int64, at time.Time, payload any) int64 {
	s.t.Helper()
	var id int64
	s.plant("signals", func(last *sequences) any {
		last.Signals++
		id = last.Signals
		return plantedSignal{ID: id, SourceID: endpointID, CreatedAt: at, Payload: payload}
	})
	return id
}

// plant adds an element to a list of the state.
func (s *Server) plant(list string, element func(*sequences) any) {
	s.t.Helper()
	var state planting
	s.control(http.MethodGet, "state", nil, &state)
	var last sequences
	var elements []json.RawMessage
	s.decode(state["sequences"], &last)
	s.decode(state[list], &elements)
	elements = append(elements, s.encode(element(&last)))
	state[list], state["sequences"] = s.encode(elements), s.encode(last)
	s.control(http.MethodPut, "state", state, nil)
}

func (s *Server) decode(source []byte, into any) {
	s.t.Helper()
	if err := json.Unmarshal(source, into); err != nil {
		s.t.Fatalf("mocktest: reading the state: %v", err)
	}
}

func (s *Server) encode(value any) json.RawMessage {
	s.t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		s.t.Fatalf("mocktest: writing the state: %v", err)
	}
	return text
}
