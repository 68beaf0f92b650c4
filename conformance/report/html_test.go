package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

func parsePage(t *testing.T, r *Report) *html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(written(t, "html", r)))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func elements(root *html.Node) []*html.Node {
	var out []*html.Node
	for node := range root.Descendants() {
		if node.Type == html.ElementNode {
			out = append(out, node)
		}
	}
	return out
}

func attribute(node *html.Node, name string) string {
	for _, attr := range node.Attr {
		if attr.Key == name {
			return attr.Val
		}
	}
	return ""
}

func hasClass(node *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(node, "class")), class)
}

func textOf(node *html.Node) string {
	var out strings.Builder
	for child := range node.Descendants() {
		if child.Type == html.TextNode {
			out.WriteString(child.Data)
		}
	}
	return out.String()
}

var (
	allowedElements = strings.Fields(`html head meta link title style body a header p h1 main section h2 ul li strong span dl div dt dd
		nav h3 pre table thead tbody tr th td form label input select option fieldset legend button details summary ol b i h4 footer script`)
	allowedAttributes = strings.Fields(`lang charset http-equiv content name rel href class id aria-labelledby aria-label data-outcome
		data-operations tabindex role scope title hidden type placeholder autocomplete value checked open`)
)

func TestThePageRunsNothingThatTheTargetSent(t *testing.T) {
	t.Parallel()
	for name, r := range reports() {
		counts := map[string]int{}
		for _, node := range elements(parsePage(t, r)) {
			counts[node.Data]++
			if !slices.Contains(allowedElements, node.Data) {
				t.Errorf("%s: unexpected element %s", name, node.Data)
			}
			for _, attr := range node.Attr {
				if !slices.Contains(allowedAttributes, attr.Key) {
					t.Errorf("%s: %s has the unexpected attribute %s", name, node.Data, attr.Key)
				}
				if attr.Key == "href" && !strings.HasPrefix(attr.Val, "#") && attr.Val != "data:," {
					t.Errorf("%s: a link leads to %s", name, attr.Val)
				}
			}
		}
		for _, once := range []string{"script", "style", "title", "link"} {
			if counts[once] != 1 {
				t.Errorf("%s: %d elements %s, want 1", name, counts[once], once)
			}
		}
	}
}

func TestThePolicyAllowsThePagesOwnScriptAndStyleOnly(t *testing.T) {
	t.Parallel()
	policy, want := "", "default-src 'none'"
	for _, node := range elements(parsePage(t, sample())) {
		switch {
		case attribute(node, "http-equiv") == "Content-Security-Policy":
			policy = attribute(node, "content")
		case node.Data == "style" || node.Data == "script":
			want += fmt.Sprintf("; %s-src '%s'", node.Data, digest(textOf(node)))
		}
	}
	want += "; img-src data:; base-uri 'none'; form-action 'none'"
	if policy != want {
		t.Errorf("got  %s\nwant %s", policy, want)
	}
}

func TestThePageTellsFailuresFirst(t *testing.T) {
	t.Parallel()
	r := sample()
	root := parsePage(t, r)
	var found, scenarios []*html.Node
	cells := map[string]int{}
	for _, node := range elements(root) {
		switch {
		case hasClass(node, "finding"):
			found = append(found, node)
			if len(scenarios) > 0 {
				t.Error("a failure comes after the scenarios")
			}
		case hasClass(node, "scenario"):
			scenarios = append(scenarios, node)
		case node.Data == "td" && hasClass(node, "cell"):
			for _, state := range []string{"seen", "unseen", "undocumented", "none"} {
				if hasClass(node, state) {
					cells[state]++
				}
			}
		}
	}
	if len(found) != 4 || len(scenarios) != len(r.Scenarios) {
		t.Errorf("%d failures and %d scenarios", len(found), len(scenarios))
	}
	for _, want := range []string{"getSignalEndpointTokens", "there is no value at", "/signalEndpointTokens/0/token", "documented: API reference", "curl -H", "8.1.0 and earlier"} {
		if !strings.Contains(textOf(found[0]), want) {
			t.Errorf("the first failure does not show %q", want)
		}
	}
	if cells["seen"] != 4 || cells["unseen"] != 2 || cells["undocumented"] != 1 || cells["none"] != 3*6-7 {
		t.Errorf("cells: %v", cells)
	}
	counts := map[string]int{}
	for _, scenario := range scenarios {
		counts[attribute(scenario, "data-outcome")]++
	}
	for _, outcome := range outcomes() {
		if counts[string(outcome)] != *r.Summary.count(outcome) {
			t.Errorf("%d scenarios are shown as %s", counts[string(outcome)], outcome)
		}
	}
}

// TestEveryLinkOfThePageLeadsSomewhere checks that every link within a page has one target.
func TestEveryLinkOfThePageLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for name, r := range reports() {
		ids := map[string]int{}
		var links []string
		for _, node := range elements(parsePage(t, r)) {
			if id := attribute(node, "id"); id != "" {
				ids[id]++
			}
			if href := attribute(node, "href"); strings.HasPrefix(href, "#") {
				links = append(links, href[1:])
			}
		}
		for _, link := range links {
			if ids[link] != 1 {
				t.Errorf("%s: %d elements with the id %s, want 1", name, ids[link], link)
			}
		}
	}
}

func TestABodyThatIsNestedDeeplyStaysOnOneLine(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		strings.Repeat("[", 8000) + strings.Repeat("]", 8000): strings.Repeat("[", 8000) + strings.Repeat("]", 8000),
		`{"a":["}"]}`: "{\n  \"a\": [\n    \"}\"\n  ]\n}",
	} {
		if got := pageBody(body); got != want {
			t.Errorf("got %.100s, want %.100s", got, want)
		}
	}
}

func TestThePageBoundsWhatItShows(t *testing.T) {
	t.Parallel()
	r := proxied()
	quiet := Exchange{Request: traffic.RecordRequest{Method: "GET", URL: "/health"}, Response: traffic.RecordResponse{Status: 200, Body: strings.Repeat("a", 2*htmlBody)}}
	for range htmlExchanges + 10 {
		r.Scenarios[0].Exchanges = append(r.Scenarios[0].Exchanges, quiet)
	}
	loud := quiet
	loud.Violations = []traffic.RecordViolation{{Direction: "response", In: "status", Reason: "is not documented"}}
	r.Scenarios[0].Exchanges = append(r.Scenarios[0].Exchanges, loud)
	text := textOf(parsePage(t, r))
	for want, times := range map[string]int{
		"10 more exchanges not shown":               1,
		"response status: is not documented":        1,
		fmt.Sprintf("a… (%d bytes more)", htmlBody): htmlExchanges + 1,
		strings.Repeat("a", htmlBody) + "a":         0,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("%.40q occurs %d times, want %d", want, got, times)
		}
	}
}
