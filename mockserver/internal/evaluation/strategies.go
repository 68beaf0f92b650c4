package evaluation

import (
	"net/netip"
	"slices"
)

// An activation is the decision of a strategy's type, made once its constraints hold. A
// rollout also returns the bucket, from 1 to 100, in which it placed the context;
// otherwise bucket is 0.
type activation func(*run) (on bool, bucket int)

// strategyTypes compile the parameters of each type of strategy.
var strategyTypes = map[string]func(parameters map[string]string, options Options) activation{
	"default": func(map[string]string, Options) activation { return always },
	"flexibleRollout": func(parameters map[string]string, options Options) activation {
		return rollout(parameters["rollout"], parameters["groupId"], rolloutStickiness(parameters["stickiness"], options))
	},
	"gradualRolloutUserId": func(parameters map[string]string, _ Options) activation {
		return rollout(parameters["percentage"], parameters["groupId"], stickiness{fields: []field{ownField("userId")}})
	},
	"gradualRolloutSessionId": func(parameters map[string]string, _ Options) activation {
		return rollout(parameters["percentage"], parameters["groupId"], stickiness{fields: []field{ownField("sessionId")}})
	},
	"gradualRolloutRandom": func(parameters map[string]string, options Options) activation {
		return rollout(parameters["percentage"], "", stickiness{random: options.Random})
	},
	"userWithId":          userWithID,
	"remoteAddress":       remoteAddress,
	"applicationHostname": applicationHostname,
}

// HasStrategy reports whether a type of strategy is built in; one of any other turns nothing on.
func HasStrategy(name string) bool { return strategyTypes[name] != nil }

func always(*run) (bool, int) { return true, 0 }

// rollout is on for a percentage of the contexts that have a place in the group.
func rollout(percentage, group string, sticky stickiness) activation {
	share, _ := readNumber(percentage) // 0 if it is not a number
	prefix := hashGroup(group)
	return func(c *run) (bool, int) {
		hash, ok := sticky.hash(c, prefix, rolloutSeed)
		if !ok {
			return false, 0
		}
		bucket := int(hash%100) + 1
		return float64(bucket) <= share, bucket
	}
}

func rolloutStickiness(name string, options Options) stickiness {
	switch name {
	case "default", "":
		return stickiness{fields: []field{ownField("userId"), ownField("sessionId")}, random: options.Random}
	case "random":
		return stickiness{random: options.Random}
	default:
		return stickiness{fields: []field{fieldNamed(name)}}
	}
}

func userWithID(parameters map[string]string, _ Options) activation {
	users := make(map[string]bool)
	for _, user := range readList(parameters["userIds"]) {
		users[user] = true
	}
	return func(c *run) (bool, int) { return c.UserID != "" && c.spend(1, len(c.UserID)) && users[c.UserID], 0 }
}

// remoteAddress is on for an address that equals an item of the list as text, or is in an
// item's range of IPv4 addresses.
func remoteAddress(parameters map[string]string, _ Options) activation {
	items := readList(parameters["IPs"])
	var ranges []netip.Prefix
	for _, item := range items {
		if r, ok := readRange(item); ok && r.Addr().Is4() {
			ranges = append(ranges, r)
		}
	}
	return func(c *run) (bool, int) {
		if c.RemoteAddress == "" || !c.spend(1, len(c.RemoteAddress)) {
			return false, 0
		}
		if slices.Contains(items, c.RemoteAddress) {
			return true, 0
		}
		asked, ok := readRange(c.RemoteAddress)
		return ok && slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return isWithin(asked, r) }), 0
	}
}

func applicationHostname(parameters map[string]string, options Options) activation {
	hostname := string(appendLower(nil, options.Hostname))
	for _, name := range readList(string(appendLower(nil, parameters["hostNames"]))) {
		if name == hostname && hostname != "" {
			return always
		}
	}
	return func(*run) (bool, int) { return false, 0 }
}
