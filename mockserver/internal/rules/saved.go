package rules

import "fmt"

// Saved is the content of a set in a form that another set can restore.
type Saved struct {
	// LastID is the last id that was given out.
	LastID int         `json:"lastId"`
	Rules  []SavedRule `json:"rules"`
}

// SavedRule is a rule in force.
type SavedRule struct {
	ID   string `json:"id"`
	Hits int64  `json:"hits"`
	Rule Rule   `json:"rule"`
}

// Changes counts the changes of the rules and their hits.
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

// Restore replaces the set's rules with saved ones. The error names the rule that is not
// valid; the set is unchanged then.
func (s *Set) Restore(saved Saved) error {
	if len(saved.Rules) > MaxRules {
		return problem("", "there are %d rules; a workspace holds at most %d", len(saved.Rules), MaxRules)
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
