package jsonw

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAppendTime compares AppendTime with package time for any moment in any zone.
func TestAppendTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-14*3600, 14*3600).Draw(t, "zone"))
		moment := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
		want := "x" + moment.UTC().Format(`"2006-01-02T15:04:05.000Z"`)
		if got := string(AppendTime([]byte("x"), moment)); got != want {
			t.Errorf("AppendTime(%v) = %s, want %s", moment, got, want)
		}
	})
}
