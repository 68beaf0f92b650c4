// Package contextfields has the faults of context fields.
package contextfields

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of context fields.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return slices.Concat(garbled("context-field-description", "createContextField"), garbled("context-field-update-description", "updateContextField"), []bend.Fault{
		{ID: "context-field-values-trimmed", Name: "trims legal values", Operation: "createContextField", Standing: standing,
			Bend: bend.Member("legalValues", func(list *bend.Value) *bend.Value { return list.Edit("/*/value", bend.Words(strings.TrimSpace)) })},
		{ID: "context-field-of-any-case", Name: "finds a context field by its name in another letter case", Operation: "getContextField", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotFound), func(x *bend.Exchange) { bend.Again(bend.At("/api/admin/context/" + strings.ToLower(x.Params[0])))(x) })},
		{ID: "context-fields-without-values", Name: "lists context fields without their legal values", Operation: "getContextFields", Standing: standing, Bend: bend.OK(bend.Drop("/*/legalValues"))},
		{ID: "context-field-without-values", Name: "shows a context field without its legal values", Operation: "getContextField", Standing: standing, Bend: bend.OK(bend.Drop("/legalValues"))},
		{ID: "context-field-unused", Name: "lists no strategies that use a context field", Operation: "getStrategiesByContextField", Standing: standing, Bend: bend.OK(bend.Set("/strategies", "[]"))},
	})
}

// garbled lists the faults of an operation that stores another description. No description is long enough
// to be cut off.
func garbled(prefix, operation string) []bend.Fault {
	return slices.DeleteFunc(bend.Garbled(prefix, operation, "description", spec.Observed), func(f bend.Fault) bool { return strings.HasSuffix(f.ID, "-cut") })
}
