// Package spelling finds the name that a misspelt one was meant to be.
package spelling

// typos is the number of letters in which a misspelling may differ from the name that was meant.
const typos = 2

// Nearest returns the known name that name may be a misspelling of; empty if there is none.
// Of several that are as near it is the first by the alphabet.
func Nearest(name string, known []string) string {
	found, least := "", min(typos, len(name)/2)+1
	for _, candidate := range known {
		if difference := len(name) - len(candidate); max(difference, -difference) > typos {
			continue
		}
		if d := distance(name, candidate); d < least || d == least && candidate < found {
			found, least = candidate, d
		}
	}
	return found
}

// distance returns how many bytes must be inserted, removed or changed to turn one text into the
// other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
