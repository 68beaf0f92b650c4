package secrets

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Shortest is the length in bytes of the shortest secret that is found by its value. A
// shorter one would be found in the middle of words.
const Shortest = window

const (
	window = 8
	// compared is how many bytes of a secret have to match. Whatever else of it follows
	// in the text is hidden along with them. The limit bounds the cost of a hostile text.
	compared = 512
)

// known is a set of secrets, in the forms that remain after escapes are read: as given,
// with their own escapes read, and in Base64. Patterns are found by their first bytes, in
// one pass, however many there are.
type known struct {
	byStart map[uint64][]pattern
	starts  [1 << 10]uint64 // bits, to skip most of a text
	all     map[string]bool
}

type pattern struct {
	text   string
	public int  // leading bytes that may be shown
	base64 bool // text is the inner part of a Base64 encoding
}

func newKnown() *known {
	return &known{byStart: map[uint64][]pattern{}, all: map[string]bool{}}
}

// add adds a secret, unless it is too short.
func (k *known) add(secret string) {
	secret = strings.TrimSpace(secret)
	if len(secret) < window || k.all[secret] {
		return
	}
	k.all[secret] = true
	layers := views(secret)
	for _, form := range []string{secret, layers[len(layers)-1].text} {
		k.addPattern(pattern{text: form, public: kind(form)})
		k.addPattern(pattern{text: strings.ReplaceAll(form, " ", "+")})
		for before := range 3 {
			for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				k.addPattern(pattern{text: inner(encoding, before, form), base64: true})
			}
		}
	}
}

// inner returns the characters of a Base64 encoding that depend on the secret alone.
// before is the number of bytes ahead of the secret, modulo three.
func inner(encoding *base64.Encoding, before int, secret string) string {
	encoded := encoding.EncodeToString(append(make([]byte, before), secret...))
	first := []int{0, 2, 3}[before]
	last := (before + len(secret)) * 8 / 6
	return encoded[first:last]
}

func (k *known) addPattern(p pattern) {
	if len(p.text) < window {
		return
	}
	start := startOf(p.text)
	if slices.ContainsFunc(k.byStart[start], func(other pattern) bool { return other.text == p.text }) {
		return
	}
	k.byStart[start] = append(k.byStart[start], p)
	word, bit := slot(start)
	k.starts[word] |= bit
}

func startOf(text string) (start uint64) {
	for i := range window {
		start = start>>8 | uint64(text[i])<<56
	}
	return start
}

// slot maps a start to one of the bits.
func slot(start uint64) (word int, bit uint64) {
	hash := start * 0x9E3779B97F4A7C15 >> 48
	return int(hash >> 6), 1 << (hash & 63)
}

// find returns where secrets are in a text, without the parts that may be shown.
func (k *known) find(text string) (found []span) {
	if len(k.byStart) == 0 || len(text) < window {
		return nil
	}
	start := startOf(text)
	for i := 0; ; {
		next := i + 1
		if word, bit := slot(start); k.starts[word]&bit != 0 {
			if s, ok := k.match(text, i, start); ok {
				found = append(found, s)
				next = max(next, s.end)
			}
		}
		if next+window > len(text) {
			return found
		}
		if next == i+1 {
			start = start>>8 | uint64(text[next+window-1])<<56
		} else {
			start = startOf(text[next:])
		}
		i = next
	}
}

// match returns the longest secret that begins at a position.
func (k *known) match(text string, at int, start uint64) (best span, ok bool) {
	for _, p := range k.byStart[start] {
		if !strings.HasPrefix(text[at:], p.text[:min(len(p.text), compared)]) {
			continue
		}
		size := common(text[at:], p.text)
		s := span{start: at + p.public, end: at + size}
		if p.base64 {
			s.start, s.end = encoded(text, at, at+size)
		}
		if s.end > best.end && s.start < s.end {
			best, ok = s, true
		}
	}
	return best, ok
}

// common returns the length of the common prefix of two texts.
func common(a, b string) int {
	size := min(len(a), len(b))
	for i := range size {
		if a[i] != b[i] {
			return i
		}
	}
	return size
}

// encoded extends a part of a text to the Base64 characters on both sides that hold bits
// of it, and to its padding.
func encoded(text string, start, end int) (int, int) {
	is := func(at int) bool {
		return at >= 0 && at < len(text) && (isWord(text[at]) || text[at] == '+' || text[at] == '/')
	}
	if is(start - 1) {
		start--
	}
	if is(end) {
		end++
	}
	for end < len(text) && text[end] == '=' {
		end++
	}
	return start, end
}

const (
	// shortestTail is how many bytes of a secret must be present at the end of a cut text
	// for it to be recognized.
	shortestTail = 4
	// longestEscape is how many bytes at that end may be the beginning of an escape.
	longestEscape = 12
)

// tail finds the beginning of a secret with which a cut text ends, even if the cut is
// inside an escape.
func (k *known) tail(text string) (span, bool) {
	end := len(text)
	start := k.tailStart(text)
	if at := strings.LastIndexAny(text, `%\&`); start == end && at >= 0 && end-at <= longestEscape {
		if start = k.tailStart(text[:at]); start == at {
			start = end
		}
	}
	return span{start: start, end: end}, start < end
}

func (k *known) tailStart(text string) int {
	longest := 0
	for _, list := range k.byStart {
		for _, p := range list {
			for size := min(len(p.text)-1, len(text)); size >= max(shortestTail+p.public, longest+1); size-- {
				if strings.HasSuffix(text, p.text[:size]) {
					longest = size
				}
			}
		}
	}
	return len(text) - longest
}
