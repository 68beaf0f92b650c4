// Package invoices is the resource of invoices, which are shown as a seed gives them.
package invoices

import "github.com/unleash-mock/unleash-mock/mockserver/internal/engine"

// Resource returns the resource.
func Resource() engine.Resource {
	return engine.Resource{
		Name:   "invoices",
		Values: []*engine.Value{plain, detailed},
		Operations: engine.Operations{
			"getInvoices":         engine.Read(show(plain)),
			"getDetailedInvoices": engine.Read(show(detailed)),
		},
		Lessons: lessons,
	}
}

var (
	plain    = &engine.Value{Name: "invoices", Default: `[]`}
	detailed = &engine.Value{Name: "detailedInvoices", Default: `{"invoices":[]}`}
)

func show(value *engine.Value) func(*engine.View, struct{}) (engine.Answer[engine.JSON], error) {
	return func(view *engine.View, _ struct{}) (engine.Answer[engine.JSON], error) {
		return engine.OK(value.Get(view))
	}
}

func lessons() engine.Lessons {
	return engine.Lessons{Shown: map[string]engine.Lesson{
		"getInvoices":         engine.Shows(learn(plain)),
		"getDetailedInvoices": engine.Shows(learn(detailed)),
	}}
}

func learn(value *engine.Value) func(*engine.Learned, struct{}, engine.JSON) bool {
	return func(l *engine.Learned, _ struct{}, shown engine.JSON) bool { return value.Learn(l, shown) }
}
