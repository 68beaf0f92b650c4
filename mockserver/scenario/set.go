package scenario

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// MaxRules bounds the rules of a set.
const MaxRules = 1000

// Set is an ordered list of rules in force. It is safe for concurrent use; a
// request that meets no rule pays for one atomic load.
type Set struct {
	rules atomic.Pointer[[]*active] // nil if there is none

	mu     sync.Mutex // of writers, and of random
	random *rand.Rand
	lastID int
}

// NewSet returns an empty set. Probabilities and random delays are drawn from
// random, which nobody else may use.
func NewSet(random *rand.Rand) *Set { return &Set{random: random} }

// active is a rule in force.
type active struct {
	Rule
	id   string
	hits atomic.Int64
}

// Status is a rule with how it has been used.
type Status struct {
	Rule
	// ID names the rule within its set.
	ID string
	// Hits is how many requests the rule was applied to.
	Hits int64
	// Exhausted is true once Times requests were.
	Exhausted bool
}

func (a *active) status() Status {
	hits := a.hits.Load()
	return Status{Rule: a.Rule, ID: a.id, Hits: hits, Exhausted: a.Times > 0 && hits >= int64(a.Times)}
}

// Add checks rules and puts them behind those that are in force, all or none.
// The error is a *Problem of the first wrong one.
func (s *Set) Add(rules ...Rule) ([]Status, error) {
	for i := range rules {
		if err := rules[i].Check(); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.load()
	if len(list)+len(rules) > MaxRules {
		return nil, problem("", "there are %d rules; more than %d are not kept", len(list), MaxRules)
	}
	list = slices.Clone(list)
	added := make([]Status, 0, len(rules))
	for _, rule := range rules {
		s.lastID++
		fresh := &active{Rule: rule, id: strconv.Itoa(s.lastID)}
		list = append(list, fresh)
		added = append(added, fresh.status())
	}
	s.store(list)
	return added, nil
}

// Remove takes a rule out of force; false if there is none of that id.
func (s *Set) Remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.load()
	after := slices.DeleteFunc(slices.Clone(before), func(a *active) bool { return a.id == id })
	s.store(after)
	return len(after) < len(before)
}

// Clear takes all rules out of force. Ids go on.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules.Store(nil)
}

// List returns the rules in their order.
func (s *Set) List() []Status {
	list := s.load()
	out := make([]Status, len(list))
	for i, rule := range list {
		out[i] = rule.status()
	}
	return out
}

// Find returns the rule of an id; false if there is none.
func (s *Set) Find(id string) (Status, bool) {
	for _, rule := range s.load() {
		if rule.id == id {
			return rule.status(), true
		}
	}
	return Status{}, false
}

// Empty tells whether no rule is in force.
func (s *Set) Empty() bool { return s.rules.Load() == nil }

// Pick finds the first rule that matches a request and applies to it, and
// counts the hit; nil if there is none.
func (s *Set) Pick(r *Request) *Effect {
	for _, rule := range s.load() {
		if !rule.Match.matches(r) || !s.lucky(rule.Probability) || !rule.take() {
			continue
		}
		return s.effect(rule)
	}
	return nil
}

func (s *Set) load() []*active {
	if list := s.rules.Load(); list != nil {
		return *list
	}
	return nil
}

func (s *Set) store(list []*active) {
	if len(list) == 0 {
		s.rules.Store(nil)
		return
	}
	s.rules.Store(&list)
}

// take counts a hit unless the rule is used up.
func (a *active) take() bool {
	if a.Times == 0 {
		a.hits.Add(1)
		return true
	}
	for {
		hits := a.hits.Load()
		if hits >= int64(a.Times) {
			return false
		}
		if a.hits.CompareAndSwap(hits, hits+1) {
			return true
		}
	}
}

// lucky throws the dice; 0 stands for always.
func (s *Set) lucky(probability float64) bool {
	if probability == 0 || probability == 1 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Float64() < probability
}

func (s *Set) effect(rule *active) *Effect {
	effect := &Effect{Source: rule.id, Answer: rule.Answer, Fault: rule.Fault, SlowFor: time.Duration(rule.SlowFor)}
	if effect.SlowFor == 0 {
		effect.SlowFor = DefaultSlowFor
	}
	if rule.Delay != nil {
		s.mu.Lock()
		effect.Delay = rule.Delay.sample(s.random)
		s.mu.Unlock()
	}
	return effect
}
