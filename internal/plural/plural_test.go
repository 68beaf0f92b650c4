package plural

import "testing"

func TestCounts(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		Of(0, "more failure"): "0 more failures",
		Of(1, "scenario"):     "1 scenario",
		Of(1932, "scenario"):  "1932 scenarios",
		Times(1):              "once",
		Times(2):              "2 times",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
