// Package exitcode is the table of exit codes that all commands and reports share.
package exitcode

import (
	"fmt"
	"strings"
)

// The exit codes.
const (
	OK         = 0
	Broken     = 1
	Usage      = 2
	Error      = 3
	Unverified = 4
)

// meanings has the meaning of each code.
var meanings = [...]string{
	OK:         "success",
	Broken:     "the target or the traffic breaks the contract",
	Usage:      "wrong usage, or a token that the target does not know",
	Error:      "target unreachable, the run interrupted, or an error in the tool itself",
	Unverified: "nothing was verified",
}

// Help lists the codes, one per line.
func Help() string {
	var lines strings.Builder
	for code, meaning := range meanings {
		fmt.Fprintf(&lines, "  %d  %s\n", code, meaning)
	}
	return lines.String()
}
