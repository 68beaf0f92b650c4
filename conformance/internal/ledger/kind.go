package ledger

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"regexp"
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
	// CalledAt is a path below which requests give its name in the place of its id;
	// empty if there is none.
	CalledAt string
	// List is the path that shows all, Key where in that answer, as a JSON pointer,
	// and Label where in each entry its name is.
	List, Key, Label string
	// Read reads a list in the place of Key and Label, if it is not as plain as that.
	Read func(answer any) []Thing
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

// isAt reports whether things of the kind are made at a path.
func (k *Kind) isAt(collection string) bool {
	matches, err := path.Match(k.Path, collection)
	return err == nil && matches
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
		id, _ := jsonvalue.At(entry, "/id")
		name, _ := jsonvalue.At(entry, k.Label)
		text, _ := name.(string)
		created, _ := jsonvalue.At(entry, "/createdAt")
		moment, _ := time.Parse(time.RFC3339, fmt.Sprint(created))
		all = append(all, Thing{k, collection, jsonvalue.Text(id), text, moment})
	}
	return all
}

// listed asks the target what there is. The exchange is nil if no answer came.
func (k *Kind) listed(ctx context.Context, c *target.Client, credential http.Header) ([]Thing, *target.Exchange, error) {
	x, err := c.Get(ctx, k.List, credential)
	if err != nil {
		return nil, nil, fmt.Errorf("listing the %ss: %w", k.Name, err)
	}
	all, isList := k.Things(x.Value)
	if x.Status != http.StatusOK || !isList {
		return nil, x, fmt.Errorf("listing the %ss: %s", k.Name, x.Summary())
	}
	return all, x, nil
}

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

// CalledAt is the kind that requests below a path name, nil if there is none.
func (all Kinds) CalledAt(collection string) *Kind {
	for _, k := range all {
		if k.CalledAt != "" && k.CalledAt == collection {
			return k
		}
	}
	return nil
}
