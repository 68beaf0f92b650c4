package judge

import (
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
)

// once remembers texts.
type once struct{ seen sync.Map }

// first reports whether a text is seen for the first time. It keeps only a digest of it: a text of a
// target may be of any length.
func (o *once) first(text string) bool {
	_, seen := o.seen.LoadOrStore(sha256.Sum256([]byte(text)), true)
	return !seen
}

// tagged keeps which body each entity tag stands for, both as digests.
type tagged struct{ bodies sync.Map }

// fits reports whether a tag has stood for no other body.
func (t *tagged) fits(tag string, body []byte) bool {
	digest := sha256.Sum256(body)
	known, _ := t.bodies.LoadOrStore(sha256.Sum256([]byte(tag)), digest)
	return known == digest
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
