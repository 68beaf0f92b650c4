package judge

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

// A large response is judged in pieces, because listing everything that is wrong with all of
// it at once would take far more memory than the response itself. Judging stops at the first
// piece that fails.
const (
	largeAnswer = 5000 // values
	longList    = 50   // entries
)

// contractFailures judges a response by the OpenAPI document. body is nil if only the head is
// to be judged.
func contractFailures(x *target.Exchange, body []byte) (failures []spec.Failure) {
	if body == nil || !x.IsJSON || size(x.Value) <= largeAnswer {
		return x.Operation.CheckResponse(x.Status, x.Answer, body)
	}
	pieces(x.Value, func(p piece) bool {
		failures = x.Operation.CheckResponse(x.Status, x.Answer, []byte(jsonvalue.Text(p.value)))
		for i := range failures {
			failures[i].Pointer = p.original(failures[i].Pointer)
		}
		return len(failures) == 0
	})
	return failures
}

// piece is a part of a value in which all lists are short.
type piece struct {
	value any
	// from maps pointers of lists in the piece to the index, in the whole value, of their
	// first entry.
	from map[string]int
}

// below returns the piece wrapped in value, where it is at the given key or index.
func (p piece) below(value any, key string) piece {
	out := piece{value, map[string]int{}}
	for pointer, index := range p.from {
		out.from["/"+jsonpointer.Escape(key)+pointer] = index
	}
	return out
}

// original converts a pointer in the piece to the pointer in the whole value.
func (p piece) original(pointer string) string {
	seen, out := "", ""
	for _, token := range strings.Split(pointer, "/")[min(1, len(pointer)):] {
		from := p.from[seen]
		seen += "/" + token
		if index, err := strconv.Atoi(token); err == nil && from > 0 {
			token = strconv.Itoa(index + from)
		}
		out += "/" + token
	}
	return out
}

// pieces visits pieces that together contain everything in a value. It stops when visit
// returns false.
func pieces(value any, visit func(piece) bool) bool {
	switch value := value.(type) {
	case []any:
		return piecesOfList(value, visit)
	case map[string]any:
		cut, _ := short(value).(map[string]any)
		if !visit(piece{value: cut}) {
			return false
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if !hasLongList(value[key]) {
				continue
			}
			whole := pieces(value[key], func(p piece) bool {
				held := maps.Clone(cut)
				held[key] = p.value
				return visit(p.below(held, key))
			})
			if !whole {
				return false
			}
		}
		return true
	}
	return visit(piece{value: value})
}

func piecesOfList(list []any, visit func(piece) bool) bool {
	for from := 0; from < len(list); from += longList {
		var part []any
		for _, entry := range list[from:min(from+longList, len(list))] {
			part = append(part, short(entry))
		}
		if !visit(piece{part, map[string]int{"": from}}) {
			return false
		}
	}
	for i, entry := range list {
		if !hasLongList(entry) {
			continue
		}
		whole := pieces(entry, func(p piece) bool {
			held := p.below([]any{p.value}, "0")
			held.from[""] = i
			return visit(held)
		})
		if !whole {
			return false
		}
	}
	return true
}

// short returns a copy of a value in which long lists have only their first entry.
func short(value any) any {
	switch value := value.(type) {
	case []any:
		kept := value
		if len(value) > longList {
			kept = value[:1]
		}
		out := make([]any, len(kept))
		for i, entry := range kept {
			out[i] = short(entry)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(value))
		for key, member := range value {
			out[key] = short(member)
		}
		return out
	}
	return value
}

// hasLongList reports whether a value is or contains a list that short would cut.
func hasLongList(value any) bool {
	switch value := value.(type) {
	case []any:
		return len(value) > longList || slices.ContainsFunc(value, hasLongList)
	case map[string]any:
		for _, member := range value {
			if hasLongList(member) {
				return true
			}
		}
	}
	return false
}

// size returns the number of values in a value, including itself.
func size(value any) int {
	count := 1
	switch value := value.(type) {
	case []any:
		for _, entry := range value {
			count += size(entry)
		}
	case map[string]any:
		for _, member := range value {
			count += size(member)
		}
	}
	return count
}
