package faulty

import (
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// instanceFaults are about invoices, health and readiness.
func instanceFaults() []Fault {
	const line = "/invoices/*/mainLines/*"
	return []Fault{
		{ID: "invoice-pdf-missing", Name: "an invoice has no PDF", Operation: "getInvoices", Standing: spec.Documented, bend: ok(drop("/*/invoicePDF"))},
		{ID: "invoice-paid-text", Name: "paid is a string", Operation: "getInvoices", Standing: spec.Documented, bend: ok(edit("/*/paid", asText))},
		{ID: "invoice-amount-number", Name: "amountFormatted is a number", Operation: "getInvoices", Standing: spec.Documented, bend: ok(set("/*/amountFormatted", "123"))},
		{ID: "invoice-url-no-uri", Name: "the address of an invoice is none", Operation: "getInvoices", Standing: spec.Documented, bend: ok(set("/*/invoiceURL", `"no address"`))},
		{ID: "invoice-due-null", Name: "the due date of an invoice is null", Operation: "getInvoices", Standing: spec.Documented, bend: ok(set("/*/dueDate", "null"))},
		{ID: "invoice-status-missing", Name: "an invoice has no status", Operation: "getInvoices", Standing: spec.Documented, bend: ok(drop("/*/status"))},
		{ID: "invoice-extra", Name: "an invoice has a property too many", Operation: "getInvoices", Standing: spec.Documented, bend: ok(set("/*/id", "1"))},
		{ID: "invoices-wrapped", Name: "the invoices are wrapped", Operation: "getInvoices", Standing: spec.Documented,
			bend: ok(func(x *exchange) { x.body = []byte(`{"invoices":` + string(x.body) + `}`) })},
		{ID: "details-bare", Name: "the detailed invoices are not wrapped", Operation: "getDetailedInvoices", Standing: spec.Documented,
			bend: ok(func(x *exchange) {
				if body, ok := parseJSON(x.body); ok {
					x.body = body.get("invoices").append(nil)
				}
			})},
		{ID: "details-subtotal-missing", Name: "a detailed invoice has no subtotal", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(drop("/invoices/*/subtotal"))},
		{ID: "details-total-text", Name: "the total of a detailed invoice is a string", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(edit("/invoices/*/totalAmount", asText))},
		{ID: "details-lines-null", Name: "the lines of a detailed invoice are null", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(set("/invoices/*/usageLines", "null"))},
		{ID: "details-line-key-missing", Name: "a line has no lookup key", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(drop(line + "/lookupKey"))},
		{ID: "details-line-extra", Name: "a line has a property too many", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(set(line+"/discount", "0"))},
		{ID: "details-line-quantity", Name: "the quantity of a line is null", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(set(line+"/quantity", "null"))},
		{ID: "details-date-day", Name: "the date of a detailed invoice is a day", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(edit("/invoices/*/invoiceDate", moment(justADay, time.UTC)))},
		{ID: "details-price-text", Name: "the price of the plan is a string", Operation: "getDetailedInvoices", Standing: spec.Documented, bend: ok(edit("/planPrice", asText))},
		{ID: "health-lower-case", Name: "health is good in small letters", Operation: "getHealth", Standing: spec.Documented, bend: ok(set("/health", `"good"`))},
		{ID: "health-bad-ok", Name: "bad health answers 200", Operation: "getHealth", Standing: spec.Documented, bend: ok(set("/health", `"BAD"`))},
		{ID: "health-extra", Name: "health tells more than it should", Operation: "getHealth", Standing: spec.Documented, bend: ok(set("/database", `"GOOD"`))},
		{ID: "health-page", Name: "health answers with a page", Operation: "getHealth", Standing: spec.Documented,
			bend: ok(text("<!DOCTYPE html><title>Health</title>GOOD"), header("Content-Type", "text/html; charset=utf-8"))},
		{ID: "health-key", Name: "health is told under another key", Operation: "getHealth", Standing: spec.Documented, bend: ok(rename("/health", "status"))},
		{ID: "health-unhealthy", Name: "health is always a 500", Operation: "getHealth", Standing: spec.Documented, bend: ok(status(http.StatusInternalServerError), set("/health", `"BAD"`))},
		{ID: "ready-bad", Name: "readiness is bad with a 200", Operation: "getReady", Standing: spec.Documented, bend: ok(set("/health", `"BAD"`))},
		{ID: "ready-text", Name: "readiness is text", Operation: "getReady", Standing: spec.Documented, bend: ok(text("OK"), header("Content-Type", "text/plain; charset=utf-8"))},
		{ID: "ready-empty", Name: "readiness has no body", Operation: "getReady", Standing: spec.Documented, bend: ok(text("{}"))},
		{ID: "ready-redirect", Name: "readiness redirects to health", Operation: "getReady", Standing: spec.Documented,
			bend: ok(empty, status(http.StatusFound), header("Location", "/health"))},
		{ID: "ready-unavailable", Name: "the instance is never ready", Operation: "getReady", Standing: spec.Documented, bend: ok(empty, status(http.StatusServiceUnavailable))},
	}
}
