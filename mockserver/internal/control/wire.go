package control

import (
	"cmp"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// The types of this file are the schemas of spec/control.yaml.

type wireHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type wireMessage struct {
	Headers   []wireHeader `json:"headers"`
	Body      string       `json:"body"`
	Size      int64        `json:"size"`
	Wire      int64        `json:"wireSize,omitempty"`
	Truncated bool         `json:"truncated"`
}

type wireBreach struct {
	Direction traffic.Direction `json:"direction"`
	Outcome   traffic.Outcome   `json:"outcome"`
	Status    int               `json:"status,omitempty"`
	In        string            `json:"in"`
	Pointer   string            `json:"pointer"`
	Keyword   string            `json:"keyword"`
	Reason    string            `json:"reason"`
}

type wireExchange struct {
	ID         int64        `json:"id"`
	Time       time.Time    `json:"time"`
	DurationMS float64      `json:"durationMs"`
	Method     string       `json:"method"`
	Host       string       `json:"host"`
	Target     string       `json:"target"`
	Operation  *string      `json:"operationId"`
	Status     int          `json:"status"`
	Caller     string       `json:"caller"`
	Rule       *string      `json:"rule"`
	Request    *wireMessage `json:"request,omitempty"`
	Response   *wireMessage `json:"response,omitempty"`
	Violations []wireBreach `json:"violations"`
}

type wireViolation struct {
	ID        int64     `json:"id"`
	Exchange  int64     `json:"exchange"`
	Time      time.Time `json:"time"`
	Operation string    `json:"operationId"`
	wireBreach
}

type wireRule struct {
	ID        string     `json:"id"`
	Hits      int64      `json:"hits"`
	Exhausted bool       `json:"exhausted"`
	Rule      rules.Rule `json:"rule"`
}

type wireWorkspace struct {
	Name       string    `json:"name"`
	Path       string    `json:"path"`
	Instance   string    `json:"instance"`
	CreatedAt  time.Time `json:"createdAt"`
	UsedAt     time.Time `json:"usedAt"`
	Now        time.Time `json:"now"`
	Requests   int64     `json:"requests"`
	Kept       int       `json:"kept"`
	Violations int64     `json:"violations"`
	Rules      int       `json:"rules"`
	// Bytes estimates the memory that it takes.
	Bytes int64 `json:"bytes"`
	// Rows is how many rows each table of the state has.
	Rows map[string]int `json:"rows"`
	// Resting says that it is stored but not in memory.
	Resting bool `json:"resting,omitempty"`
}

// summarized returns an exchange without headers and bodies.
func summarized(x traffic.Exchange) wireExchange {
	out := wireExchange{
		ID:         x.ID,
		Time:       x.Started.UTC(),
		DurationMS: float64(x.Duration.Microseconds()) / 1000,
		Method:     x.Method,
		Host:       x.Host,
		Target:     x.Target(),
		Operation:  engine.OrNull(x.Operation),
		Status:     x.Status,
		Caller:     x.Caller,
		Rule:       engine.OrNull(x.Rule),
		Violations: []wireBreach{},
	}
	for _, breach := range x.Violations {
		out.Violations = append(out.Violations, breached(breach))
	}
	return out
}

func whole(x traffic.Exchange) wireExchange {
	out := summarized(x)
	out.Request, out.Response = message(x.Request), message(x.Response)
	return out
}

func wholes(entries []traffic.Exchange) []wireExchange {
	out := make([]wireExchange, len(entries))
	for i, entry := range entries {
		out[i] = whole(entry)
	}
	return out
}

func message(m traffic.Message) *wireMessage {
	out := &wireMessage{Headers: []wireHeader{}, Body: cmp.Or(m.Unread, string(m.Body)), Size: m.Size, Wire: max(m.Wire, 0), Truncated: m.Cut || m.Unread != ""}
	for _, line := range traffic.Lines(m.Header) {
		out.Headers = append(out.Headers, wireHeader(line))
	}
	return out
}

func breached(b traffic.Violation) wireBreach {
	return wireBreach{Direction: b.Direction, Outcome: b.Outcome, Status: b.Status, In: b.In, Pointer: b.Pointer, Keyword: b.Keyword, Reason: b.Reason}
}

func violated(v journal.Violation) wireViolation {
	return wireViolation{ID: v.ID, Exchange: v.Exchange, Time: v.Time.UTC(), Operation: v.Operation, wireBreach: breached(v.Violation)}
}

func inForce(a rules.Active) wireRule {
	return wireRule{ID: a.ID, Hits: a.Hits, Exhausted: a.Exhausted, Rule: a.Rule}
}

func (m *Mock) described(w *workspace.Workspace) wireWorkspace {
	instance := w.Instance()
	stats, used := w.Journal.Stats(), w.Used()
	if stats.Last.After(used) { // not every request marks the default workspace as used
		used = stats.Last.UTC()
	}
	return wireWorkspace{
		Name: w.Name, Path: w.Path, Instance: m.Instance, CreatedAt: w.Created, UsedAt: used, Now: instance.Clock.Now().UTC(),
		Requests: stats.Recorded, Kept: stats.Kept, Violations: stats.Violations, Rules: len(instance.Rules.List()), Bytes: w.Bytes(),
		Rows: instance.Store.Counts(),
	}
}
