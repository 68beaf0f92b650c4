package evaluation

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// activated reports whether a type of strategy is on. The random hash is 41, which means
// bucket 42.
func activated(name string, parameters map[string]string, c Context) bool {
	on, _ := strategyTypes[name](parameters, Options{Hostname: "Host-1", Random: func() uint32 { return 41 }})(runOf(&c))
	return on
}

func TestStrategies(t *testing.T) {
	t.Parallel()
	type parameters = map[string]string
	user := Context{UserID: "1"} // bucket 17 of the group half
	for _, c := range []struct {
		name       string
		parameters parameters
		context    Context
		want       bool
	}{
		{"default", nil, Context{}, true},

		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17"}, user, true},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "16.9"}, user, false},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17", "stickiness": "default"}, Context{SessionID: "1"}, true},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17"}, Context{UserID: "1", SessionID: "2"}, true},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17"}, Context{UserID: "2", SessionID: "1"}, false},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17", "stickiness": "userId"}, user, true},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17", "stickiness": "plan"}, Context{Properties: parameters{"plan": "1"}}, true},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "100", "stickiness": "plan"}, user, false},
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "100", "stickiness": "plan"}, Context{Properties: parameters{"plan": ""}}, false},
		{"flexibleRollout", parameters{"rollout": "42"}, Context{}, true},
		{"flexibleRollout", parameters{"rollout": "41"}, Context{}, false},
		{"flexibleRollout", parameters{"rollout": "42", "stickiness": "random"}, user, true},
		{"flexibleRollout", parameters{"rollout": "41", "stickiness": "random"}, user, false},
		{"flexibleRollout", parameters{"rollout": "0", "stickiness": "random"}, user, false},
		{"flexibleRollout", parameters{"rollout": "all"}, user, false},
		{"flexibleRollout", nil, user, false},
		// default stickiness reads only the context's own fields
		{"flexibleRollout", parameters{"groupId": "half", "rollout": "17"}, Context{Properties: parameters{"userId": "1"}}, false},

		{"gradualRolloutUserId", parameters{"groupId": "half", "percentage": "17"}, user, true},
		{"gradualRolloutUserId", parameters{"groupId": "half", "percentage": "16"}, user, false},
		{"gradualRolloutUserId", parameters{"percentage": "100"}, Context{SessionID: "1"}, false},
		{"gradualRolloutUserId", parameters{"percentage": "100"}, Context{Properties: parameters{"userId": "1", "": "1"}}, false},
		{"gradualRolloutSessionId", parameters{"groupId": "half", "percentage": "17"}, Context{SessionID: "1"}, true},
		{"gradualRolloutSessionId", parameters{"percentage": "100"}, user, false},
		{"gradualRolloutRandom", parameters{"percentage": "42"}, Context{}, true},
		{"gradualRolloutRandom", parameters{"percentage": "41"}, user, false},

		{"userWithId", parameters{"userIds": "3, 1 ,2"}, user, true},
		{"userWithId", parameters{"userIds": "11,12"}, user, false},
		{"userWithId", parameters{"userIds": " 1"}, user, false},
		{"userWithId", parameters{"userIds": "a,,b"}, Context{}, false},
		{"userWithId", nil, user, false},

		{"remoteAddress", parameters{"IPs": "10.0.0.1"}, Context{RemoteAddress: "10.0.0.1"}, true},
		{"remoteAddress", parameters{"IPs": "x, 10.0.0.0/8"}, Context{RemoteAddress: "10.9.9.9"}, true},
		{"remoteAddress", parameters{"IPs": "10.0.0.0/8"}, Context{RemoteAddress: "11.0.0.1"}, false},
		{"remoteAddress", parameters{"IPs": "2001:db8::1"}, Context{RemoteAddress: "2001:db8::1"}, true},
		{"remoteAddress", parameters{"IPs": "2001:db8::/32"}, Context{RemoteAddress: "2001:db8::1"}, false},
		{"remoteAddress", parameters{"IPs": "localhost"}, Context{RemoteAddress: "localhost"}, true},
		{"remoteAddress", parameters{"IPs": "a,,b"}, Context{}, false},
		{"remoteAddress", nil, Context{RemoteAddress: "10.0.0.1"}, false},

		{"applicationHostname", parameters{"hostNames": "a, HOST-1"}, Context{}, true},
		{"applicationHostname", parameters{"hostNames": "a,host-11"}, Context{}, false},
		{"applicationHostname", nil, Context{}, false},
	} {
		t.Run(fmt.Sprint(c.name, c.parameters), func(t *testing.T) {
			t.Parallel()
			if got := activated(c.name, c.parameters, c.context); got != c.want {
				t.Errorf("%+v: %t, want %t", c.context, got, c.want)
			}
		})
	}
}

func TestNamelessMachineHasNoHostname(t *testing.T) {
	t.Parallel()
	if on, _ := applicationHostname(map[string]string{"hostNames": "a,,b"}, Options{})(runOf(new(Context))); on {
		t.Error("the empty item was taken for the hostname")
	}
}

func TestLargerRolloutKeepsWhoIsIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		user := Context{UserID: rapid.String().Draw(t, "user")}
		group := rapid.String().Draw(t, "group")
		at := func(percent int) bool {
			return activated("flexibleRollout", map[string]string{"groupId": group, "rollout": strconv.Itoa(percent)}, user)
		}
		smaller := rapid.IntRange(0, 100).Draw(t, "smaller")
		larger := rapid.IntRange(smaller, 100).Draw(t, "larger")
		if at(smaller) && !at(larger) {
			t.Fatalf("in at %d%%, but out at %d%%", smaller, larger)
		}
		if at(0) || !at(100) {
			t.Fatal("in at 0%, or out at 100%")
		}
	})
}

func TestRolloutReachesItsShareOfUsers(t *testing.T) {
	t.Parallel()
	const users, percent, tolerance = 10_000, 30, 2
	in := 0
	for i := range users {
		if activated("flexibleRollout", map[string]string{"groupId": "g", "rollout": strconv.Itoa(percent)}, Context{UserID: strconv.Itoa(i)}) {
			in++
		}
	}
	if got := 100 * in / users; got < percent-tolerance || got > percent+tolerance {
		t.Errorf("%d%% are in, want about %d%%", got, percent)
	}
}
