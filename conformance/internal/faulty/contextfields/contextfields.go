// Package contextfields has the faults of context fields.
package contextfields

import (
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of context fields.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return []bend.Fault{
		{ID: "context-fields-without-values", Name: "lists context fields without their legal values", Operation: "getContextFields", Standing: standing, Bend: bend.OK(bend.Drop("/*/legalValues"))},
		{ID: "context-field-without-values", Name: "shows a context field without its legal values", Operation: "getContextField", Standing: standing, Bend: bend.OK(bend.Drop("/legalValues"))},
		{ID: "context-field-unused", Name: "lists no strategies that use a context field", Operation: "getStrategiesByContextField", Standing: standing, Bend: bend.OK(bend.Set("/strategies", "[]"))},
	}
}
