// Package invoices has the faults of invoices.
package invoices

import (
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults are about invoices.
func Faults() []bend.Fault {
	return []bend.Fault{
		{ID: "invoice-url-no-uri", Name: "the address of an invoice is no URI", Operation: "getInvoices", Standing: spec.Documented, Bend: bend.OK(bend.Set("/*/invoiceURL", `"no address"`))},
		{ID: "details-bare", Name: "the detailed invoices are not wrapped", Operation: "getDetailedInvoices", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				if body, ok := bend.ParseJSON(x.Body); ok {
					x.Body = body.Get("invoices").Append(nil)
				}
			})},
		{ID: "details-date-day", Name: "the date of a detailed invoice is a day", Operation: "getDetailedInvoices", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/invoices/*/invoiceDate", bend.Moment(bend.JustADay, time.UTC)))},
	}
}
