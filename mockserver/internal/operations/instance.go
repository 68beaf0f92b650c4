package operations

import "context"

// text is a body that is JSON already.
type text []byte

func (t text) AppendJSON(dst []byte) []byte { return append(dst, t...) }

func invoices(_ context.Context, r Request) (Response, error) {
	return ok(text(r.Store.Invoices()))
}

func detailedInvoices(_ context.Context, r Request) (Response, error) {
	return ok(text(r.Store.DetailedInvoices()))
}

// healthGood is the answer of an instance that works.
func healthGood(context.Context, Request) (Response, error) {
	return ok(text(`{"health":"GOOD"}`))
}
