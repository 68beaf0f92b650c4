package flagfile

import "github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"

// The bounds of a file, so that reading it takes some 150 MB. What a workspace may hold by
// default, 64 MiB, is full before.
const (
	maxMarks   = 1 << 17 // of YAML, which takes 600 bytes for each
	maxObjects = 1 << 17
	maxSize    = 128 << 20 // by sizeOf
)

// What values take at most while a file is read, by measurement: as values, as fields of
// the form that they have, and as parts of a set.
const (
	objectSize    = 400
	memberSize    = 100
	parameterSize = 300 // of a strategy, which stands in maps
	elementSize   = 800 // of a list, with what may be wrong with it
	valueSize     = 100 // of a list of texts to compare with
)

// sizeOf estimates what a value takes in memory until the file that it is in is read.
func sizeOf(value any) int { return sizeUnder("", value) }

// sizeUnder is sizeOf for the value of a key.
func sizeUnder(key string, value any) int {
	switch value := value.(type) {
	case *v8json.Object:
		out, each := objectSize, memberSize
		if key == "parameters" {
			each = parameterSize
		}
		for _, name := range value.Keys() {
			inner, _ := value.Get(name)
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
