package main

import (
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestTheWrongKindOfFileIsNamed checks that an error about a file says which flag takes it.
func TestTheWrongKindOfFileIsNamed(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "# a seed\nusers:\n  - {id: 7, name: a}\n")
	document := file(t, "openapi.yaml", "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n")
	recording := file(t, "traffic.jsonl", strings.Repeat(`{"operationId":"getHealth","request":{},"response":{}}`+"\n", 2))
	archive := file(t, "t.har", `{"log":{"version":"1.2","entries":[]}}`)
	state := file(t, "state.json", `{"version":1,"features":[],"users":[],"events":[],"sequences":{}}`)
	bootstrap := file(t, "features.json", `{"version":2,"features":[{"name":"a","enabled":true}],"segments":[]}`)
	short := file(t, "flags.yaml", "flags:\n  a: true\n")
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"serve", "--flags", seed}, "; it looks like a seed, which goes to --seed\n"},
		{[]string{"serve", "--flags", document}, "; it looks like an OpenAPI document, which goes to --spec\n"},
		{[]string{"serve", "--flags", recording}, "; it looks like a recording, which goes to --replay\n"},
		{[]string{"serve", "--flags", archive}, "; it looks like an HTTP archive; recordings are what proxy --record writes\n"},
		{[]string{"serve", "--flags", state}, "; it looks like an exported state, which goes to PUT /_mock/state\n"},
		{[]string{"serve", "--seed", state}, "; it looks like an exported state, which goes to PUT /_mock/state\n"},
		{[]string{"serve", "--seed", bootstrap}, "; it looks like a file of flags, which goes to --flags\n"},
		{[]string{"serve", "--seed", short}, "; it looks like a file of flags, which goes to --flags\n"},
		{[]string{"seed", "--check", short}, "; it looks like a file of flags, which goes to --flags\n"},
		{[]string{"serve", "--replay", archive}, "; it looks like an HTTP archive; recordings are what proxy --record writes\n"},
		{[]string{"serve", "--spec", short}, "; it looks like a file of flags, which goes to --flags\n"},
		{[]string{"serve", "--flags", file(t, "broken.yaml", "flags:\n  a: treu\n")}, "want true, false or an object\n"},
		{[]string{"serve", "--flags", file(t, "users.yaml", "users: true\nlog: {enabled: treu}\nopenapi:\n  enabled: true\nrequest: {}\nresponse: true\n")}, "log.enabled: got string, want boolean\n"},
		{[]string{"serve", "--flags", file(t, "seed2.yaml", "apiTokens: # of CI\n\n# none\n- {username: a}\n")}, "; it looks like a seed, which goes to --seed\n"},
		{[]string{"serve", "--flags", "http://127.0.0.1:1/flags"}, "--flags takes a file, not a URL; --flags-from follows the flags of an instance\n"},
		{[]string{"serve", "--seed", "http://127.0.0.1:1/seed"}, "--seed takes a file, not a URL\n"},
	} {
		got := command(t, nil, test.args...)
		if got.code == exitcode.OK || strings.Count(got.stderr, "\n") != 1 || !strings.HasSuffix(got.stderr, test.want) {
			t.Errorf("%v: exit code %d, %s", test.args, got.code, got.stderr)
		}
	}
}
