package spec

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// The extensions of the document that the product reads.
const (
	extensionPermission  = "x-unleash-permission"
	extensionProject     = "x-unleash-project"
	extensionEnvironment = "x-unleash-environment"
	extensionEdition     = "x-unleash-edition"
	extensionContentType = "x-unleash-accepts-any-content-type"
	extensionAllow       = "x-unleash-allow"
	extensionStanding    = "x-unleash-standing"
	extensionEmpty       = "x-unleash-may-be-empty"
	extensionMode        = "x-unleash-mock-mode"
)

// index reads what is needed to start: how each operation is addressed, and who may use it. ours is as
// for read.
func (c *Contract) index(ours *Contract) error {
	var version text
	var swagger string
	var info struct{ Title, Version text }
	reader := indexer{Contract: c, items: map[string]item{}}
	if ours != nil {
		reader.references = c.document.References()
	}
	var paths, components []byte
	for name, value := range document.Members(c.document.Text()) {
		switch name {
		case "openapi":
			if err := decode(value, &version); err != nil {
				return fmt.Errorf("openapi: %w", err)
			}
		case "swagger":
			swagger = strings.Trim(string(value), `"`)
		case "info":
			_ = decode(value, &info) // without a title or version, the document can be used
		case "security":
			reader.insecure = decode(value, &reader.security)
		case "paths":
			paths = value
		case "components":
			components = value
		}
	}
	c.title, c.version = string(info.Title), string(info.Version)
	switch {
	case swagger != "":
		return fmt.Errorf("it is a Swagger %.3s document; convert it to OpenAPI 3", swagger)
	case version == "":
		return errors.New(`it is not an OpenAPI document: it has no "openapi" with a version`)
	}
	if err := c.schemas.open(c.document, string(version)); err != nil {
		return err
	}
	reader.readSchemes(components)
	read, err := reader.readPaths(paths)
	if err != nil {
		return err
	}
	c.foreign = ours != nil && !slices.ContainsFunc(read, func(path *Path) bool { return slices.ContainsFunc(path.Operations, ours.isOurs) })
	c.tree = &node{exact: c.foreign}
	for _, path := range read {
		reader.join(path)
	}
	slices.SortStableFunc(c.problems, func(a, b openapi.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	return nil
}

// Each operation takes a kilobyte or two, however short it is written.
const (
	maxOperations = 100_000
	// maxRepeated is how many bytes of other paths all paths may refer to.
	maxRepeated = 16 << 20
)

// indexer reads the paths of a document. It records what cannot be used as problems.
type indexer struct {
	*Contract
	security   requirements // of the whole document
	insecure   error        // why they cannot be read
	schemes    map[string]scheme
	references *document.References // finds those that lead nowhere; nil for an embedded document
	repeated   int                  // bytes of other paths that paths have referred to
	items      map[string]item      // that paths refer to, by reference
}

// item is a path item, or the reason why a reference to it cannot be followed.
type item struct {
	text []byte
	err  error
}

// readPaths reads the paths that can be used.
func (x *indexer) readPaths(paths []byte) (read []*Path, err error) {
	operations := 0
	for template, item := range document.Members(paths) {
		if strings.HasPrefix(strings.ToLower(template), "x-") {
			continue
		}
		operations++ // or the reason why the path cannot be used
		if path := x.readPath(template, item); path != nil {
			read = append(read, path)
			operations += len(path.Operations) - 1
		}
		if operations > maxOperations {
			return nil, fmt.Errorf("it has more than %d paths or operations", maxOperations)
		}
	}
	return read, nil
}

// scheme is a security scheme, or the reason why no request can satisfy it.
type scheme struct {
	*openapi.Scheme
	err error
}

// readSchemes reads the security schemes.
func (x *indexer) readSchemes(components []byte) {
	x.schemes = map[string]scheme{}
	for name, written := range document.Members(document.Member(components, "securitySchemes")) {
		read := &openapi.Scheme{}
		found, err := x.document.Resolve(written)
		if err == nil {
			err = decode(found, read)
		}
		x.schemes[name] = scheme{read, cmp.Or(err, schemeProblem(read))}
	}
}

// readPath reads a path and its operations; it returns nil for a path that cannot be used.
func (x *indexer) readPath(template string, written []byte) *Path {
	fail := func(line int, err error) {
		file, line := x.document.Place(line)
		x.problems = append(x.problems, openapi.Problem{Path: template, File: file, Line: line, Reason: err.Error()})
	}
	item, err := x.resolve(written)
	if err != nil {
		fail(x.document.Line(written), err)
		return nil
	}
	if !strings.HasPrefix(template, "/") {
		fail(x.document.Line(written), errors.New("the path does not begin with a slash"))
		return nil
	}
	if strings.ContainsAny(template, "?#") {
		fail(x.document.Line(written), errors.New("no request has this path: a path ends before its query or fragment"))
		return nil
	}
	if item[0] != '{' {
		fail(x.document.Line(written), errors.New("the path is not an object"))
		return nil
	}
	isElsewhere := &item[0] != &written[0]
	if isElsewhere {
		if x.repeated += len(item); x.repeated > maxRepeated {
			fail(x.document.Line(written), fmt.Errorf("the paths up to here refer to more than %d MiB of other paths", maxRepeated>>20))
			return nil
		}
	}
	path := &Path{Template: template, byMethod: map[string]*Operation{}}
	x.readOperations(path, item, written)
	if isElsewhere { // there may be more next to the reference
		x.readOperations(path, written, item)
	}
	return path
}

// resolve returns the path item that one refers to, which it looks for once for all of them, or else the given one.
func (x *indexer) resolve(written []byte) ([]byte, error) {
	reference := string(document.Member(written, "$ref"))
	if reference == "" {
		return written, nil
	}
	known, is := x.items[reference]
	if !is {
		known.text, known.err = x.document.Resolve(written)
		x.items[reference] = known
	}
	return known.text, known.err
}

// readOperations reads the operations in a part of a path. Without parameters of its own, the part has
// those of the other part.
func (x *indexer) readOperations(path *Path, part, other []byte) {
	parameters := document.Member(part, "parameters")
	if parameters == nil {
		parameters = document.Member(other, "parameters")
	}
	methods := openapi.Methods()
	for name, value := range document.Members(part) {
		if !slices.Contains(methods, name) {
			continue
		}
		operation := &Operation{Method: strings.ToUpper(name), Path: path.Template, contract: x.Contract, text: value, shared: parameters}
		if value[0] != '{' {
			x.complain(operation, errors.New("the operation is not an object"), false)
			continue
		}
		err := x.read(operation)
		if err == nil && path.byMethod[operation.Method] != nil {
			err = errors.New("the path has this method next to its reference and behind it")
		}
		if err != nil {
			x.complain(operation, err, false)
			continue
		}
		path.add(operation)
	}
}

// read reads the head of an operation, and checks that its references can be followed.
func (x *indexer) read(operation *Operation) error {
	access, err := operation.readHead()
	if err != nil {
		return err
	}
	if access.security == nil {
		if x.insecure != nil {
			return fmt.Errorf("the document's security: %w", x.insecure)
		}
		access.security = x.security
	}
	if err := operation.admit(access, x.schemes); err != nil {
		return err
	}
	if x.references != nil {
		found, unused := x.references.Check(operation.text, operation.shared)
		if found != nil {
			return found
		}
		if unused != nil {
			x.complain(operation, unused, true)
		}
	}
	if access.ignored != nil {
		x.complain(operation, access.ignored, true)
	}
	return nil
}

// join adds a path with its operations. Some documents have the same path twice, with different
// names of parameters and different methods.
func (x *indexer) join(path *Path) {
	known := x.tree.at(path.Template)
	if known.path == nil {
		known.path = &Path{Template: path.Template, byMethod: map[string]*Operation{}}
		x.paths = append(x.paths, known.path)
	}
	for _, operation := range path.Operations {
		if other := known.path.byMethod[operation.Method]; other != nil {
			x.complain(operation, fmt.Errorf("the paths %s and %s are the same", other.Path, path.Template), false)
			continue
		}
		switch other := x.byID[operation.ID]; {
		case operation.ID == "":
			x.complain(operation, errors.New("the operation has no operationId"), true)
		case other != nil:
			x.complain(operation, fmt.Errorf("the operationId is taken by %s %s", other.Method, other.Path), true)
		}
		x.include(known.path, operation)
	}
}

// include adds an operation to a path. If it has no operationId, or one that is taken, its method
// and path become its ID.
func (c *Contract) include(path *Path, operation *Operation) {
	operation.Handler = operation.ID
	if operation.ID == "" || c.byID[operation.ID] != nil {
		operation.ID = operation.Method + " " + operation.Path
	}
	path.add(operation)
	c.byID[operation.ID] = operation
	c.operations = append(c.operations, operation)
}

// complain records a problem with an operation, and whether the operation is used anyway.
func (c *Contract) complain(operation *Operation, err error, used bool) {
	c.problems = append(c.problems, c.wrong(operation, err))
	c.problems[len(c.problems)-1].Used = used
}

// readHead reads what the document says about the operation itself: its id, summary, tags, security
// and extensions.
func (o *Operation) readHead() (access, error) {
	var a access
	for name, value := range document.Members(o.text) {
		var into any
		switch name {
		case "operationId":
			into = (*text)(&o.ID)
		case "summary":
			into = (*text)(&o.Summary)
		case "tags":
			into = (*texts)(&o.Tags)
		case "security":
			into = &a.security
		case extensionPermission:
			into = &o.Permissions
		case extensionProject:
			into = &a.project
		case extensionEnvironment:
			into = &a.environment
		case extensionEdition:
			into = &o.Edition
		case extensionMode:
			into = &o.Mode
		case extensionContentType:
			into = &o.AcceptsAnyContentType
		case extensionAllow:
			into = &o.allow
		default:
			continue
		}
		err := decode(value, into)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		switch name {
		case "operationId", "summary", "tags": // without these, the operation can be used
			a.ignored = cmp.Or(a.ignored, err)
			err = nil
		}
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

// text is a string of a document. Without its quotes, YAML has a number or a truth value instead.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(value []byte) error {
	if strings.IndexByte(`"{[n`, value[0]) < 0 {
		*t = text(value)
		return nil
	}
	return json.Unmarshal(value, (*string)(t))
}

// texts are a list of such strings.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(value []byte) error {
	var list []text
	err := json.Unmarshal(value, &list)
	for _, one := range list {
		*t = append(*t, string(one))
	}
	return err
}

// decode reads a value of the document.
func decode(value []byte, into any) error {
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(value, into)
	if errors.As(err, &mistyped) {
		return fmt.Errorf("it has the wrong type, %s", mistyped.Value)
	}
	return err
}

// wrong turns an error about an operation into a problem that says where the operation is.
func (c *Contract) wrong(operation *Operation, err error) openapi.Problem {
	line := c.document.Line(operation.text)
	var dangling *document.Dangling
	if errors.As(err, &dangling) {
		line = dangling.Line
	}
	file, line := c.document.Place(line)
	return openapi.Problem{Method: operation.Method, Path: operation.Path, Operation: operation.ID, File: file, Line: line, Reason: err.Error()}
}
