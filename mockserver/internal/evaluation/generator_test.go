package evaluation

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

const hostname = "Differential-Host"

// A generator makes random configurations and contexts. Its values are similar enough for
// both outcomes to be frequent, and odd enough to show how each is read.
type generator struct {
	*rand.Rand
}

// batch is a configuration and cases for its flags.
type batch struct {
	Configuration
	Cases []generatedCase `json:"cases"`
}

// generatedCase is a flag and a context for it. subject is the operator or type of
// strategy that decides alone, if there is one.
type generatedCase struct {
	Name    string           `json:"name"`
	Context generatedContext `json:"context"`
	subject string
}

// generatedContext is a context in the form that the Node SDK takes.
type generatedContext struct {
	UserID        string            `json:"userId,omitempty"`
	SessionID     string            `json:"sessionId,omitempty"`
	RemoteAddress string            `json:"remoteAddress,omitempty"`
	AppName       string            `json:"appName,omitempty"`
	Environment   string            `json:"environment,omitempty"`
	CurrentTime   time.Time         `json:"currentTime"`
	Properties    map[string]string `json:"properties"`
}

func (c *generatedContext) context() *Context {
	return &Context{
		UserID: c.UserID, SessionID: c.SessionID, RemoteAddress: c.RemoteAddress,
		AppName: c.AppName, Environment: c.Environment,
		CurrentTime: c.CurrentTime, Properties: c.Properties,
	}
}

// set sets a field, or a property if the field cannot have that value: own fields are
// never empty.
func (c *generatedContext) set(name, value string) {
	own := map[string]*string{
		"userId": &c.UserID, "sessionId": &c.SessionID, "remoteAddress": &c.RemoteAddress,
		"appName": &c.AppName, "environment": &c.Environment,
	}
	if to, ok := own[name]; ok && value != "" {
		*to = value
		return
	}
	c.Properties[name] = value
}

var (
	fieldNames = []string{"userId", "sessionId", "remoteAddress", "appName", "environment", "plan", "plan", "country"}
	ids        = strings.Fields("1 2 3 4 5 6 7 8 a b Bob bob 名前 😀 x@example.com")
	groups     = []string{"", "g", "half", "名", "a-group"}
	texts      = []string{
		"", " ", "a", "A", "abc", "ABC", "bc", "b", " a", "a ", "a b", "Ünïcödé", "ÜNÏCÖDÉ", "İstanbul", "istanbul", "ΟΔΟΣ", "οδος",
		"ß", "SS", "😀", "名前", "null", "a,b", "\u00a0a", "\ufeffa", "\u0085a", "K", "k",
	}
	numbers = []string{
		"0", "1", "2", "3", "-1", "1.5", "2.5", ".5", "5.", "1e0", "0x2", "0X1", "0b11", "0o2", "+3", " 2 ", "-0", "\t1\n",
		"", " ", "abc", "1_000", "1,5", "1n", "NaN", "inf", "Infinity", "-Infinity", "0x", "-0x1", "0b2", "1e", "1e400", "-1e400", ".", "1.2.3", "\u00a02", "\u00852",
	}
	dates = []string{
		"2022-01-29T13:00:00.000Z", "2022-01-29", "2022-01", "2022", "2022-01-29T13:00", "2022-01-29T13:00Z", "2022-01-29T15:00:00+02:00",
		"2022-01-29T13:00:00.123456Z", "2022-01-29 13:00:00", "2022/01/29", "Sat, 29 Jan 2022 13:00:00 GMT", "Jan 29, 2022", "29 Jan 2022",
		"2023-06-01T00:00:00Z", "2021-06-01T00:00:00Z", "2022-01-30T00:00:00+0100", "2022-01-28T00:00:00.5Z",
		"", "tomorrow", "2022-13-01", "1643461200000", "2022-01-29T25:00:00Z",
	}
	versions = []string{
		"1.2.3", "1.2.3", "1.2.4", "1.3.0", "2.0.0", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-alpha.beta", "1.2.3-rc.9", "1.2.3-rc.10", "1.2.3+build",
		"v1.2.3", " 1.2.3", "1.2.3 ", " v1.2.3", "V1.2.3", "1.2", "1", "1.2.3.4", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "", "abc", "=1.2.3", "vv1.2.3",
		"99999999999999999999.0.0", "9007199254740991.0.0", "9007199254740992.0.0", "1.2.3-99999999999999999999",
	}
	expressions = []string{
		"^a", "c$", "b", "(?i)abc", "^.*$", ".", "[a-z]+", "^\\S+@\\S+$", "", "x*", "(?P<n>b)", "(?<n>b)", "\\Qa,b\\E", "[[:alpha:]]{2}", "\\pL", "\\x{1F600}", "É", "^a b$",
		"[", "(a", "(?=a)", "a{1001}", "*", "(a)\\1", "a++", "\\",
	}
	ranges = []string{
		"10.0.0.0/8", "10.0.0.1", "10.0.0.1/32", "10.1.0.0/16", "10.0.0.7/24", "0.0.0.0/0", "192.168.0.0/16", "2001:db8::/32", "2001:db8::1", "::/0", "fe80::/10", "::ffff:10.0.0.0/104",
		"10.0.0.0/33", "2001:db8::/129", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/", "abc", "", " 10.0.0.1 ",
	}
	addresses = []string{
		"10.0.0.1", "10.0.0.1", "10.0.0.9", "10.1.2.3", "192.168.1.1", "172.16.0.1", "2001:db8::1", "2001:DB8:0::1", "2001:db9::1", "fe80::1", "fe80::1%eth0", "::ffff:10.0.0.1",
		"10.0.0.0/8", "10.0.0.1/24", "", "abc", "010.0.0.1", "10.0.0.1 ",
	}
	percentages = []string{"0", "1", "25", "33", "50", "66", "75", "75", "90", "90", "100", "100", "100", "50.5", " 50 ", "0x32", "abc", "", "-5", "150"}
)

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// odd returns one of the texts, sometimes with one character added, removed or changed.
// It adds no percent sign and no line separator, since libraries disagree on odd IPv6
// zones.
func (g generator) odd(from []string) string {
	text := []rune(pick(g, from))
	if g.chance(90) {
		return string(text)
	}
	at := g.IntN(len(text) + 1)
	end := min(at+g.IntN(2), len(text))
	replacement := []rune{pick(g, []rune("0123459.-+vxeEaZ ,:/()[]{}*?\\^$|é😀\u00a0"))}
	if g.chance(30) {
		replacement = nil
	}
	return string(slices.Replace(text, at, end, replacement...))
}

// id returns an id for a context, often one of a few.
func (g generator) id() string {
	if g.chance(70) {
		return pick(g, ids)
	}
	return string(some(g, 1, 40, func() rune { return pick(g, []rune("0123456789abcXYZ-@.éß名前\u2028\uffff😀🏳")) }))
}

func some[T any](g generator, least, most int, draw func() T) []T {
	list := make([]T, 0, most)
	for range least + g.IntN(most-least+1) {
		list = append(list, draw())
	}
	return list
}

func (g generator) context() generatedContext {
	c := generatedContext{
		CurrentTime: time.Date(2022, 1, 26+g.IntN(7), 13, 0, 0, 0, time.UTC), Properties: make(map[string]string),
		AppName: "differential", Environment: "default",
	}
	maybe := func(name, value string) {
		if g.chance(75) {
			c.set(name, value)
		}
	}
	maybe("userId", g.id())
	maybe("sessionId", g.id())
	maybe("remoteAddress", g.odd(addresses))
	maybe("plan", g.odd(texts))
	maybe("country", g.odd(texts))
	return c
}

// constraint returns a constraint and sets the field it tests in the context.
func (g generator) constraint(operator string, c *generatedContext) Constraint {
	constraint := Constraint{
		ContextName: pick(g, fieldNames), Operator: operator,
		Values: []string{}, Inverted: g.chance(25), CaseInsensitive: g.chance(30),
	}
	listOf := func(values []string, most int) {
		constraint.Values = some(g, 0, most, func() string { return g.odd(values) })
	}
	oneOf := func(values []string) {
		if g.chance(97) {
			constraint.Value = new(g.odd(values))
		}
	}
	subjects := texts
	switch family, _, _ := strings.Cut(operator, "_"); family {
	case "IN", "NOT":
		if operator == "IN_CIDR" {
			listOf(ranges, 4)
			subjects = addresses
			break
		}
		listOf(texts, 8)
		if len(constraint.Values) > 0 && g.chance(30) {
			subjects = constraint.Values
		}
	case "STR":
		listOf(texts, 4)
	case "NUM":
		oneOf(numbers)
		subjects = numbers
		if g.chance(40) {
			oneOf(numbers[:10])
			subjects = numbers[:10]
		}
	case "DATE":
		constraint.Value = new(pick(g, dates))
	case "SEMVER":
		oneOf(versions)
		subjects = versions
		if g.chance(50) {
			oneOf(versions[:11])
			subjects = versions[:11]
		}
	case "REGEX":
		oneOf(expressions)
	}
	if g.chance(90) {
		value := g.odd(subjects)
		if constraint.Value != nil && strings.HasSuffix(operator, "_EQ") && g.chance(40) {
			value = *constraint.Value
		}
		c.set(constraint.ContextName, value)
	}
	return constraint
}

func (g generator) anyConstraint(c *generatedContext) Constraint {
	if g.chance(5) {
		return Constraint{ContextName: "plan", Operator: "SOUNDS_LIKE", Values: []string{"a"}, Inverted: g.chance(50)}
	}
	return g.constraint(pick(g, operatorNames), c)
}

var (
	operatorNames = slices.Sorted(maps.Keys(operators))
	strategyNames = slices.Sorted(maps.Keys(strategyTypes))
)

func (g generator) strategy(name string) Strategy {
	parameters := make(map[string]string)
	maybe := func(parameter string, values []string) {
		if g.chance(90) {
			parameters[parameter] = pick(g, values)
		}
	}
	listOf := func(most int, values []string) string {
		list := strings.Join(some(g, 1, most, func() string { return pick(g, values) }), pick(g, []string{",", ", ", " ,\t", "\u00a0, "}))
		return pick(g, []string{"", "", "", " "}) + list
	}
	switch name {
	case "flexibleRollout":
		maybe("rollout", percentages)
		maybe("groupId", groups)
		maybe("stickiness", []string{"default", "default", "random", "userId", "sessionId", "plan", "nothing", ""})
	case "gradualRolloutUserId", "gradualRolloutSessionId":
		maybe("percentage", percentages)
		maybe("groupId", groups)
	case "gradualRolloutRandom":
		maybe("percentage", []string{"0", "100", "100", "abc"})
	case "userWithId":
		parameters["userIds"] = listOf(40, ids)
	case "remoteAddress":
		parameters["IPs"] = listOf(8, ranges)
		if g.chance(80) {
			parameters["IPs"] = listOf(16, slices.Concat(ranges[:7], addresses))
		}
	case "applicationHostname":
		parameters["hostNames"] = listOf(8, []string{"localhost", "a", "b", "c", "", hostname + ".local", strings.ToLower(hostname), strings.ToUpper(hostname), hostname + "."})
	}
	return Strategy{Name: name, Parameters: parameters}
}

func (g generator) variants(c *generatedContext) []VariantDefinition {
	i := 0
	return some(g, 1, 4, func() VariantDefinition {
		i++
		v := VariantDefinition{Name: fmt.Sprint("variant-", i), Weight: pick(g, []float64{0, 1, 10, 100, 250, 333, 500, 1000})}
		if g.chance(50) {
			v.Payload = &Payload{Type: "string", Value: pick(g, texts)}
		}
		v.Stickiness = pick(g, []string{"default", "default", "userId", "plan", "random", "nothing"})
		if g.chance(20) {
			v.Overrides = some(g, 1, 2, func() Override {
				o := Override{ContextName: pick(g, fieldNames), Values: some(g, 0, 3, func() string { return pick(g, texts) })}
				if len(o.Values) > 0 && g.chance(50) {
					c.set(o.ContextName, o.Values[0])
				}
				return o
			})
		}
		return v
	})
}

// simpleFlag returns a flag that a single operator or type of strategy decides.
func (g generator) simpleFlag(subject string, c *generatedContext) Feature {
	feature := Feature{Enabled: true}
	if _, isOperator := operators[subject]; isOperator {
		feature.Strategies = []Strategy{{Name: "default", Parameters: map[string]string{}, Constraints: []Constraint{g.constraint(subject, c)}}}
		return feature
	}
	s := g.strategy(subject)
	if subject == "default" {
		s.Constraints = []Constraint{g.anyConstraint(c)}
	}
	feature.Strategies = []Strategy{s}
	return feature
}

// richFlag returns a flag that may have strategies, segments and variants, and parents
// among the flags before it.
func (g generator) richFlag(before []Feature, segments []Segment, c *generatedContext) Feature {
	feature := Feature{Enabled: g.chance(90), Strategies: []Strategy{}}
	if g.chance(85) {
		feature.Strategies = some(g, 1, 4, func() Strategy { return g.richStrategy(segments, c) })
	}
	if g.chance(50) {
		feature.Variants = g.variants(c)
	}
	if g.chance(40) {
		feature.Dependencies = some(g, 1, 2, func() Dependency { return g.dependency(before) })
	}
	return feature
}

func (g generator) richStrategy(segments []Segment, c *generatedContext) Strategy {
	s := g.strategy(pick(g, append(strategyNames, "custom")))
	if g.chance(40) {
		s.Constraints = some(g, 1, 2, func() Constraint { return g.anyConstraint(c) })
	}
	if g.chance(20) {
		s.Segments = some(g, 1, 2, func() int { return pick(g, segments).ID })
		if g.chance(10) {
			s.Segments = append(s.Segments, -1)
		}
	}
	if g.chance(50) {
		s.Variants = g.variants(c)
	}
	return s
}

func (g generator) dependency(before []Feature) Dependency {
	if len(before) == 0 || g.chance(5) {
		return Dependency{Feature: "nowhere", Enabled: new(g.chance(50))}
	}
	d := Dependency{Feature: pick(g, before).Name}
	switch {
	case g.chance(30):
		d.Enabled = new(g.chance(50))
	case g.chance(50):
		d.Variants = []string{disabled, "variant-1", "variant-2"}[:1+g.IntN(3)]
	}
	return d
}

// batch returns a configuration with one case for each subject, and a quarter as many
// rich flags.
func (g generator) batch(subjects []string) batch {
	var b batch
	for id := range 10 {
		var throwaway = g.context()
		b.Segments = append(b.Segments, Segment{ID: id + 1, Constraints: some(g, 0, 2, func() Constraint { return g.anyConstraint(&throwaway) })})
	}
	add := func(subject string, c generatedContext, feature Feature) {
		feature.Name = fmt.Sprintf("flag-%d-%s", len(b.Features), subject)
		b.Features = append(b.Features, feature)
		b.Cases = append(b.Cases, generatedCase{feature.Name, c, subject})
	}
	for _, subject := range subjects {
		c := g.context()
		add(subject, c, g.simpleFlag(subject, &c))
	}
	for range len(subjects) / 4 {
		c := g.context()
		add("", c, g.richFlag(b.Features, b.Segments, &c))
	}
	return b
}

// drawnGenerator returns a generator with a seed from rapid.
func drawnGenerator(t *rapid.T) generator {
	return generator{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))}
}
