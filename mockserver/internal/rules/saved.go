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
	// Rule lacks the body of its answer, and Body has it byte for byte: JSON inside JSON
	// would lose its white space.
	Rule Rule   `json:"rule"`
	Body []byte `json:"body,omitempty"`
}

// Changes counts the changes of the rules and their hits.
func (s *Set) Changes() int64 { return s.changes.Load() }

// Save returns the rules.
func (s *Set) Save() Saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Saved{LastID: s.lastID, Rules: []SavedRule{}}
	for _, rule := range s.load() {
		saved := SavedRule{ID: rule.id, Hits: rule.hits.Load(), Rule: rule.Rule}
		if rule.Answer != nil && rule.Answer.Body != nil {
			answer := *rule.Answer
			saved.Body, answer.Body, saved.Rule.Answer = answer.Body, nil, &answer
		}
		out.Rules = append(out.Rules, saved)
	}
	return out
}

// Restore replaces the set's rules with saved ones. It skips those that this version or
// the contract does not support, such as rules for an operation that only another document
// has, and returns the reasons. After an error the set is unchanged.
func (s *Set) Restore(saved Saved) (skipped []error, err error) {
	if len(saved.Rules) > maxRules {
		return nil, problem("", "there are %d rules; a workspace holds at most %d", len(saved.Rules), maxRules)
	}
	list := make([]*entry, 0, len(saved.Rules))
	for i := range saved.Rules {
		rule := &saved.Rules[i]
		if rule.Body != nil && rule.Rule.Answer != nil {
			rule.Rule.Answer.Body = rule.Body
		}
		err := rule.Rule.Check()
		if err == nil {
			err = rule.Rule.Fits(s.contract)
		}
		if err != nil {
			skipped = append(skipped, fmt.Errorf("rule %s: %w", rule.ID, err))
			continue
		}
		kept := &entry{Rule: rule.Rule, id: rule.ID}
		kept.hits.Store(rule.Hits)
		list = append(list, kept)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID = saved.LastID
	s.store(list)
	return skipped, nil
}
