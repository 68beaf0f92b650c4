package drift

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel"
	low "github.com/pb33f/libopenapi/datamodel/low/v3"
	"github.com/pb33f/libopenapi/what-changed/model"

	"github.com/unleash-mock/unleash-mock/spec"
)

// comparison compares a contract with a document.
type comparison struct {
	contract    *spec.Contract
	left, right *document
	options     Options
}

// pair is an operation that both documents have, in the form in which it is compared.
type pair struct {
	finder
	operation   *spec.Operation
	left, right *yaml.Node
}

// counterpart returns the target's operation that matches one of the contract's, or nil.
func (c *comparison) counterpart(o *spec.Operation) *operation {
	return c.right.operations[wireKey(o.Method, o.Path)]
}

// edition returns the edition given in the options. Without one, a target whose document has
// no Enterprise operation is taken to be open-source.
func (c *comparison) edition() spec.Edition {
	if c.options.Edition != "" {
		return c.options.Edition
	}
	for _, o := range c.contract.Operations() {
		if o.Edition == spec.Enterprise && c.counterpart(o) != nil {
			return spec.Enterprise
		}
	}
	return spec.OpenSource
}

// operations compares the contract's operations, then lists those that only the target has.
func (c *comparison) operations(edition spec.Edition) ([]Operation, error) {
	changes, err := c.changes()
	if err != nil {
		return nil, err
	}
	var out []Operation
	for _, o := range c.contract.Operations() {
		compared := Operation{ID: o.ID, Method: o.Method, Path: o.Path, Changes: changes[o.ID]}
		if compared.Changes == nil {
			compared.Changes = []Change{}
		}
		switch {
		case c.counterpart(o) != nil:
			compared.State = stateOf(compared.Changes)
		case edition == spec.OpenSource && o.Edition == spec.Enterprise:
			compared.State = Absent
		default:
			compared.State = Missing
		}
		out = append(out, compared)
	}
	return append(out, c.added()...), nil
}

func stateOf(changes []Change) State {
	if slices.ContainsFunc(changes, func(change Change) bool { return change.Verdict != Beyond }) {
		return Changed
	}
	return Equal
}

// added lists the target's operations that the contract does not have. It includes only those
// with one of the contract's tags, unless the whole document is compared.
func (c *comparison) added() []Operation {
	known, tags := map[string]bool{}, map[string]bool{}
	for _, o := range c.contract.Operations() {
		known[wireKey(o.Method, o.Path)] = true
		for _, tag := range o.Tags {
			tags[tag] = true
		}
	}
	inScope := map[*yaml.Node]bool{} // paths may share an operation, by a reference
	var out []Operation
	for _, key := range c.right.order {
		o := c.right.operations[key]
		if _, seen := inScope[o.node]; !seen {
			own := c.right.field(o.node, "tags")
			inScope[o.node] = c.options.WholeDocument || own != nil && slices.ContainsFunc(own.Content, func(tag *yaml.Node) bool { return tags[tag.Value] })
		}
		if !known[key] && inScope[o.node] {
			out = append(out, Operation{ID: o.id, Method: o.method, Path: o.path, State: Added, Changes: []Change{}})
		}
	}
	return out
}

// maxChanges limits how many differences are listed.
const maxChanges = 50_000

// changes compares the operations that both sides have, and returns the changes by the
// contract's operationId. It copies one operation at a time to save memory.
func (c *comparison) changes() (map[string][]Change, error) {
	out, total := map[string][]Change{}, 0
	lefts := &cleaner{document: c.left, inline: true}
	rights := &cleaner{document: c.right, inline: true}
	for _, o := range c.contract.Operations() {
		right := c.counterpart(o)
		if right == nil {
			continue
		}
		left := c.left.operations[wireKey(o.Method, o.Path)]
		names := pathParameters(o.Path)
		p := pair{finder: finder{}, operation: o, left: lefts.operation(left, names), right: rights.operation(right, names)}
		changes := compareSecurity(lefts.security(left), rights.security(right))
		alignStatuses(p.left, p.right, p.isUnsure)
		if lefts.tooLarge() || rights.tooLarge() || max(count(0, p.left), count(0, p.right)) > maxNodes {
			return nil, fmt.Errorf("%s %s has more than %d parts, including what it refers to", o.Method, o.Path, maxNodes)
		}
		tellApart(p.left, p.right)
		if !same(p.left, p.right) { // most are equal, and the library is slow
			more, err := c.differences(p)
			if err != nil {
				return nil, err
			}
			changes = append(changes, more...)
		}
		if total += len(changes); total > maxChanges {
			return nil, fmt.Errorf("the document differs from the contract in more than %d places", maxChanges)
		}
		slices.SortStableFunc(changes, compareChanges)
		if c.contract == spec.Default() {
			changes = withoutKnown(o.ID, changes)
		}
		if len(changes) > 0 {
			out[o.ID] = changes
		}
	}
	return out, nil
}

// differences returns the differences of one operation, as the library finds them.
func (c *comparison) differences(p pair) ([]Change, error) {
	many := forms{finder: p.finder}
	left, right := many.remove(p.left, p.right, "")
	found, err := diff(skeleton(p, left), skeleton(p, right))
	if err != nil {
		return nil, err
	}
	prefix := "/" + jsonpointer.Escape(p.operation.Path) + "/" + strings.ToLower(p.operation.Method)
	own := many.removed
	if found == nil {
		return c.verdicts(p, own), nil
	}
	for _, change := range walk(found.PathsChanges, "") {
		if rest, inside := strings.CutPrefix(change.pointer, prefix); inside && (rest == "" || rest[0] == '/') {
			change.pointer = rest
			own = append(own, change)
		}
	}
	return c.verdicts(p, own), nil
}

// verdicts judges the changes of one operation. All changes inside one error response may be
// combined into one.
func (c *comparison) verdicts(p pair, found []located) []Change {
	bodies := newErrorBodies(c.left, p)
	judged := map[int]bool{}
	var out []Change
	for _, change := range found {
		status, isError := change.isError()
		if !isError {
			out = append(out, p.judge(change))
			continue
		}
		whole, is := bodies.judge(status)
		switch {
		case !is:
			out = append(out, p.judge(change))
		case !judged[status]:
			judged[status] = true
			out = append(out, whole)
		}
	}
	return out
}

func compareChanges(a, b Change) int {
	return cmp.Or(
		strings.Compare(a.Pointer, b.Pointer),
		strings.Compare(string(a.Kind), string(b.Kind)),
		strings.Compare(a.Contract+a.Target, b.Contract+b.Target),
	)
}

// skeleton returns a document that contains only one operation.
func skeleton(p pair, operation *yaml.Node) *yaml.Node {
	paths, item := mapping(), mapping()
	set(item, strings.ToLower(p.operation.Method), operation)
	set(paths, p.operation.Path, item)
	return framed("paths", paths)
}

// framed wraps a part of a document to make a complete document.
func framed(name string, part *yaml.Node) *yaml.Node {
	root, info := mapping(), mapping()
	set(info, "title", scalar("part"))
	set(info, "version", scalar("0"))
	set(root, "openapi", scalar("3.0.3"))
	set(root, "info", info)
	set(root, name, part)
	return root
}

// diff returns what changed according to the library, or nil if nothing did.
func diff(left, right *yaml.Node) (*model.DocumentChanges, error) {
	var documents [2]*low.Document
	for i, root := range []*yaml.Node{left, right} {
		source, err := yaml.Marshal(root)
		if err != nil {
			return nil, fmt.Errorf("writing a part of the %s: %w", sides[i], err)
		}
		if documents[i], err = modelOf(source); err != nil {
			return nil, fmt.Errorf("reading the %s: %w", sides[i], err)
		}
	}
	return model.CompareDocuments(documents[0], documents[1]), nil
}

func modelOf(source []byte) (*low.Document, error) {
	config := datamodel.NewDocumentConfiguration()
	config.Logger = slog.New(slog.DiscardHandler) // the error says the same
	info, err := datamodel.ExtractSpecInfoWithConfig(source, config)
	if err != nil {
		return nil, err
	}
	return low.CreateDocumentFromConfig(info, config)
}

var sides = [2]string{"contract", "target's document"}

// surroundings compares everything outside the operations.
func (c *comparison) surroundings() ([]Change, error) {
	var parts [2]*yaml.Node
	for i, d := range []*document{c.left, c.right} {
		cleaner := &cleaner{document: d}
		root := mapping()
		for key, value := range fields(d.root) {
			if key != "paths" && key != "info" {
				set(root, key, cleaner.clean(value, false))
			}
		}
		info := mapping()
		for key, value := range fields(field(d.root, "info")) {
			if key == "title" || key == "version" {
				set(info, key, value)
			}
		}
		set(root, "info", info)
		set(root, "paths", mapping())
		parts[i] = root
	}
	found, err := diff(parts[0], parts[1])
	if err != nil || found == nil {
		return nil, err
	}
	var out []Change
	for _, change := range walk(found, "") {
		out = append(out, change.describe(Compatible, "it is outside the contract's operations"))
	}
	slices.SortStableFunc(out, compareChanges)
	return out, nil
}
