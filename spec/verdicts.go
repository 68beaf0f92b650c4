package spec

import (
	"crypto/sha256"
	"sync"

	"github.com/pb33f/jsonschema/v6"
)

// verdicts remembers what was found wrong with bodies. A verdict is a pure function of the operation,
// the status and the bytes, so the same bytes need not be judged again. Memory is bounded: there are
// two generations, and when the young one is full, it replaces the old one. Bodies in the old one are
// forgotten unless they are seen again.
type verdicts struct {
	mu    sync.RWMutex
	young map[string][]Failure
	old   map[string][]Failure
	size  int // bytes of the keys and failures of young
}

// Bounds of one generation of the verdicts on one content, in bytes. A contract has some 150
// responses, few of which are ever busy.
const (
	maxRemembered = 64 << 10 // bytes of keys and failures
	maxKey        = maxRemembered / 2
)

// keyOf returns the key by which a body is remembered: the body itself, or the digest of a large
// body, such as the flags for an SDK. A digest begins with a zero byte, as no JSON does. It is written
// to digest.
func keyOf(body []byte, digest *[1 + sha256.Size]byte) []byte {
	if len(body) <= maxKey {
		return body
	}
	sum := sha256.Sum256(body)
	copy(digest[1:], sum[:])
	return digest[:]
}

// get returns what is known about a body.
func (v *verdicts) get(body []byte) (failures []Failure, known bool) {
	var digest [1 + sha256.Size]byte
	key := keyOf(body, &digest)
	v.mu.RLock()
	failures, known = v.young[string(key)]
	inOld := false
	if !known {
		failures, inOld = v.old[string(key)]
	}
	v.mu.RUnlock()
	if inOld {
		v.remember(key, failures)
	}
	return failures, known || inOld
}

// put remembers the failures of a body.
func (v *verdicts) put(body []byte, failures []Failure) {
	var digest [1 + sha256.Size]byte
	v.remember(keyOf(body, &digest), failures)
}

// remember remembers the failures of the body with a key, unless they take too much memory.
func (v *verdicts) remember(key []byte, failures []Failure) {
	size := len(key)
	for i := range failures {
		size += failures[i].Bytes()
	}
	if size > maxRemembered {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.young == nil || v.size+size > maxRemembered {
		v.old, v.young, v.size = v.young, map[string][]Failure{}, 0
	}
	if _, has := v.young[string(key)]; !has {
		v.size += size
	}
	v.young[string(key)] = failures
}

// known remembers items of lists that keep their schemas. Its memory is bounded like that of
// verdicts.
type known struct {
	mu         sync.RWMutex
	young, old map[*jsonschema.Schema]map[string]struct{}
	size       int // bytes of the items of young
}

// maxItems is the maximum size of one generation of the known items of one content, in bytes: some
// 200 flags.
const maxItems = 256 << 10

// unknown returns the items that are not known.
func (k *known) unknown(items []piece) []piece {
	var out, aged []piece
	k.mu.RLock()
	for _, item := range items {
		if _, is := k.young[item.schema][string(item.text)]; is {
			continue
		}
		if _, is := k.old[item.schema][string(item.text)]; is {
			aged = append(aged, item)
		} else {
			out = append(out, item)
		}
	}
	k.mu.RUnlock()
	k.add(aged)
	return out
}

func (k *known) add(items []piece) {
	if len(items) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, item := range items {
		if len(item.text) > maxKey {
			continue
		}
		if k.young == nil || k.size+len(item.text) > maxItems {
			k.old, k.young, k.size = k.young, map[*jsonschema.Schema]map[string]struct{}{}, 0
		}
		if k.young[item.schema] == nil {
			k.young[item.schema] = map[string]struct{}{}
		}
		if _, has := k.young[item.schema][string(item.text)]; !has {
			k.young[item.schema][string(item.text)] = struct{}{}
			k.size += len(item.text)
		}
	}
}

// errorID is the beginning of an error body that has an id of its own.
const errorID = `{"id":"`

// withoutID cuts off the beginning of an error body, up to the end of its id, so that errors that
// differ only in their random id are judged once.
func withoutID(body []byte) []byte {
	const end = len(errorID) + len("00000000-0000-0000-0000-000000000000")
	if len(body) <= end || string(body[:len(errorID)]) != errorID || body[end] != '"' {
		return body
	}
	for i, c := range body[len(errorID):end] {
		if !isUUIDCharacter(i, c) {
			return body
		}
	}
	return body[end:]
}

func isUUIDCharacter(at int, c byte) bool {
	switch at {
	case 8, 13, 18, 23:
		return c == '-'
	}
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
}
