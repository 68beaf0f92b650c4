package ledger

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Kind is a sort of thing that the suite makes on a target, and how the target
// shows what there is of it.
type Kind struct {
	Name string // as reports call one
	// Path is that of the collection where one is made; a * in it stands for the id of
	// what it belongs to.
	Path string
	// CalledAt are paths below which requests give its name in the place of its id.
	CalledAt []string
	// Named is true if its name is its id. Then the name says whose it is, and no list
	// needs to be asked.
	Named bool
	// IDAt is where an answer has its id, as a JSON pointer, if that is a text; empty for
	// the number /id.
	IDAt string
	// Also are further paths at which one is made.
	Also []string
	// Bin is what its removal makes of it, to be removed for good when the run ends;
	// nil if removal is final.
	Bin *Kind
	// Settling is how long a target is left alone before one that was in a bin is removed.
	Settling time.Duration
	// Attached is true if it goes with what it belongs to, which is the run's by its
	// name in the path.
	Attached bool
	// List is the path that shows all, empty if the collection itself does; Key is where
	// in that answer, as a JSON pointer, and Label where in each entry its name is.
	List, Key, Label string
	// PathOf is the path of an entry's own collection, if not all of a list are at Path;
	// empty if the entry does not tell.
	PathOf func(entry any) string
	// Instead is a path that shows all at Path, on a target without the path of List.
	Instead string
	// Paged is true if the target shows a part of the list, with how many there are in
	// total, and the rest by offset.
	Paged bool
	// Read reads a list in the place of Key and Label, if it is not as plain as that.
	Read func(answer any) []Thing
	// Fitted is true if names have more before what the run calls them, where a project asks
	// for that.
	Fitted bool
	// Swept is true if the admin can ask for all of them. Others go with what they
	// belong to.
	Swept bool
	// Counted is true if the target holds only so many.
	Counted bool
}

// Thing is something that the target has.
type Thing struct {
	Kind    *Kind
	Path    string    // of its collection
	ID      string    // in JSON
	Name    string    // empty if it has none
	Created time.Time // zero if the target does not tell
}

// plainID is the form of an id that may stand in a path.
var plainID = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// IsID reports whether a text has the form of an id.
func IsID(text string) bool { return plainID.MatchString(text) }

// segment is what may stand in a path for one part of it, and no more: an id, a name, a day,
// the secret of an API token.
var segment = regexp.MustCompile(`^([A-Za-z0-9_~-][A-Za-z0-9_.~-]*|([A-Za-z0-9_.~-]+|\*|\[\]):([A-Za-z0-9_.~-]+|\*)\.[A-Za-z0-9]+)$`)

// IsSegment reports whether a text that a target gave may be put into a path. It leads
// nowhere else, whatever servers and proxies make of it.
func IsSegment(text string) bool { return segment.MatchString(text) }

// isAt reports whether things of the kind are made at a path.
func (k *Kind) isAt(path string) bool { return k.collection(path) != "" }

// collection is a path as the kind writes it, but for the names in it, whose letter case counts;
// empty if nothing of the kind is made there.
func (k *Kind) collection(path string) string {
	return matched(append([]string{k.Path}, k.Also...), path)
}

// matched writes a path as the first pattern does that it matches, but for what the stars of the
// pattern stand for; empty if it matches none.
func matched(patterns []string, text string) string {
	plain := target.Plain(text)
	for _, pattern := range patterns {
		pattern = target.Canonical(pattern)
		if is, err := path.Match(pattern, strings.ToLower(plain)); err != nil || !is {
			continue
		}
		parts, names := strings.Split(pattern, "/"), strings.Split(plain, "/")
		for i, part := range parts {
			if part == "*" {
				parts[i] = names[i]
			}
		}
		return strings.Join(parts, "/")
	}
	return ""
}

// isID reports whether a text has the form of an id of the kind.
func (k *Kind) isID(text string) bool {
	switch {
	case k.Named:
		return isName(text)
	case k.IDAt != "", k.Attached:
		return IsSegment(text)
	}
	return IsID(text)
}

// isName reports whether a text is one segment of a path when it is escaped, and stays below
// what it stands behind when something on the way takes that back. Runs try names that targets
// should refuse, and remove what has them.
func isName(text string) bool {
	return path.Clean("/"+text) == "/"+text && text != "" && !strings.ContainsAny(text, `\%`)
}

// isPlain reports whether a path has nothing but such segments.
func isPlain(path string) bool {
	below, rooted := strings.CutPrefix(path, "/")
	return rooted && !slices.ContainsFunc(strings.Split(below, "/"), func(part string) bool { return !IsSegment(part) })
}

// at is the path of a thing; empty if what the target says of it makes none.
func (t Thing) at() string {
	if !t.Kind.isID(t.ID) || !isPlain(t.Path) {
		return ""
	}
	return t.Path + "/" + url.PathEscape(t.ID)
}

// isListed reports whether a list of a path shows things of the kind.
func (k *Kind) isListed(path string) bool {
	return k.List == path || k.List == "" && k.isAt(path)
}

// Things are those that an answer lists. isList is false if it is no list of them.
func (k *Kind) Things(answer any) (all []Thing, isList bool) {
	value, _ := jsonvalue.At(answer, k.Key)
	if _, isList = value.([]any); !isList {
		return nil, false
	}
	if k.Read != nil {
		return k.Read(answer), true
	}
	return k.Entries(answer, k.Key, k.Path), true
}

// Entries are the things of a collection that a list in an answer has.
func (k *Kind) Entries(answer any, key, collection string) []Thing {
	value, _ := jsonvalue.At(answer, key)
	list, _ := value.([]any)
	var all []Thing
	for _, entry := range list {
		name, _ := jsonvalue.At(entry, k.Label)
		text, _ := name.(string)
		created, _ := jsonvalue.At(entry, "/createdAt")
		moment, _ := time.Parse(time.RFC3339, fmt.Sprint(created))
		at := collection
		if k.PathOf != nil {
			at = cmp.Or(k.PathOf(entry), collection)
		}
		all = append(all, Thing{k, at, k.idOf(entry, text), text, moment})
	}
	return all
}

// idOf is the id of an entry with a name: in JSON where it is a number.
func (k *Kind) idOf(entry any, name string) string {
	if k.Named {
		return name
	}
	id, _ := jsonvalue.At(entry, cmp.Or(k.IDAt, "/id"))
	if text, is := id.(string); is && (k.Attached || k.IDAt != "") {
		return text
	}
	return jsonvalue.Text(id)
}

// listed asks the target what there is in a collection, page by page if it shows parts.
// The exchange is the last; it is nil if no answer came.
func (k *Kind) listed(ctx context.Context, c *target.Client, collection string, credential http.Header) (all []Thing, x *target.Exchange, err error) {
	path := cmp.Or(k.List, collection)
	for page := path; ; page = fmt.Sprintf("%s&offset=%d", path, len(all)) {
		if x, err = c.Get(ctx, page, credential); err != nil {
			return all, nil, fmt.Errorf("listing the %ss: %w", k.Name, err)
		}
		if x.IsUnknownPath() && k.Instead != "" {
			plain := *k
			plain.List, plain.Instead, plain.Paged, plain.PathOf = k.Instead, "", false, nil
			return plain.listed(ctx, c, collection, credential)
		}
		part, isList := k.Things(x.Value)
		if x.Status != http.StatusOK || !isList {
			return all, x, fmt.Errorf("listing the %ss: %s", k.Name, x.Summary())
		}
		all = append(all, part...)
		total, _ := strconv.Atoi(jsonvalue.Text(x.At("/total")))
		if !k.Paged || len(part) == 0 || len(all) >= min(total, maxListed) {
			return all, x, nil
		}
	}
}

// maxListed is how many things of a kind are listed at a time; a sweep asks again.
const maxListed = 10_000

// Kinds are all that the suite makes.
type Kinds []*Kind

// at is the kind of what is made at a path, nil if the suite makes nothing there.
func (all Kinds) at(collection string) *Kind {
	for _, k := range all {
		if k.isAt(collection) {
			return k
		}
	}
	return nil
}

// Created is what an exchange made, by the target's word: of which kind and where.
type Created struct {
	Kind       *Kind // nil if it made nothing that the suite makes
	Collection string
}

// CreatedBy is what an exchange made; nothing if it is nil or did not succeed.
func (all Kinds) CreatedBy(x *target.Exchange) Created {
	if x == nil || x.Method != http.MethodPost || !x.Succeeded() {
		return Created{}
	}
	if kind := all.at(x.Path); kind != nil {
		return Created{kind, kind.collection(x.Path)}
	}
	return Created{}
}

// CalledAt is the kind that requests below a path name, nil if there is none.
func (all Kinds) CalledAt(collection string) *Kind {
	for _, k := range all {
		if matched(k.CalledAt, collection) != "" {
			return k
		}
	}
	return nil
}
