package rules

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// maxRules is the limit of rules in a set.
const maxRules = 1000

// maxBytes is the memory limit of the rules in a set.
const maxBytes = 4 << 20

// Set is an ordered list of rules in force. It is safe for concurrent use. While it is
// empty, it costs a request one atomic load.
type Set struct {
	contract *spec.Contract
	rules    atomic.Pointer[[]*entry] // nil while empty

	mu     sync.Mutex // guards writes and random
	random *rand.Rand
	lastID int
	bytes  atomic.Int64 // estimated size of the rules

	changes atomic.Int64 // count of changes of the rules and their hits
}

// NewSet returns an empty set of rules for the operations of a contract. Probabilities
// and random delays are drawn from random, which must not be used elsewhere.
func NewSet(contract *spec.Contract, random *rand.Rand) *Set {
	return &Set{contract: contract, random: random}
}

type entry struct {
	Rule
	id   string
	hits atomic.Int64
}

// Active is a rule in force, and how it has been used.
type Active struct {
	Rule
	// ID identifies the rule within its set.
	ID string
	// Hits is the number of requests to which the rule was applied.
	Hits int64
	// Exhausted is true once the rule was applied to Times requests.
	Exhausted bool
}

func (e *entry) active() Active {
	hits := e.hits.Load()
	return Active{Rule: e.Rule, ID: e.id, Hits: hits, Exhausted: e.Times > 0 && hits >= int64(e.Times)}
}

// Add checks rules and appends them, all or none. The error is a *Problem with the first
// invalid one.
func (s *Set) Add(rules ...Rule) ([]Active, error) {
	for i := range rules {
		if err := rules[i].Check(); err != nil {
			return nil, err
		}
		if err := rules[i].Fits(s.contract); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.load()
	if len(list)+len(rules) > maxRules {
		return nil, problem("", "there are already %d rules; a workspace holds at most %d", len(list), maxRules)
	}
	size := s.Bytes()
	for i := range rules {
		size += rules[i].size()
	}
	if size > maxBytes {
		return nil, problem("", "the rules would take more than %d bytes", maxBytes)
	}
	list = slices.Clone(list)
	added := make([]Active, 0, len(rules))
	for _, rule := range rules {
		s.lastID++
		fresh := &entry{Rule: rule, id: strconv.Itoa(s.lastID)}
		list = append(list, fresh)
		added = append(added, fresh.active())
	}
	s.store(list)
	return added, nil
}

// Remove removes a rule, and reports whether it existed.
func (s *Set) Remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.load()
	after := slices.DeleteFunc(slices.Clone(before), func(e *entry) bool { return e.id == id })
	s.store(after)
	return len(after) < len(before)
}

// Clear removes all rules. Their ids are not reused.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(nil)
}

// Bytes estimates the memory that the rules take.
func (s *Set) Bytes() int64 { return s.bytes.Load() }

// ruleSize is the memory that a rule takes besides its texts.
const ruleSize = 512

// size estimates the bytes that a rule takes.
func (r *Rule) size() int64 {
	text, err := json.Marshal(r)
	if err != nil {
		return ruleSize // cannot happen: rules are read from JSON
	}
	return int64(ruleSize + 2*len(text))
}

// List returns the rules in order.
func (s *Set) List() []Active {
	list := s.load()
	out := make([]Active, len(list))
	for i, rule := range list {
		out[i] = rule.active()
	}
	return out
}

// Find returns the rule with an id, and whether it exists.
func (s *Set) Find(id string) (Active, bool) {
	for _, rule := range s.load() {
		if rule.id == id {
			return rule.active(), true
		}
	}
	return Active{}, false
}

// Empty reports whether no rule is in force.
func (s *Set) Empty() bool { return s.rules.Load() == nil }

// Pick returns the effect of the first rule that applies to a request, and counts the
// hit. It returns nil if no rule applies.
func (s *Set) Pick(r *Request) *Effect {
	for _, rule := range s.load() {
		if !rule.Match.matches(r) || !s.lucky(rule.Probability) || !rule.take() {
			continue
		}
		s.changes.Add(1)
		return s.effect(rule)
	}
	return nil
}

func (s *Set) load() []*entry {
	if list := s.rules.Load(); list != nil {
		return *list
	}
	return nil
}

func (s *Set) store(list []*entry) {
	defer s.changes.Add(1)
	size := int64(0)
	for _, rule := range list {
		size += rule.size()
	}
	s.bytes.Store(size)
	if len(list) == 0 {
		s.rules.Store(nil)
		return
	}
	s.rules.Store(&list)
}

// take counts a hit, and returns false if the rule is used up.
func (e *entry) take() bool {
	if e.Times == 0 {
		e.hits.Add(1)
		return true
	}
	for {
		hits := e.hits.Load()
		if hits >= int64(e.Times) {
			return false
		}
		if e.hits.CompareAndSwap(hits, hits+1) {
			return true
		}
	}
}

// lucky decides at random whether a rule with that probability applies; 0 means always.
func (s *Set) lucky(probability float64) bool {
	if probability == 0 || probability == 1 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Float64() < probability
}

func (s *Set) effect(rule *entry) *Effect {
	effect := &Effect{Source: rule.id, Answer: rule.Answer, Fault: rule.Fault, SlowFor: time.Duration(rule.SlowFor)}
	if effect.SlowFor == 0 {
		effect.SlowFor = defaultSlowFor
	}
	if rule.Delay != nil {
		s.mu.Lock()
		effect.Delay = rule.Delay.sample(s.random)
		s.mu.Unlock()
	}
	return effect
}
