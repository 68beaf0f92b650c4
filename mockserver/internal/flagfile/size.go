package flagfile

import "github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"

// Limits of a file, so that reading it takes at most some 150 MB. The default limit of a
// workspace, 64 MiB, is reached earlier.
const (
	maxMarks   = 1 << 17 // of YAML, each of which takes 600 bytes
	maxObjects = 1 << 17
	maxSize    = 128 << 20 // as estimated by sizeOf
)

// The most memory that values take while a file is read, by measurement: as values, as
// fields of their form, and as parts of a set.
const (
	objectSize    = 400
	memberSize    = 100
	parameterSize = 300 // of a strategy, which is stored in maps
	elementSize   = 800 // of a list, including its possible problems
	valueSize     = 100 // in a constraint's list of values
)

// sizeOf estimates the memory that a value takes while its file is read.
func sizeOf(value any) int { return sizeUnder("", value) }

// sizeUnder is sizeOf for the value of a key.
func sizeUnder(key string, value any) int {
	switch value := value.(type) {
	case *v8json.Object:
		out, each := objectSize, memberSize
		if key == "parameters" {
			each = parameterSize
		}
		for name, inner := range value.All() {
			out += each + sizeUnder(name, inner)
		}
		return out
	case []any:
		out, each := 0, elementSize
		if key == "values" {
			each = valueSize
		}
		for _, element := range value {
			out += each + sizeOf(element)
		}
		return out
	}
	return 0
}
