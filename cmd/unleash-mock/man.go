//go:build man

// Command unleash-mock, built with the tag man, writes its manual pages into a folder.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra/doc"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run -tags man ./cmd/unleash-mock FOLDER")
		os.Exit(2)
	}
	none := func(string) (string, bool) { return "", false }
	root := (&program{env: none, stdout: io.Discard, stderr: io.Discard}).rootCommand()
	root.DisableAutoGenTag = true // it contains the date; pages must not change from day to day
	if err := os.MkdirAll(os.Args[1], 0o777); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	header := &doc.GenManHeader{Title: "UNLEASH-MOCK", Section: "1", Source: "unleash-mock", Manual: "unleash-mock"}
	if err := doc.GenManTree(root, header, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
