package engine

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestTextsAreWeighed checks that texts count wherever they are in a value.
func TestTextsAreWeighed(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 100)
	type inner struct {
		Number int
		Texts  []string
	}
	for name, test := range map[string]struct {
		value any
		want  int
	}{
		"a text":                   {text, 200},
		"one behind a pointer":     {&text, 200},
		"no pointer":               {(*string)(nil), 0},
		"JSON":                     {JSON(text), 200},
		"escapes":                  {"\x01\n\"\\\xed\xa0\x80ä", 2 * (6 + 6 + 2 + 2 + 6 + 2)},
		"a secret":                 {NewSecret(text), 200},
		"a list":                   {[]string{text, text}, 2*elementSize + 400},
		"numbers":                  {[]int64{1, 2, 3}, 3 * elementSize},
		"keys and values":          {map[string]string{text: text}, elementSize + 400},
		"a field of a list of one": {[]inner{{1, []string{text}}}, 2*elementSize + 2*32 + 200},
		"anything":                 {[]any{text, nil, map[string]any{"": text}}, 4*elementSize + 400},
		"what has none":            {struct{ At time.Time }{time.Now()}, 0},
	} {
		if got := newWeigher(reflect.TypeOf(test.value)).of(reflect.ValueOf(test.value)); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
