// Package operations has the faults of what holds for every operation: who may use
// it, headers, methods, paths, bodies and errors.
package operations

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Faults lists them.
func Faults() []bend.Fault { return slices.Concat(accessFaults(), httpFaults(), errorFaults()) }
