// Package invoices has the faults of invoices.
package invoices

import (
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of invoices.
func Faults() []bend.Fault {
	return []bend.Fault{
		{ID: "invoice-url-no-uri", Name: "sends an invoiceURL that is not a URI", Operation: "getInvoices", Standing: spec.Documented, Bend: bend.OK(bend.Set("/*/invoiceURL", `"no address"`))},
		{ID: "details-bare", Name: "sends the detailed invoices without their wrapper object", Operation: "getDetailedInvoices", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				if body, ok := bend.ParseJSON(x.Body); ok {
					x.Body = body.Get("invoices").Append(nil)
				}
			})},
		{ID: "details-date-day", Name: "sends invoiceDate without a time", Operation: "getDetailedInvoices", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/invoices/*/invoiceDate", bend.Moment(bend.JustADay, time.UTC)))},
	}
}
