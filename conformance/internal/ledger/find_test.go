package ledger_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

func TestWhatBearsANameOfTheRunIsFound(t *testing.T) {
	t.Parallel()
	const (
		endpoints = `{"id":1,"name":"theirs"},{"id":2,"name":"unleash-mock-verify-own-a","tokens":[{"id":8,"name":"own-t"}]}`
		users     = `{"id":1,"username":"admin"},{"id":3,"username":"unleash-mock-verify-own-u"}`
	)
	for name, test := range map[string]struct {
		target *shelf
		want   string // the ids, in the order of the kinds
		err    string
	}{
		"everything":     {&shelf{endpoints: endpoints, users: users}, "2 3", ""},
		"no endpoints":   {&shelf{users: users, status: map[string]int{endpointsPath: http.StatusNotFound}}, "3", ""},
		"no users":       {&shelf{endpoints: endpoints, status: map[string]int{usersPath: http.StatusNotFound}}, "2", ""},
		"a broken list":  {&shelf{users: users, status: map[string]int{endpointsPath: http.StatusInternalServerError}}, "3", "listing the signal endpoints: status 500"},
		"not let in":     {&shelf{endpoints: endpoints, status: map[string]int{usersPath: http.StatusForbidden}}, "2", "listing the users: status 403"},
		"nothing at all": {&shelf{}, "", ""},
		"no lists":       {&shelf{status: map[string]int{endpointsPath: http.StatusNotFound, usersPath: http.StatusNotFound}}, "", "the target has none of the lists of an Unleash"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := test.target.ledger(t, false).Find(t.Context(), testAdmin)
			if got := idsOf(found); got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("found %q, %v", got, err)
			}
		})
	}
}

func idsOf(things []ledger.Thing) string {
	var ids []string
	for _, t := range things {
		ids = append(ids, t.ID)
	}
	return strings.Join(ids, " ")
}
