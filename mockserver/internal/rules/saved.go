package rules

import "fmt"

// Saved are the rules of a set, as another set can have them.
type Saved struct {
	// LastID is the number of the last id.
	LastID int         `json:"lastId"`
	Rules  []SavedRule `json:"rules"`
}

// SavedRule is a rule in force.
type SavedRule struct {
	ID   string `json:"id"`
	Hits int64  `json:"hits"`
	Rule Rule   `json:"rule"`
}

// Changes counts how often the rules, or their hits, have changed.
func (s *Set) Changes() int64 { return s.changes.Load() }

// Save returns the rules.
func (s *Set) Save() Saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Saved{LastID: s.lastID, Rules: []SavedRule{}}
	for _, rule := range s.load() {
		out.Rules = append(out.Rules, SavedRule{rule.id, rule.hits.Load(), rule.Rule})
	}
	return out
}

// Restore puts rules that were saved in the place of those of the set. The error says which
// one cannot be one; the set is unchanged then.
func (s *Set) Restore(saved Saved) error {
	if len(saved.Rules) > MaxRules {
		return problem("", "there are %d rules; a workspace holds %d", len(saved.Rules), MaxRules)
	}
	list := make([]*entry, 0, len(saved.Rules))
	for i := range saved.Rules {
		rule := &saved.Rules[i]
		if err := rule.Rule.Check(); err != nil {
			return fmt.Errorf("rule %s: %w", rule.ID, err)
		}
		if err := rule.Rule.Fits(s.contract); err != nil {
			return fmt.Errorf("rule %s: %w", rule.ID, err)
		}
		kept := &entry{Rule: rule.Rule, id: rule.ID}
		kept.hits.Store(rule.Hits)
		list = append(list, kept)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID = saved.LastID
	s.store(list)
	return nil
}
