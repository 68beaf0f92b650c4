package pages

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// TestPages has what a real server makes of odd numbers in the list of applications (O); refused is a 500 there.
func TestPages(t *testing.T) {
	t.Parallel()
	const fallback = 50
	for _, test := range []struct {
		limit, offset string
		wantLimit     int
		wantOffset    int
		refused       bool
	}{
		{"", "", fallback, 0, false},
		{"1000", "1e1", 1000, 10, false},
		{"0", "-1", fallback, 0, false},
		{"1001", "x", fallback, 0, false},
		{"1000.5", "-0.5", fallback, 0, false},
		{"Infinity", "2147483648", fallback, maxOffset, false},
		{"1", "99999999999", 1, maxOffset, false},
		{limit: "1.5", refused: true},
		{limit: "0.5", refused: true},
		{offset: "1.5", refused: true},
		{offset: "9223372036854775808", refused: true},
		{offset: "Infinity", refused: true},
	} {
		page := Page{Limit: engine.Optional[string]{Value: test.limit}, Offset: engine.Optional[string]{Value: test.offset}}
		if err := page.Check(); (err != nil) != test.refused {
			t.Errorf("limit=%s&offset=%s: %v", test.limit, test.offset, err)
		}
		if limit, offset := page.Bounds(fallback); !test.refused && (limit != test.wantLimit || offset != test.wantOffset) {
			t.Errorf("limit=%s&offset=%s: %d and %d, want %d and %d", test.limit, test.offset, limit, offset, test.wantLimit, test.wantOffset)
		}
	}
}
