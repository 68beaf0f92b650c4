package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// writeTable writes a table into the page, between the marks with its name.
func writeTable(file, name string, table []row) error {
	begin, end := fmt.Sprintf("<!-- soak-%s: begin -->\n", name), fmt.Sprintf("<!-- soak-%s: end -->", name)
	var text strings.Builder
	fmt.Fprintf(&text, "%s, %d cores, %s.\n\n| %s |\n|---|---|\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), headings[name])
	for _, r := range table {
		fmt.Fprintf(&text, "| %s | %s |\n", r.name, r.value)
	}
	return outfile.WriteBetween(file, begin, end, text.String())
}

var headings = map[string]string{"mixed": "what | figure", "hostile": "clients | peak memory", "documents": "input | peak memory"}
