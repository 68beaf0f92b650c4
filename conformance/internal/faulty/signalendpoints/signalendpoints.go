// Package signalendpoints has the faults of signal endpoints and their tokens.
package signalendpoints

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Faults lists them all.
func Faults() []bend.Fault {
	return slices.Concat(endpointFaults(), tokenFaults(), pathFaults(), limitFaults())
}
