package signalendpoints

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// These faults give the client other ids than the mock gave.

// objects calls visit for every object in a value, outer objects first.
func objects(v *bend.Value, visit func(*bend.Value)) {
	if v == nil {
		return
	}
	if v.Kind == '{' {
		visit(v)
	}
	for _, item := range v.Items {
		objects(item, visit)
	}
}

// resource describes a kind of resource that has ids.
type resource struct {
	// created and deleted are the operations that create and delete one.
	created, deleted string
	// owns reports whether an object in a response is the resource. refers lists the members
	// of other objects that hold its id.
	owns   func(*bend.Value) bool
	refers []string
	// segment is the index of the id among the segments of a path below /api/admin.
	segment int
}

func endpoints() resource {
	return resource{"createSignalEndpoint", "deleteSignalEndpoint", func(v *bend.Value) bool { return v.Get("enabled") != nil },
		[]string{"signalEndpointId", "sourceId"}, 1}
}

func tokens() resource {
	return resource{"createSignalEndpointToken", "deleteSignalEndpointToken", func(v *bend.Value) bool { return v.Get("signalEndpointId") != nil },
		[]string{"createdBySourceTokenId"}, 3}
}

// renumbered shows other ids than the mock gave. inner maps the client's ids to the mock's,
// outer the mock's to the client's.
func renumbered(what resource, inner, outer func(int64) int64) bend.Step {
	return func(x *bend.Exchange) {
		renumberPath(x, what.segment, inner)
		x.Answer()
		bend.Whole(func(body *bend.Value) {
			objects(body, func(object *bend.Value) {
				if what.owns(object) {
					object.Edit("/id", renumber(outer))
				}
				for _, key := range what.refers {
					object.Edit("/"+key, renumber(outer))
				}
			})
		})(x)
		if location := x.Header.Get("Location"); location != "" {
			x.Header.Set("Location", renumberSegment(location, what.segment, outer))
		}
	}
}

func renumber(number func(int64) int64) func(*bend.Value) *bend.Value {
	return func(v *bend.Value) *bend.Value {
		if !v.IsInt() {
			return v
		}
		return bend.Integer(number(v.Int()))
	}
}

func renumberPath(x *bend.Exchange, segment int, number func(int64) int64) {
	const admin = "/api/admin/"
	if rest, found := strings.CutPrefix(x.Request.URL.EscapedPath(), admin); found && strings.HasPrefix(rest, "signal-endpoints/") {
		x.SetURL(admin+renumberSegment(rest, segment, number), x.Request.URL.Query())
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

// mirrored shows each created id as a million minus the id, so that later ids are lower.
func mirrored(what resource) bend.Step {
	const mirror, first = 1_000_000, 10_000
	turn := func(id int64) int64 {
		if id > mirror-first && id < mirror-oldest(what) || id > oldest(what) && id < first {
			return mirror - id
		}
		return id
	}
	return renumbered(what, turn, turn)
}

// oldest returns the highest id of the built-in seed.
func oldest(what resource) int64 {
	if what.segment == endpoints().segment {
		return 1338
	}
	return 9
}

// reusing gives a created resource the id of one that was deleted before.
func reusing(what resource) func() bend.Step {
	return func() bend.Step {
		shown := map[int64]int64{} // the client's id by the mock's id
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
		return func(x *bend.Exchange) {
			if bend.Is(what.created)(x) && len(free) > 0 {
				renumberPath(x, what.segment, inner)
				x.Answer()
				if body, ok := bend.ParseJSON(x.Body); ok && x.Status == http.StatusCreated {
					shown[body.Get("id").Int()] = free[len(free)-1]
					free = free[:len(free)-1]
				}
			}
			translate(x)
			if bend.Is(what.deleted)(x) && x.Status == http.StatusOK {
				if id, err := strconv.ParseInt(x.Params[len(x.Params)-1], 10, 64); err == nil {
					free = append(free, id)
				}
			}
		}
	}
}
