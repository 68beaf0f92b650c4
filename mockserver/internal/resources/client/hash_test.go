package client

import (
	"fmt"
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// TestHash compares with answers of a real server.
func TestHash(t *testing.T) {
	t.Parallel()
	anything, eleven := &features.Wanted{}, &features.Wanted{}
	for i := range 11 {
		eleven.Tags = append(eleven.Tags, []string{"simple", fmt.Sprint("t", i)})
	}
	for want, q := range map[string]query{
		"1fc12c72": {Wanted: anything, Projects: []string{"default"}, Environment: "development"},
		"6ef7ec5a": {Wanted: anything, Projects: []string{"default"}, Environment: "development", Inline: true},
		"537b2ba0": {Wanted: anything, Environment: "development"},
		"0b126eb6": {Wanted: &features.Wanted{NamePrefix: "check"}, Projects: []string{"default"}, Environment: "development"},
		"7be8450a": {Wanted: &features.Wanted{Tags: [][]string{{"simple", "web"}}}, Projects: []string{"default"}, Environment: "development"},
		"56be5e30": {Wanted: &features.Wanted{Tags: [][]string{{"simple", "mobile"}}}, Projects: []string{"default"}, Environment: "development"},
		"4fc18dd4": {Wanted: eleven, Projects: []string{"default"}, Environment: "development", Inline: true},
	} {
		if got := q.hash(); got != want {
			t.Errorf("%+v: %s, want %s", q, got, want)
		}
	}
}
