package judge

import (
	"slices"
	"strings"
	"sync"
)

// once remembers texts.
type once struct{ seen sync.Map }

// first reports whether a text is seen for the first time.
func (o *once) first(text string) bool {
	_, seen := o.seen.LoadOrStore(text, true)
	return !seen
}

// texts holds the secrets of what the suite created.
type texts struct {
	mu   sync.Mutex
	list []string
}

func (t *texts) add(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, text)
}

// shownIn reports whether a text contains one of them.
func (t *texts) shownIn(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.list, func(secret string) bool { return strings.Contains(text, secret) })
}
