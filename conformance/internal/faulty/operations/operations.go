// Package operations has the faults that concern all operations: access, headers, methods,
// paths, bodies and errors.
package operations

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Faults lists them all.
func Faults() []bend.Fault { return slices.Concat(accessFaults(), httpFaults(), errorFaults()) }
