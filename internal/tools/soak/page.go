package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// writeTable writes a table into the page, between the marks with its name.
func writeTable(file, name string, table []row) error {
	begin, end := fmt.Sprintf("<!-- soak-%s: begin -->\n", name), fmt.Sprintf("<!-- soak-%s: end -->", name)
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, hasBegin := bytes.Cut(page, []byte(begin))
	_, after, hasEnd := bytes.Cut(rest, []byte(end))
	if !hasBegin || !hasEnd {
		return errors.New(file + " has no marks " + begin + " and " + end)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s, %d cores, %s.\n\n| %s |\n|---|---|\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), headings[name])
	for _, r := range table {
		fmt.Fprintf(&text, "| %s | %s |\n", r.name, r.value)
	}
	return os.WriteFile(file, slices.Concat(before, []byte(begin), []byte(text.String()), []byte(end), after), 0o644)
}

// headings are the headings of the tables, by phase.
var headings = map[string]string{"mixed": "what | figure", "hostile": "clients | peak memory", "documents": "input | peak memory"}
