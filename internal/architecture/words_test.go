package architecture_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxNamingSignals is how many files outside of the resources' rooms may name signals.
// Signals stand for any resource: a file that names one must change with it. Only ever
// lower it.
const maxNamingSignals = 8

// rooms are the prefixes of the folders for resources, their steps and their faults. A
// prefix that ends in a slash has a folder for each resource.
var rooms = []string{
	"mockserver/internal/resources/",
	"conformance/internal/gherkin/",
	"conformance/internal/faulty",
}

// operatingSystem matches signals of the operating system, which are not meant.
var operatingSystem = regexp.MustCompile(`os/signal|\bsignal\.[A-Z]\w*|\b(os|syscall)\.Signal\b|\.Process\.Signal\(|\bstatus\.Signal(ed)?\(`)

var signal = regexp.MustCompile(`(?i)signal`)

func TestFewFilesNameAResource(t *testing.T) {
	t.Parallel()
	tools, err := read(root + "/internal/tools")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range slices.Concat(sources(t), tools) {
		inside := func(room string) bool { return strings.HasPrefix(file.folder, room) }
		if file.test || slices.ContainsFunc(rooms, inside) || !signal.MatchString(operatingSystem.ReplaceAllString(file.text, "")) {
			continue
		}
		t.Log(file.name)
		count++
	}
	if count > maxNamingSignals {
		t.Errorf("%d files outside of the resources' rooms name signals; %d are allowed", count, maxNamingSignals)
	}
}

// maxExample is how many lines a complete resource takes: contract, table, operations and a
// run of them. Only ever lower it.
const maxExample = 120

func TestAResourceIsShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/mockserver/internal/engine/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines > maxExample {
		t.Errorf("the example of a resource has %d lines; %d are allowed", lines, maxExample)
	}
}
