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

// A large answer is judged piece by piece: what is wrong with all of it at once would take
// far more memory than the answer. What comes behind the first piece that fails is not
// looked at.
const (
	largeAnswer = 5000 // values
	longList    = 50   // entries
)

// contractFailures judges an answer by the OpenAPI document. body is nil if there may be
// none.
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

// piece is a value with short lists only.
type piece struct {
	value any
	// from are the indexes that lists of the piece begin with in the whole, by their
	// pointers in the piece.
	from map[string]int
}

// below is a piece as it stands at a key or index of what holds it.
func (p piece) below(value any, key string) piece {
	out := piece{value, map[string]int{}}
	for pointer, index := range p.from {
		out.from["/"+jsonpointer.Escape(key)+pointer] = index
	}
	return out
}

// original is the pointer in the whole of what is at a pointer in the piece.
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

// pieces visits pieces that have everything of a value between them, until visit
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

// short is a value whose long lists have their first entry only.
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

// hasLongList reports whether a value is or holds a list that short cuts.
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

// size is how many values there are in one, itself included.
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
