package gherkin

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
)

// admitsPage checks that a preflight request was answered so that browsers send the request that it asked
// about, as the Fetch standard says: a gateway may answer in place of the target, in its own words.
func (a *answer) admitsPage() error {
	if a.last == nil {
		return errNothingSent
	}
	if !a.last.Succeeded() {
		return judge.Differs("", "a status from 200 to 299", a.last.Summary())
	}
	for asked, allowed := range map[string]string{
		"Access-Control-Request-Method": "Access-Control-Allow-Methods", "Access-Control-Request-Headers": "Access-Control-Allow-Headers",
	} {
		for name := range strings.SplitSeq(a.last.Request.Header.Get(asked), ",") {
			if isPlain(name) && len(a.last.Answer.Values(allowed)) == 0 {
				continue
			}
			if !names(a.last.Answer, allowed, name) {
				return judge.Differs("", "a header "+allowed+" with "+name, strings.Join(a.last.Answer.Values(allowed), ", "))
			}
		}
	}
	return nil
}

// isPlain reports whether a browser sends a method without being allowed it, so that a gateway need not name
// any.
func isPlain(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodPost
}

// names reports whether a header of an answer to a preflight request names a method or a header. The
// asterisk does not stand for Authorization.
func names(answer http.Header, header, name string) bool {
	for item := range strings.SplitSeq(strings.Join(answer.Values(header), ","), ",") {
		item = strings.TrimSpace(item)
		if strings.EqualFold(item, name) || item == "*" && !strings.EqualFold(name, "authorization") {
			return true
		}
	}
	return false
}
