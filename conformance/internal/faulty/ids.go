package faulty

import (
	"net/http"
	"strconv"
	"strings"
)

// Ids that are not what the mock gave: the client sees a numbering of its own.

// objects calls visit for every object in a value, outer ones first.
func (v *value) objects(visit func(*value)) {
	if v == nil {
		return
	}
	if v.kind == '{' {
		visit(v)
	}
	for _, item := range v.items {
		item.objects(visit)
	}
}

// resource tells apart what has an id.
type resource struct {
	// created and deleted are the operations that make and remove one.
	created, deleted string
	// owns tells whether an object of an answer is the resource; refers lists
	// the members of others that hold its id.
	owns   func(*value) bool
	refers []string
	// segment is the place of the id in a path below /api/admin.
	segment int
}

func endpoints() resource {
	return resource{"createSignalEndpoint", "deleteSignalEndpoint", func(v *value) bool { return v.get("enabled") != nil },
		[]string{"signalEndpointId", "sourceId"}, 1}
}

func tokens() resource {
	return resource{"createSignalEndpointToken", "deleteSignalEndpointToken", func(v *value) bool { return v.get("signalEndpointId") != nil },
		[]string{"createdBySourceTokenId"}, 3}
}

// renumbered shows ids of a resource as other numbers: inner gives the mock's
// number of one that the client knows, outer the client's of the mock's.
func renumbered(what resource, inner, outer func(int64) int64) step {
	return func(x *exchange) {
		x.renumberPath(what.segment, inner)
		x.answer()
		whole(func(body *value) {
			body.objects(func(object *value) {
				if what.owns(object) {
					object.edit("/id", renumber(outer))
				}
				for _, key := range what.refers {
					object.edit("/"+key, renumber(outer))
				}
			})
		})(x)
		if location := x.header.Get("Location"); location != "" {
			x.header.Set("Location", renumberSegment(location, what.segment, outer))
		}
	}
}

func renumber(number func(int64) int64) func(*value) *value {
	return func(v *value) *value {
		if !v.isInt() {
			return v
		}
		return integer(number(v.int()))
	}
}

func (x *exchange) renumberPath(segment int, number func(int64) int64) {
	const admin = "/api/admin/"
	if rest, found := strings.CutPrefix(x.request.URL.EscapedPath(), admin); found && strings.HasPrefix(rest, "signal-endpoints/") {
		x.setURL(admin+renumberSegment(rest, segment, number), x.request.URL.Query())
	}
}

func renumberSegment(path string, segment int, number func(int64) int64) string {
	segments := strings.Split(path, "/")
	if segment < len(segments) {
		if id, err := strconv.ParseInt(segments[segment], 10, 64); err == nil {
			segments[segment] = strconv.FormatInt(number(id), 10)
		}
	}
	return strings.Join(segments, "/")
}

// mirrored gives every id that is created the number that lies as far below a
// million as it lies above zero, so that later ids are lower.
func mirrored(what resource) step {
	const mirror, first = 1_000_000, 10_000
	turn := func(id int64) int64 {
		if id > mirror-first && id < mirror-oldest(what) || id > oldest(what) && id < first {
			return mirror - id
		}
		return id
	}
	return renumbered(what, turn, turn)
}

// oldest is the highest id of the built-in seed.
func oldest(what resource) int64 {
	if what.segment == endpoints().segment {
		return 1338
	}
	return 9
}

// reusing gives what is created the id of what was deleted before.
func reusing(what resource) func() step {
	return func() step {
		shown := map[int64]int64{} // by the mock's id
		var free []int64
		outer := func(id int64) int64 {
			if other, renamed := shown[id]; renamed {
				return other
			}
			return id
		}
		inner := func(id int64) int64 {
			newest := id
			for from, to := range shown {
				if to == id && from > newest {
					newest = from
				}
			}
			return newest
		}
		translate := renumbered(what, inner, outer)
		return func(x *exchange) {
			if is(what.created)(x) && len(free) > 0 {
				x.renumberPath(what.segment, inner)
				x.answer()
				if body, ok := parseJSON(x.body); ok && x.status == http.StatusCreated {
					shown[body.get("id").int()] = free[len(free)-1]
					free = free[:len(free)-1]
				}
			}
			translate(x)
			if is(what.deleted)(x) && x.status == http.StatusOK {
				if id, err := strconv.ParseInt(x.params[len(x.params)-1], 10, 64); err == nil {
					free = append(free, id)
				}
			}
		}
	}
}
