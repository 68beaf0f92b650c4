package secrets

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"sort"
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
	// secretSize is how much of the room a secret takes besides its length.
	secretSize = 64
)

// known is a set of secrets, in the forms that remain after escapes are read: as given,
// with their own escapes read, in Base64 and in hex. Patterns are found by their first bytes, in
// one pass, however many there are and whatever they have in common.
type known struct {
	byStart map[uint64][]pattern // in order
	starts  [1 << 10]uint64      // bits, to skip most of a text
	all     map[string]bool
	room    int // bytes that more secrets may take; less than 0 if some found no room
}

type pattern struct {
	text   string
	public int  // leading bytes that may be shown
	base64 bool // text is the inner part of a Base64 encoding
	// within is the longest other pattern that this one begins with: its index in the list, plus one; 0 for none.
	within int32
}

func newKnown() *known {
	return &known{byStart: map[uint64][]pattern{}, all: map[string]bool{}, room: math.MaxInt}
}

// add adds secrets, except those that are too short, until there is no room for another.
func (k *known) add(secrets ...string) {
	changed := map[uint64]bool{}
	for _, secret := range secrets {
		secret = strings.TrimSpace(secret)
		if len(secret) < window || k.all[secret] {
			continue
		}
		if k.room -= secretSize + len(secret); k.room < 0 {
			break
		}
		k.all[secret] = true
		for _, p := range patterns(secret) {
			if len(p.text) >= window {
				start := startOf(p.text)
				k.byStart[start] = append(k.byStart[start], p)
				changed[start] = true
			}
		}
	}
	for start := range changed {
		k.byStart[start] = inOrder(k.byStart[start])
		word, bit := slot(start)
		k.starts[word] |= bit
	}
}

// patterns returns the forms of a secret.
func patterns(secret string) (list []pattern) {
	layers := views(secret)
	for _, form := range slices.Compact([]string{secret, layers[len(layers)-1].text}) {
		list = append(list, pattern{text: form, public: kind(form)}, pattern{text: strings.ReplaceAll(form, " ", "+")})
		inHex := hex.EncodeToString([]byte(form))
		list = append(list, pattern{text: inHex}, pattern{text: strings.ToUpper(inHex)})
		for before := range 3 {
			for _, encoded := range slices.Compact([]string{inner(base64.RawStdEncoding, before, form), inner(base64.RawURLEncoding, before, form)}) {
				list = append(list, pattern{text: encoded, base64: true})
			}
		}
	}
	return list
}

// inOrder sorts patterns by their texts, removes those that recur, and links them.
func inOrder(list []pattern) []pattern {
	slices.SortFunc(list, func(a, b pattern) int {
		return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(b.public, a.public))
	})
	list = slices.CompactFunc(list, func(a, b pattern) bool { return a.text == b.text })
	for i := range list {
		within := int32(i) // the one before it, or one with which that begins
		for within > 0 && !strings.HasPrefix(list[i].text, list[within-1].text) {
			within = list[within-1].within
		}
		list[i].within = within
	}
	return list
}

// inner returns the characters of a Base64 encoding that depend on the secret alone.
// before is the number of bytes ahead of the secret, modulo three.
func inner(encoding *base64.Encoding, before int, secret string) string {
	encoded := encoding.EncodeToString(append(make([]byte, before), secret...))
	first := []int{0, 2, 3}[before]
	last := (before + len(secret)) * 8 / 6
	return encoded[first:last]
}

func startOf(text string) uint64 { return binary.LittleEndian.Uint64([]byte(text[:window])) }

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

// match returns the longest secret that begins at a position. No pattern has more in common with the text
// than the two between which the text would be in the list. Those that it begins with are linked.
func (k *known) match(text string, at int, start uint64) (best span, ok bool) {
	list, rest := k.byStart[start], text[at:]
	after := int32(sort.Search(len(list), func(i int) bool { return list[i].text > rest }))
	for n := max(after, 1); n <= after+1 && int(n) <= len(list); n++ {
		size := common(rest, list[n-1].text)
		for i := n; i > 0; i = list[i-1].within {
			p := &list[i-1]
			if size < min(len(p.text), compared) {
				continue
			}
			s := span{start: at + p.public, end: at + min(size, len(p.text))}
			if p.base64 {
				s.start, s.end = encoded(text, at, s.end)
			}
			if s.end > best.end && s.start < s.end {
				best, ok = s, true
			}
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
			for size := min(len(p.text)-1, len(text), compared); size >= max(shortestTail+p.public, longest+1); size-- {
				if strings.HasSuffix(text, p.text[:size]) {
					longest = size
				}
			}
		}
	}
	return len(text) - longest
}
