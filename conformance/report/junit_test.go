package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// element is a parsed XML element.
type element struct {
	Name     string
	Attrs    map[string]string
	Children []*element
	Text     string
}

// readXML parses a document and refuses anything but well-formed XML 1.0.
func readXML(text []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	root := &element{}
	stack := []*element{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			child := &element{Name: token.Name.Local, Attrs: map[string]string{}}
			for _, attr := range token.Attr {
				child.Attrs[attr.Name.Local] = attr.Value
			}
			top.Children = append(top.Children, child)
			stack = append(stack, child)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.Text += string(token)
		}
	}
	if len(root.Children) != 1 {
		return nil, fmt.Errorf("%d root elements", len(root.Children))
	}
	return root.Children[0], nil
}

// rule says what an element may contain.
type rule struct {
	required, optional []string // attributes
	children           []string
	text               bool
}

// rules are those of the strictest readers of JUnit XML.
var rules = map[string]rule{
	"testsuites": {required: []string{"name", "tests", "failures", "errors", "time"}, children: []string{"testsuite"}},
	"testsuite": {required: []string{"name", "tests", "failures", "errors", "skipped", "time"}, optional: []string{"timestamp", "file"},
		children: []string{"properties", "testcase", "system-out", "system-err"}},
	"properties": {children: []string{"property"}},
	"property":   {required: []string{"name", "value"}},
	"testcase":   {required: []string{"name", "classname", "time"}, children: []string{"failure", "error", "skipped", "system-out"}},
	"failure":    {required: []string{"type", "message"}, text: true},
	"error":      {required: []string{"type", "message"}, text: true},
	"skipped":    {required: []string{"message"}},
	"system-out": {text: true},
	"system-err": {text: true},
}

var (
	number    = regexp.MustCompile(`^[0-9]+$`)
	timing    = regexp.MustCompile(`^[0-9]+\.[0-9]{3}$`)
	timestamp = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`)
	forms     = map[string]*regexp.Regexp{"tests": number, "failures": number, "errors": number, "skipped": number, "time": timing, "timestamp": timestamp}
)

// check lists what breaks the rules in an element and its descendants.
func (e *element) check() []string {
	var out []string
	rule, known := rules[e.Name]
	if !known {
		return []string{"element " + e.Name}
	}
	for name, value := range e.Attrs {
		if !slices.Contains(rule.required, name) && !slices.Contains(rule.optional, name) {
			out = append(out, e.Name+" has the attribute "+name)
		}
		if form := forms[name]; form != nil && !form.MatchString(value) {
			out = append(out, fmt.Sprintf("%s/%s is %q", e.Name, name, value))
		}
		if strings.Contains(value, "\n") {
			out = append(out, e.Name+"/"+name+" has several lines")
		}
	}
	for _, name := range rule.required {
		if _, there := e.Attrs[name]; !there {
			out = append(out, e.Name+" lacks the attribute "+name)
		}
	}
	if !rule.text && strings.TrimSpace(e.Text) != "" {
		out = append(out, e.Name+" has text")
	}
	for _, child := range e.Children {
		if !slices.Contains(rule.children, child.Name) {
			out = append(out, child.Name+" in "+e.Name)
		}
		out = append(out, child.check()...)
	}
	return out
}

func (e *element) find(name string) []*element {
	var out []*element
	for _, child := range e.Children {
		if child.Name == name {
			out = append(out, child)
		}
		out = append(out, child.find(name)...)
	}
	return out
}

func TestJUnitKeepsTheRulesOfItsReaders(t *testing.T) {
	t.Parallel()
	for name, r := range reports() {
		root, err := readXML(written(t, "junit", r))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if root.Name != "testsuites" {
			t.Errorf("%s: the root is %s", name, root.Name)
		}
		for _, breach := range root.check() {
			t.Errorf("%s: %s", name, breach)
		}
	}
}

func TestTheRulesRefuseOtherXML(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`<testsuites name="a" tests="1" failures="0" errors="0" time="0.000" skipped="1"/>`,
		`<testsuites name="a" tests="one" failures="0" errors="0" time="0.000"/>`,
		`<testsuites name="a" tests="1" failures="0" errors="0"/>`,
		`<testsuites name="a" tests="1" failures="0" errors="0" time="0.000"><testcase name="a" classname="b" time="0.000"/></testsuites>`,
	} {
		root, err := readXML([]byte(text))
		if err != nil || len(root.check()) == 0 {
			t.Errorf("%s was accepted, or not parsed: %v", text, err)
		}
	}
}

func TestJUnitCountsWhatItHolds(t *testing.T) {
	t.Parallel()
	for name, r := range reports() {
		root, err := readXML(written(t, "junit", r))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(root.find("testcase")); got != len(r.Scenarios) {
			t.Errorf("%s: %d cases for %d scenarios", name, got, len(r.Scenarios))
		}
		for _, part := range append(root.find("testsuite"), root) {
			for attr, kind := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
				claimed, there := part.Attrs[attr]
				if got := strconv.Itoa(len(part.find(kind))); there && claimed != got {
					t.Errorf("%s: %s %q claims %s %s but contains %s", name, part.Name, part.Attrs["name"], claimed, attr, got)
				}
			}
		}
		if got := len(root.find("failure")); got != r.Summary.Failed {
			t.Errorf("%s: %d failures, want %d", name, got, r.Summary.Failed)
		}
		if got := len(root.find("error")); got != r.Summary.Errored {
			t.Errorf("%s: %d errors, want %d", name, got, r.Summary.Errored)
		}
		if got := len(root.find("skipped")); got != r.Summary.Skipped+r.Summary.Disabled {
			t.Errorf("%s: %d skipped, want %d", name, got, r.Summary.Skipped+r.Summary.Disabled)
		}
	}
}

func TestJUnitTellsWhatAPersonNeeds(t *testing.T) {
	t.Parallel()
	root, err := readXML(written(t, "junit", sample()))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, test := range root.find("testcase") {
		key := test.Attrs["classname"] + "\x00" + test.Attrs["name"]
		if seen[key] {
			t.Errorf("two cases are named %q", key)
		}
		seen[key] = true
		for _, skipped := range test.find("skipped") {
			if !regexp.MustCompile(`^(skipped|disabled): ..`).MatchString(skipped.Attrs["message"]) {
				t.Errorf("%s is skipped with the message %q", test.Attrs["name"], skipped.Attrs["message"])
			}
		}
	}
	failure := root.find("failure")[0]
	for _, want := range []string{"getSignalEndpointTokens", "/signalEndpointTokens/0/token", "features/tokens.feature:15", "documented: API reference", "curl -H", "body: is no date-time"} {
		if !strings.Contains(failure.Text, want) {
			t.Errorf("the failure does not show %q: %s", want, failure.Text)
		}
	}
	if left := root.find("system-err"); len(left) != 1 || !strings.Contains(left[0].Text, "/api/admin/signal-endpoints/1340") {
		t.Error("what was left behind is not reported")
	}
}
