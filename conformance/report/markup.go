package report

import (
	"io"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// markup returns the whole page. The components escape all texts and attributes, except for
// our own text in Raw.
func (p *page) markup() g.Node {
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(p.Policy)),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.Meta(h.Name("referrer"), h.Content("no-referrer")),
			h.Link(h.Rel("icon"), h.Href("data:,")),
			h.TitleEl(g.Text(p.Verdict+" – "+p.Target.URL)),
			h.StyleEl(g.Raw(pageStyle)),
		),
		h.Body(
			h.A(h.Class("skip"), h.Href("#main"), g.Text("Skip to the findings")),
			p.verdictMarkup(),
			h.Main(h.ID("main"),
				p.summaryMarkup(),
				g.If(len(p.Findings) > 0, p.failuresMarkup()),
				g.If(len(p.Allowed) > 0, p.allowedMarkup()),
				g.If(len(p.Cleanup) > 0, p.leftoversMarkup()),
				g.If(len(p.Matrix) > 0, p.matrixMarkup()),
				g.If(len(p.NotRun) > 0, p.notRunMarkup()),
				p.scenariosMarkup(),
			),
			h.Footer(h.P(g.Textf("Secrets are left out. Exit code %d.", p.ExitCode))),
			h.Script(g.Raw(pageScript)),
		),
	))
}

func (p *page) verdictMarkup() g.Node {
	link := func(shown bool, id, text string) g.Node {
		return g.If(shown, g.Group{h.A(h.Href("#"+id), g.Text(text)), space})
	}
	return h.Header(h.Class("verdict "+string(p.Level)),
		h.P(h.Class("product"), g.Text(p.Tool.Name+" "+p.Tool.Command)),
		h.H1(g.Text(p.Verdict)),
		h.P(h.Class("sub"), g.Text(p.Target.URL)),
		h.Nav(h.Aria("label", "Parts of the report"),
			link(len(p.Findings) > 0, "failures", "Failures"),
			link(len(p.Matrix) > 0, "matrix", "Operations"),
			link(len(p.NotRun) > 0, "notrun", "Not run"),
			link(true, "scenarios", "Scenarios"),
		),
	)
}

func (p *page) summaryMarkup() g.Node {
	item := func(class string, count int, label string) g.Node {
		return h.Li(h.Class("tile "+class), h.Strong(figure(count)), h.Span(g.Text(label)))
	}
	violations := "plain zero"
	if p.Summary.Violations > 0 {
		violations = "failed"
	}
	return h.Section(h.Aria("labelledby", "summary"),
		h.H2(h.ID("summary"), h.Class("quiet"), g.Text("Summary")),
		h.Ul(h.Class("tiles"),
			g.Map(p.Tiles, func(t tile) g.Node {
				class := string(t.Outcome)
				if t.Count == 0 {
					class += " zero"
				}
				return item(class, t.Count, string(t.Outcome))
			}),
			item("plain", p.Summary.Exchanges, "exchanges"),
			item(violations, p.Summary.Violations, "broke the contract"),
		),
		h.Dl(h.Class("about"), g.Map(p.About, func(f fact) g.Node {
			return h.Div(h.Dt(g.Text(f.Name)), h.Dd(g.Text(f.Value)))
		})),
	)
}

func (p *page) failuresMarkup() g.Node {
	opened := 0
	return section("failures", "Failures", len(p.Findings), g.Map(p.Findings, func(found pageFinding) g.Node {
		opened++
		return h.Details(h.Class("finding "+string(found.Scenario.Outcome)),
			h.Data("outcome", string(found.Scenario.Outcome)),
			h.Data("operations", found.Operation+" "+strings.Join(found.Scenario.Operations, " ")),
			g.If(opened <= htmlOpened, g.Attr("open")),
			h.Summary(h.H3(g.Text(oneLine(found.Scenario.Name))), space, h.Span(h.Class("in"), g.Text(found.Operation))),
			h.Dl(h.Class("facts"),
				factsMarkup(found.Failure),
				h.Div(h.Class("more"), h.Dt(), h.Dd(h.A(h.Href("#"+found.Anchor), g.Text("all exchanges of the scenario")))),
			),
		)
	}))
}

// factsMarkup returns what is known about a failure, as parts of a list.
func factsMarkup(f Failure) g.Node {
	return g.Map(f.facts(), func(one fact) g.Node {
		value := g.Text(one.Value)
		if one.Name == "repeat" {
			value = preformatted(value)
		}
		return h.Div(h.Class(slug(one.Name)), h.Dt(g.Text(one.Name)), h.Dd(value))
	})
}

func (p *page) allowedMarkup() g.Node {
	var list g.Group
	for _, one := range p.Allowed {
		list = append(list, h.Li(g.Text(plural.Of(one.Times, "time")+": "+one.What)))
	}
	return section("allowed", "Known differences of Unleash "+p.Target.Version, len(p.Allowed), h.Ul(list))
}

func (p *page) leftoversMarkup() g.Node {
	return section("cleanup", "Left behind", len(p.Cleanup), h.Ul(h.Class("plainlist"), g.Map(p.Cleanup, func(l Leftover) g.Node {
		return h.Li(g.Text(l.text()))
	})))
}

func (p *page) matrixMarkup() g.Node {
	head := func(class, text string) g.Node { return h.Th(h.Scope("col"), h.Class(class), g.Text(text)) }
	return h.Section(h.Aria("labelledby", "matrix"),
		h.H2(h.ID("matrix"), g.Text("Operations and statuses")),
		h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("labelledby", "matrix"), h.Table(
			h.THead(h.Tr(
				h.Th(h.Scope("col"), g.Text("Operation")), head("num", "passed"), head("num", "failed"),
				g.Map(p.Columns, func(status int) g.Node { return head("status", strconv.Itoa(status)) }),
			)),
			h.TBody(g.Map(p.Matrix, rowMarkup)),
		)),
		h.P(h.Class("legend"),
			h.Span(h.Class("cell seen"), g.Text("3")), g.Text(" times seen "),
			h.Span(h.Class("cell unseen"), g.Text("0")), g.Text(" documented, not seen "),
			h.Span(h.Class("cell undocumented"), g.Text("1!")), g.Text(" seen, not documented"),
		),
		h.P(h.Class("coverage"), g.Text(p.Coverage.text()+".")),
		g.If(len(p.Coverage.Unseen) > 0, h.Ul(h.Class("unseenlist"), g.Map(p.Coverage.Unseen, func(u unseen) g.Node {
			return h.Li(g.Text(u.text()))
		}))),
	)
}

func rowMarkup(row matrixRow) g.Node {
	scenarios := func(count int, outcome Outcome) g.Node {
		class := "num"
		if count > 0 {
			class += " " + string(outcome)
		}
		return h.Td(h.Class(class), figure(count))
	}
	return h.Tr(
		h.Th(h.Scope("row"), h.Span(h.Class("op"), g.Text(row.ID)), space, h.Span(h.Class("route"), g.Text(row.Method+" "+row.Path))),
		scenarios(row.Operation.Summary.Passed, Passed),
		scenarios(row.Operation.Summary.Failed, Failed),
		g.Map(row.Cells, func(c cell) g.Node {
			return h.Td(h.Class("cell "+c.State), g.If(c.Title != "", h.Title(c.Title)),
				g.If(c.State != "none", figure(c.Seen)), g.If(c.State == "undocumented", g.Text("!")))
		}),
	)
}

func (p *page) notRunMarkup() g.Node {
	return h.Section(h.Aria("labelledby", "notrun"),
		h.H2(h.ID("notrun"), g.Text("Not run")),
		h.Ul(h.Class("plainlist"), g.Map(p.NotRun, func(one group) g.Node {
			return h.Li(h.B(figure(len(one.Scenarios))), g.Text(" "+one.Name))
		})),
	)
}

func (p *page) scenariosMarkup() g.Node {
	return h.Section(h.Aria("labelledby", "scenarios"),
		h.H2(h.ID("scenarios"), g.Text("Scenarios "),
			h.Span(h.Class("count"), h.ID("shown"), h.Role("status"), figure(len(p.Report.Scenarios)))),
		p.filterMarkup(),
		g.If(len(p.Features) == 0, h.P(h.Class("empty"), g.Text("No scenario was run."))),
		g.Map(p.Features, func(f pageFeature) g.Node {
			return h.Section(h.Class("feature"),
				h.H3(g.Text(oneLine(f.Name)), g.If(f.File != "", g.Group{space, h.Span(h.Class("in"), g.Text(f.File))})),
				g.Map(f.Scenarios, pageScenario.markup),
			)
		}),
	)
}

// filterMarkup returns the form that filters the scenarios. The script makes it visible.
func (p *page) filterMarkup() g.Node {
	button := func(name, text string) g.Node { return h.Button(h.Type("button"), h.Name(name), g.Text(text)) }
	return h.Form(h.ID("filter"), h.Class("filter"), g.Attr("hidden"),
		h.Label(h.Class("text"), g.Text("Text "),
			h.Input(h.Type("search"), h.Name("text"), h.Placeholder("name, path, body…"), h.AutoComplete("off"))),
		h.Label(g.Text("Operation "), h.Select(h.Name("operation"),
			h.Option(h.Value(""), g.Text("all")),
			g.Map(p.Operations, func(o Operation) g.Node { return h.Option(g.Text(o.ID)) }),
		)),
		h.FieldSet(
			h.Legend(g.Text("Outcome")),
			g.Map(p.Tiles, func(t tile) g.Node {
				outcome := string(t.Outcome)
				return g.If(t.Count > 0, h.Label(h.Class("pick "+outcome),
					h.Input(h.Type("checkbox"), h.Name("outcome"), h.Value(outcome), h.Checked()),
					g.Text(" "+outcome+" "), h.Span(figure(t.Count))))
			}),
		),
		h.Span(h.Class("buttons"), button("open", "Open all"), space, button("close", "Close all")),
	)
}

// markup returns a scenario. It is built only when it is written, because a run has
// thousands.
func (s pageScenario) markup() g.Node {
	return g.NodeFunc(func(w io.Writer) error {
		outcome := string(s.Outcome)
		return h.Details(h.Class("scenario "+outcome), h.ID(s.Anchor),
			h.Data("outcome", outcome), h.Data("operations", strings.Join(s.Operations, " ")),
			h.Summary(h.Span(h.Class("badge "+outcome), g.Text(outcome)), space, h.Span(h.Class("name"), g.Text(oneLine(s.Name))), space,
				g.If(s.Duration != 0, h.Span(h.Class("took"), g.Text(length(s.Duration))))),
			h.Div(h.Class("inside"),
				s.tagsMarkup(),
				g.If(s.Reason != "", h.P(h.Class("reason"), g.Text(s.Reason))),
				g.Map(s.Found, func(f Failure) g.Node { return h.Dl(h.Class("facts boxed"), factsMarkup(f)) }),
				g.If(len(s.Steps) > 0, h.Ol(h.Class("steps"), g.Map(s.Steps, stepMarkup))),
				g.Map(s.Shown, exchangeMarkup),
				g.If(s.Hidden > 0, h.P(h.Class("in"), g.Text(plural.Of(s.Hidden, "more exchange")+" not shown; the JSON report has them all."))),
			),
		).Render(w)
	})
}

func (s pageScenario) tagsMarkup() g.Node {
	tag := func(class string) func(string) g.Node {
		return func(text string) g.Node { return g.Group{h.Span(h.Class(class), g.Text(text)), space} }
	}
	at := place(s.File, s.Line)
	return h.P(h.Class("tags"), g.Map(s.Operations, tag("tag op")), g.Map(plainTags(s.Tags), tag("tag")),
		g.If(at != "", h.Span(h.Class("in"), g.Text(at))))
}

func stepMarkup(step Step) g.Node {
	return h.Li(h.Class(string(step.Outcome)),
		h.Span(h.Class("mark"), h.Aria("label", string(step.Outcome))),
		h.Span(h.B(g.Text(step.Keyword)), g.Text(" "+step.Text), g.If(step.Message != "", h.Span(h.Class("message"), g.Text(step.Message)))),
	)
}

func exchangeMarkup(e Exchange) g.Node {
	class, status, first := "exchange", "–", "no answer"
	if len(e.Violations) > 0 {
		class += " failed"
	}
	if e.Response.Status != 0 {
		status = strconv.Itoa(e.Response.Status)
		first = status
	}
	return h.Details(h.Class(class),
		h.Summary(h.Span(h.Class("status s"+statusLevel(e.Response.Status)), g.Text(status)), space,
			h.Span(h.Class("method"), g.Text(e.Request.Method)), space,
			h.Span(h.Class("url"), g.Text(e.Request.URL)), space,
			h.Span(h.Class("took"), g.Text(length(e.Duration)))),
		g.Map(e.Violations, func(v traffic.RecordViolation) g.Node { return h.P(h.Class("violation"), g.Text(violationText(v))) }),
		h.Div(h.Class("pair"),
			h.Div(
				h.H4(g.Text("Request"), g.If(e.Operation != "", g.Group{space, h.Span(h.Class("tag op"), g.Text(e.Operation))})),
				messageMarkup(e.Request.Method+" "+e.Request.URL, e.Request.Header, e.Request.Body),
			),
			h.Div(
				h.H4(g.Text("Answer")),
				messageMarkup(first, e.Response.Header, e.Response.Body),
			),
		),
	)
}

// messageMarkup shows a message as in HTTP.
func messageMarkup(first string, headers traffic.RecordHeader, body string) g.Node {
	return preformatted(
		g.Text(first),
		g.Map(headers, func(one traffic.HeaderLine) g.Node {
			return g.Group{g.Text("\n"), h.I(g.Text(one.Name + ":")), g.Text(" " + one.Value)}
		}),
		g.If(body != "", g.Text("\n\n"+pageBody(body))),
	)
}

var space = g.Text(" ")

// preformatted text can be focused with the keyboard, since it may be wider than its place.
func preformatted(content ...g.Node) g.Node { return h.Pre(h.TabIndex("0"), g.Group(content)) }

func figure(n int) g.Node { return g.Text(strconv.Itoa(n)) }

// section returns a part of the page. Its heading says how many things are in it.
func section(id, title string, count int, content g.Node) g.Node {
	return h.Section(h.Aria("labelledby", id),
		h.H2(h.ID(id), g.Text(title+" "), h.Span(h.Class("count"), figure(count))),
		content,
	)
}
