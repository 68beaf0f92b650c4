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

// Kind is a kind of thing that the suite creates on a target, and how the target lists those
// that exist.
type Kind struct {
	Name string // as reports call it
	// Path is the collection where one is created. A * in it stands for the id of the parent.
	Path string
	// CalledAt lists paths below which requests use the name instead of the id.
	CalledAt []string
	// Named is true if the name is the id. The name then shows who owns the thing, and no
	// list is needed.
	Named bool
	// IDAt is the JSON pointer of the id in a response if the id is a string. It is empty if
	// the id is the number at /id.
	IDAt string
	// Also lists other paths where one is created.
	Also []string
	// Bin is the kind that a removed thing becomes, to be removed for good at the end of the
	// run. It is nil if removal is final.
	Bin *Kind
	// Settling is how long to leave a target alone before removing one that was in a bin.
	Settling time.Duration
	// Attached is true if it is removed together with its parent. It belongs to the run if
	// the parent's name in the path does.
	Attached bool
	// List is the path that lists all; if empty, the collection itself does. Key is the JSON
	// pointer of the list in that response. Label is the pointer of the name in each entry.
	List, Key, Label string
	// PathOf returns the path of an entry's own collection, if the entries of a list are not
	// all at Path. It returns an empty string if the entry does not say.
	PathOf func(entry any) string
	// Instead is a path that lists all at Path, for a target that does not have List.
	Instead string
	// Paged is true if the target shows part of the list and its total, and the rest by
	// offset.
	Paged bool
	// Read reads a list that is too complex for Key and Label.
	Read func(answer any) []Thing
	// Fitted is true if names may have a prefix before the run's own name, where a project
	// requires one.
	Fitted bool
	// Swept is true if the admin can list all of them. Others are removed together with their
	// parents.
	Swept bool
	// Counted is true if the target limits how many there may be.
	Counted bool
	// Limit is the name of that limit among those that a target reports. It is empty if a probe
	// finds out. Total is a path whose answer counts what exists; if empty, List lists it all.
	Limit, Total string
}

// Thing is something that exists on the target.
type Thing struct {
	Kind    *Kind
	Path    string    // of the collection
	ID      string    // as JSON
	Name    string    // empty if it has no name
	Created time.Time // zero if the target does not say
}

// plainID matches a numeric id that may go into a path.
var plainID = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// IsID reports whether a text has the form of a numeric id.
func IsID(text string) bool { return plainID.MatchString(text) }

// segment matches what may be a single segment of a path: an id, a name, a day, or the secret
// of an API token.
var segment = regexp.MustCompile(`^([A-Za-z0-9_~-][A-Za-z0-9_.~-]*|([A-Za-z0-9_.~-]+|\*|\[\]):([A-Za-z0-9_.~-]+|\*)\.[A-Za-z0-9]+)$`)

// IsSegment reports whether a text from a target may be put into a path. Such a text cannot
// lead anywhere else, however servers and proxies interpret it.
func IsSegment(text string) bool { return segment.MatchString(text) }

// isAt reports whether things of the kind are created at a path.
func (k *Kind) isAt(path string) bool { return k.collection(path) != "" }

// collection returns a path in the kind's own spelling, except for the names in it, which are
// case-sensitive. It returns an empty string if nothing of the kind is created there.
func (k *Kind) collection(path string) string {
	return matched(append([]string{k.Path}, k.Also...), path)
}

// matched returns a path in the spelling of the first pattern that it matches, except for the
// parts that stars stand for. It returns an empty string if it matches none.
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

// isID reports whether a text has the form of the kind's ids.
func (k *Kind) isID(text string) bool {
	switch {
	case k.Named:
		return isName(text)
	case k.IDAt != "", k.Attached:
		return IsSegment(text)
	}
	return IsID(text)
}

// isName reports whether a text, once escaped, is a single segment of a path, and stays below
// the path before it even if something on the way unescapes it. Runs try names that targets
// should refuse, and then have to remove what has such a name.
func isName(text string) bool {
	return path.Clean("/"+text) == "/"+text && text != "" && !strings.ContainsAny(text, `\%`)
}

// isPlain reports whether a path consists of such segments only.
func isPlain(path string) bool {
	below, rooted := strings.CutPrefix(path, "/")
	return rooted && !slices.ContainsFunc(strings.Split(below, "/"), func(part string) bool { return !IsSegment(part) })
}

// at returns the path of a thing. It returns an empty string if what the target says about it
// cannot make a path.
func (t Thing) at() string {
	if !t.Kind.isID(t.ID) || !isPlain(t.Path) {
		return ""
	}
	return t.Path + "/" + url.PathEscape(t.ID)
}

// isListed reports whether the list at a path shows things of the kind.
func (k *Kind) isListed(path string) bool {
	return k.List == path || k.List == "" && k.isAt(path)
}

// Things returns the things that a response lists. isList is false if it is not such a list.
func (k *Kind) Things(answer any) (all []Thing, isList bool) {
	if jsonvalue.List(answer, k.Key) == nil {
		return nil, false
	}
	if k.Read != nil {
		return k.Read(answer), true
	}
	return k.Entries(answer, k.Key, k.Path), true
}

// Entries returns the things of a collection from the list at a pointer in a response.
func (k *Kind) Entries(answer any, key, collection string) []Thing {
	var all []Thing
	for _, entry := range jsonvalue.List(answer, key) {
		name := jsonvalue.String(entry, k.Label)
		created, _ := time.Parse(time.RFC3339, jsonvalue.String(entry, "/createdAt"))
		at := collection
		if k.PathOf != nil {
			at = cmp.Or(k.PathOf(entry), collection)
		}
		all = append(all, Thing{k, at, k.idOf(entry, name), name, created})
	}
	return all
}

// idOf returns the id of an entry: the name of a named kind, the text of a string id, or
// otherwise JSON.
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

// listed asks the target for what exists in a collection, page by page if it shows only
// parts. x is the last exchange, or nil if no response came.
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

// Existing counts what exists on the target. It returns false if the target does not say.
func (k *Kind) Existing(ctx context.Context, c *target.Client, admin string) (int, bool) {
	x, err := c.Get(ctx, cmp.Or(k.Total, k.List), target.Authorized(admin))
	if err != nil || x.Status != http.StatusOK {
		return 0, false
	}
	if k.Total != "" {
		total, err := strconv.Atoi(jsonvalue.Text(x.At("/total")))
		return total, err == nil
	}
	all, isList := k.Things(x.Value)
	return len(all), isList
}

// maxListed is how many things of a kind are listed at once. A sweep asks again.
const maxListed = 10_000

// Kinds are all kinds that the suite creates.
type Kinds []*Kind

// at returns the kind of what is created at a path, or nil if the suite creates nothing
// there.
func (all Kinds) at(collection string) *Kind {
	for _, k := range all {
		if k.isAt(collection) {
			return k
		}
	}
	return nil
}

// Created says what an exchange created, according to the target: its kind and where.
type Created struct {
	Kind       *Kind // nil if it created nothing that the suite knows
	Collection string
}

// CreatedBy returns what an exchange created. It returns the zero value if the exchange is
// nil or did not succeed.
func (all Kinds) CreatedBy(x *target.Exchange) Created {
	if x == nil || x.Method != http.MethodPost || !x.Succeeded() {
		return Created{}
	}
	if kind := all.at(x.Path); kind != nil {
		return Created{kind, kind.collection(x.Path)}
	}
	return Created{}
}

// CalledAt returns the kind that requests below a path refer to by name, or nil.
func (all Kinds) CalledAt(collection string) *Kind {
	for _, k := range all {
		if matched(k.CalledAt, collection) != "" {
			return k
		}
	}
	return nil
}
