package spec

import "sync"

// verdicts remembers what was found wrong with bodies. That is a pure function
// of the operation, the status and the bytes, so bytes that were judged need
// not be judged again. Memory is bounded: there are two generations, and when
// the young one is full it becomes the old one, whose bodies are forgotten
// unless they are met again.
type verdicts struct {
	mu    sync.RWMutex
	young map[string][]Failure
	old   map[string][]Failure
	size  int // bytes of the keys of young
}

// Bounds of one generation of the verdicts of one response. A contract has
// some 150 responses, few of which are ever busy.
const (
	maxRemembered     = 64 << 10 // bytes of bodies
	maxRememberedBody = maxRemembered / 2
)

// get returns what is known of a body.
func (v *verdicts) get(body []byte) (failures []Failure, known bool) {
	v.mu.RLock()
	failures, known = v.young[string(body)]
	inOld := false
	if !known {
		failures, inOld = v.old[string(body)]
	}
	v.mu.RUnlock()
	if inOld {
		v.put(body, failures)
	}
	return failures, known || inOld
}

// put remembers what was found of a body.
func (v *verdicts) put(body []byte, failures []Failure) {
	if len(body) > maxRememberedBody {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.young == nil || v.size+len(body) > maxRemembered {
		v.old, v.young, v.size = v.young, map[string][]Failure{}, 0
	}
	if _, has := v.young[string(body)]; !has {
		v.size += len(body)
	}
	v.young[string(body)] = failures
}

// errorID is how an error body begins that a server gave an id of its own.
const errorID = `{"id":"`

// withoutID cuts the id off an error body, so that errors that differ in
// nothing else are judged once: a random id is new each time.
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
