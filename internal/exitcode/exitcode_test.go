package exitcode_test

import (
	"fmt"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

func ExampleHelp() {
	fmt.Print(exitcode.Help())
	// Output:
	//   0  success
	//   1  the target or the traffic breaks the contract
	//   2  wrong usage, or a token that the target does not know
	//   3  target unreachable, the run interrupted, or an error in the tool itself
	//   4  nothing was verified
}
