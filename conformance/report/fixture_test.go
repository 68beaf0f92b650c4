package report

import (
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"

	"github.com/unleash-mock/unleash-mock/spec"
)

// hostile lists texts that would have an effect if a writer let them.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`</style></script></title><svg onload=alert(1)>`,
	"\x1b[31mred\x1b]0;title\x07\x9b2J",
	"nul\x00bell\x07delete\x7f",
	"bytes \xff\xfe that are no UTF-8 \xed\xa0\x80",
	"turned \u202eround\u2066, \ufeff\u200b\ufffe\uffff",
	"]]> <!-- --> <![CDATA[ &amp; &#x41; &lt;",
	"| a | b |\n|---|---|\n`tick` ```fence``` **bold** [link](javascript:alert(1)) ![i](https://example.com/i.png) @everyone #1 <details>",
	"lone\rreturn\r\nbreak\tand tab",
	"\n::set-output name=a::b\n##[error]no\n##vso[task.setvariable variable=a]b",
	`{{.Tool}} ${jndi:x} $(id) %s %n \x1b`,
	`javascript:alert(1)`,
	"emoji 🦄, accents é, 漢字, astral \U000e0041",
}

func hostileText() string {
	text := ""
	for _, part := range hostile {
		text += part + "\n"
	}
	return text
}

var started = time.Date(2026, 3, 1, 9, 30, 0, 123_000_000, time.UTC)

// sample returns a run with every outcome, and hostile content wherever a target can put it.
func sample() *Report {
	list := Exchange{
		Operation: "getSignalEndpointTokens",
		Started:   started,
		Duration:  1200 * time.Microsecond,
		Line:      14,
		Request: traffic.RecordRequest{
			Method: "GET",
			URL:    "http://127.0.0.1:4242/api/admin/signal-endpoints/1339/tokens",
			Header: []traffic.HeaderLine{{Name: "Authorization", Value: "(the admin token)"}, {Name: "Accept", Value: "application/json"}},
		},
		Response: traffic.RecordResponse{
			Status: 200,
			Header: []traffic.HeaderLine{{Name: "Content-Type", Value: "application/json; charset=utf-8"}, {Name: "X-Hostile", Value: hostile[1]}},
			Body:   `{"signalEndpointTokens":[{"id":10,"name":"t","signalEndpointId":1339,"createdAt":"2026-03-01T09:30:00.000Z","createdByUserId":1,"token":"(redacted)"}]}`,
		},
		Violations: []traffic.RecordViolation{{Direction: "response", In: "body", Pointer: "/signalEndpointTokens/0/createdAt", Reason: "is no date-time"}},
	}
	nasty := Exchange{
		Operation: "getSignals",
		Started:   started.Add(time.Second),
		Duration:  25 * time.Millisecond,
		Request:   traffic.RecordRequest{Method: "GET", URL: "http://127.0.0.1:4242/api/admin/signals?limit=" + hostile[1], Body: hostileText()},
		Response:  traffic.RecordResponse{Status: 500, Header: []traffic.HeaderLine{{Name: hostile[0], Value: hostile[3]}}, Body: hostileText()},
	}
	return &Report{
		SchemaVersion: SchemaVersion,
		Tool:          Tool{Name: "unleash-mock", Version: "1.2.3", Command: "verify", Contract: "8.2.0"},
		Target:        Target{URL: "http://127.0.0.1:4242", Version: "8.2.0", Edition: "enterprise", Mock: "1.2.3"},
		Run: Run{
			ID: "um-7f3a", Profile: "all", Tags: "not @slow", Only: []string{"getSignals", "getHealth"}, Tokens: []string{"admin (given)", "viewer (made for the run)"}, Writes: true, Assumed: true,
			Seed: 42, Concurrency: 4, Started: started, Duration: 3210 * time.Millisecond,
		},
		Summary: Summary{Passed: 2, Failed: 2, Errored: 1, Skipped: 1, Disabled: 2, Exchanges: 5, Violations: 1},
		Operations: []Operation{
			{ID: "getSignalEndpointTokens", Method: "GET", Path: "/api/admin/signal-endpoints/{signalEndpointId}/tokens",
				Summary: Summary{Passed: 1, Failed: 1, Disabled: 1, Exchanges: 2, Violations: 1},
				Statuses: []Status{
					{Code: 200, Documented: true, Standing: spec.Documented, Seen: 2}, {Code: 401, Documented: true, Standing: spec.Documented, Seen: 1},
					{Code: 403, Documented: true, Standing: spec.Observed}, {Code: 429, Documented: true, Standing: spec.Observed, Unseen: "the target has no such limit"},
				}},
			{ID: "getSignals", Method: "GET", Path: "/api/admin/signals",
				Summary:  Summary{Failed: 1, Errored: 1, Skipped: 1, Exchanges: 2},
				Statuses: []Status{{Code: 200, Documented: true, Standing: spec.Documented, Seen: 3}, {Code: 418, Seen: 1}, {Code: 500, Documented: true, Standing: spec.Inferred, Seen: 1}}},
			{ID: "getHealth", Method: "GET", Path: "/health", Summary: Summary{Passed: 1, Disabled: 1, Exchanges: 1}},
		},
		Scenarios: []Scenario{
			{ID: "tokens/secret-once", Feature: "Tokens of a signal endpoint", Name: "A secret is shown once", File: "features/tokens.feature", Line: 9,
				Tags: []string{"@op:getSignalEndpointTokens", "@enterprise", "@writes"}, Operations: []string{"createSignalEndpointToken", "getSignalEndpointTokens"},
				Outcome: Failed, Started: started, Duration: 48 * time.Millisecond,
				Steps: []Step{
					{Keyword: "Given", Text: "an endpoint with a token", Line: 12, Outcome: Passed, Duration: 20 * time.Millisecond},
					{Keyword: "When", Text: `I GET "/api/admin/signal-endpoints/<endpoint.id>/tokens" as the admin`, Line: 14, Outcome: Passed, Duration: 2 * time.Millisecond},
					{Keyword: "Then", Text: `there is no value at "/signalEndpointTokens/0/token"`, Line: 15, Outcome: Failed, Message: "there is one", Duration: time.Millisecond},
					{Keyword: "And", Text: "the token is gone after a delete", Line: 16, Outcome: Skipped},
				},
				Exchanges: []Exchange{list},
				Failures: []Failure{
					{Operation: "createSignalEndpointToken", SeenIn: "getSignalEndpointTokens", Expectation: "there is no value at /signalEndpointTokens/0/token", Got: `"(redacted)"`, Pointer: "/signalEndpointTokens/0/token",
						File: "features/tokens.feature", Line: 15, Step: `Then there is no value at "/signalEndpointTokens/0/token"`,
						Standing: spec.Documented, Source: "API reference, create a token: the secret is returned once", Curl: `curl -H "Authorization: $UNLEASH_TOKEN" 'http://127.0.0.1:4242/api/admin/signal-endpoints/1339/tokens'`,
						Known: "8.1.0 and earlier show it"},
					{Operation: "getSignalEndpointTokens", Expectation: "the response keeps the contract", Got: "body: is no date-time", Pointer: "/signalEndpointTokens/0/createdAt", File: "features/tokens.feature", Line: 14},
				}},
			{ID: "signals/hostile", Feature: "Signals", Name: "Hostile " + hostileText(), File: "features/signals.feature", Line: 30,
				Tags: []string{"@op:getSignals", hostile[0]}, Operations: []string{"getSignals"}, Outcome: Failed, Started: started, Duration: time.Second,
				Steps:     []Step{{Keyword: "Then", Text: hostileText(), Line: 33, Outcome: Failed, Message: hostileText()}},
				Exchanges: []Exchange{nasty, {Started: started, Request: traffic.RecordRequest{Method: "GET", URL: "http://127.0.0.1:4242/nowhere"}}},
				Failures:  []Failure{{Operation: "getSignals", Expectation: hostileText(), Got: hostileText(), Pointer: hostile[0], File: "features/signals.feature", Line: 33, Step: hostileText(), Source: hostileText(), Curl: hostileText()}}},
			{ID: "tokens/list", Feature: "Tokens of a signal endpoint", Name: "A token is listed", File: "features/tokens.feature", Line: 20,
				Tags: []string{"@op:getSignalEndpointTokens"}, Operations: []string{"getSignalEndpointTokens"}, Outcome: Passed, Started: started, Duration: 12 * time.Millisecond,
				Steps: []Step{{Keyword: "When", Text: "I list the tokens", Line: 21, Outcome: Passed, Duration: 9 * time.Millisecond}}, Exchanges: []Exchange{list}},
			{ID: "signals/cut", Feature: "Signals", Name: "Pages follow each other", File: "features/signals.feature", Line: 50, Operations: []string{"getSignals"},
				Outcome: Errored, Reason: "reading the answer: unexpected EOF", Started: started, Steps: []Step{{Keyword: "When", Text: "I GET the second page", Line: 51, Outcome: Errored, Message: "unexpected EOF"}}},
			{ID: "signals/late", Feature: "Signals", Name: "Dates filter", File: "features/signals.feature", Line: 60, Operations: []string{"getSignals"}, Outcome: Skipped, Reason: "the run was stopped"},
			{ID: "health/good/1", Feature: "Health", Name: "The instance is healthy", File: "features/health.feature", Line: 5, Operations: []string{"getHealth"}, Outcome: Passed, Started: started, Duration: 700 * time.Microsecond},
			{ID: "health/good/2", Feature: "Health", Name: "The instance is healthy", File: "features/health.feature", Line: 6, Operations: []string{"getHealth"}, Outcome: Disabled, Reason: "no frontend token was given"},
			{ID: "tokens/viewer", Feature: "Tokens of a signal endpoint", Name: "A viewer may not create one", File: "features/tokens.feature", Line: 70, Operations: []string{"createSignalEndpointToken"}, Outcome: Disabled, Reason: "no frontend token was given"},
		},
		Cleanup:  []Leftover{{Kind: "signal endpoint", Name: "um-7f3a-1", Path: "/api/admin/signal-endpoints/1340", Reason: "DELETE answered 500 " + hostile[0]}},
		ExitCode: 1,
	}
}

// proxied returns a report on traffic: no features, no steps, and a scenario for each operation.
func proxied() *Report {
	exchange := Exchange{
		Operation: "getInvoices", Started: started, Duration: 3 * time.Millisecond,
		Request: traffic.RecordRequest{Method: "GET", URL: "/api/admin/invoices"}, Response: traffic.RecordResponse{Status: 200, Body: "[1]"},
		Violations: []traffic.RecordViolation{{Direction: "response", In: "body", Pointer: "/0", Reason: "must be object"}},
	}
	return &Report{
		SchemaVersion: SchemaVersion,
		Tool:          Tool{Name: "unleash-mock", Version: "1.2.3", Command: "proxy", Contract: "8.2.0"},
		Target:        Target{URL: "https://unleash.example.com"},
		Run:           Run{ID: "p1", Started: started, Duration: time.Minute},
		Summary:       Summary{Passed: 1, Failed: 1, Exchanges: 3, Violations: 1},
		Operations: []Operation{
			{ID: "getHealth", Method: "GET", Path: "/health", Summary: Summary{Passed: 1, Exchanges: 2}, Statuses: []Status{{Code: 200, Documented: true, Seen: 2}}},
			{ID: "getInvoices", Method: "GET", Path: "/api/admin/invoices", Summary: Summary{Failed: 1, Exchanges: 1, Violations: 1}, Statuses: []Status{{Code: 200, Documented: true, Seen: 1}}},
		},
		Scenarios: []Scenario{
			{ID: "getHealth", Name: "GET /health", Operations: []string{"getHealth"}, Outcome: Passed},
			{ID: "getInvoices", Name: "GET /api/admin/invoices", Operations: []string{"getInvoices"}, Outcome: Failed, Exchanges: []Exchange{exchange}},
		},
		ExitCode: 1,
	}
}

// reports returns the reports that every writer is tested with.
func reports() map[string]*Report {
	return map[string]*Report{
		"sample":  sample(),
		"proxied": proxied(),
		"empty":   {Tool: Tool{Name: "unleash-mock", Command: "verify"}, ExitCode: 4},
	}
}
