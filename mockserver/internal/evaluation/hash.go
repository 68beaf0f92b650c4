package evaluation

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
)

// The seeds of the two placements. They differ so that a variant is independent of the
// rollout.
const (
	rolloutSeed uint32 = 0
	variantSeed uint32 = 86028157
)

// stickiness keeps a context in its place: it hashes the first of the fields that has a
// value. If none has, random draws a hash; if random is nil, the context has no place.
type stickiness struct {
	fields []field
	random func() uint32
}

// hash places a context within a group. It returns false if the context has no place.
func (s *stickiness) hash(c *run, group []byte, seed uint32) (uint32, bool) {
	for _, f := range s.fields {
		if id, _ := c.value(f); id != "" && c.spend(1, len(id)) {
			var buffer [128]byte
			return murmur3(appendUnits(append(buffer[:0], group...), id), seed), true
		}
	}
	if s.random == nil {
		return 0, false
	}
	return s.random(), true
}

// hashGroup returns the part of the hashed text that all ids of a group share.
func hashGroup(id string) []byte {
	return appendUnits(nil, id+":")
}

// appendUnits appends the low byte of each UTF-16 code unit, which is all that
// murmurhash3js, the library of the JavaScript SDKs, reads of a character.
func appendUnits(to []byte, text string) []byte {
	for _, r := range text {
		if utf16.RuneLen(r) == 1 {
			to = append(to, byte(r))
			continue
		}
		high, low := utf16.EncodeRune(r)
		to = append(to, byte(high), byte(low))
	}
	return to
}

// murmur3 is MurmurHash3_x86_32.
func murmur3(data []byte, seed uint32) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*c1, 15) * c2 }

	h, length := seed, uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		h = bits.RotateLeft32(h^mix(binary.LittleEndian.Uint32(data)), 13)*5 + 0xe6546b64
	}
	if len(data) > 0 {
		var tail [4]byte
		copy(tail[:], data)
		h ^= mix(binary.LittleEndian.Uint32(tail[:]))
	}
	h ^= length
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
