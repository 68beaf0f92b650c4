package client

import "testing"

// TestHash holds against what a real server answered.
func TestHash(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]query{
		"1fc12c72": {Projects: []string{"default"}, Environment: "development"},
		"6ef7ec5a": {Projects: []string{"default"}, Environment: "development", Inline: true},
		"537b2ba0": {Environment: "development"},
		"0b126eb6": {Projects: []string{"default"}, Environment: "development", NamePrefix: "check"},
		"7be8450a": {Projects: []string{"default"}, Environment: "development", Tags: [][]string{{"simple", "web"}}},
		"56be5e30": {Projects: []string{"default"}, Environment: "development", Tags: [][]string{{"simple", "mobile"}}},
	} {
		if got := q.hash(); got != want {
			t.Errorf("%+v: %s, want %s", q, got, want)
		}
	}
}
