package spelling

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"seed", "seed", 0}, {"seeds", "seed", 1},
		{"verfy", "verify", 1}, {"sevre", "serve", 2}, {"kitten", "sitting", 3},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, want string }{
		{"sped", "seed"}, {"serv", "serve"}, {"seev", "seed"}, {"x", ""}, {"", ""}, {"verification", ""}, {"spec", "spec"},
	} {
		if got := Nearest(test.name, []string{"spec", "serve", "seed"}); got != test.want {
			t.Errorf("%q: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestLongNamesAreNotCompared checks that a name which no known one resembles by its length costs nothing: a
// file of flags may have one of several megabytes.
func TestLongNamesAreNotCompared(t *testing.T) {
	long, known := strings.Repeat("enabled", 1000), []string{"enabled", "description"}
	if count := testing.AllocsPerRun(1, func() { Nearest(long, known) }); count > 0 {
		t.Errorf("%v allocations", count)
	}
}
