// Package plural words counts.
package plural

import "fmt"

// Of returns "1 scenario", "2 scenarios".
func Of(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

// Times returns "once", "2 times".
func Times(count int) string {
	if count == 1 {
		return "once"
	}
	return Of(count, "time")
}
