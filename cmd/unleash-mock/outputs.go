package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// The flags that name files, by whether the files are written or read.
var (
	outputFlagNames = []string{"report", "record", "output", "port-file", "env-file", "tls-cert-out", "flags-cache"}
	inputFlagNames  = []string{"seed", "flags", "spec", "document", "replay", "tls-cert", "tls-key", "ca-file", "client-cert", "client-key"}
)

// namedFile is a file that a flag names.
type namedFile struct{ flag, value, name string }

// checkOutputs refuses an output file that would overwrite another output or an input, even if
// the flags name the file differently.
func checkOutputs(flags *pflag.FlagSet) error {
	var taken []namedFile
	for _, flag := range inputFlagNames {
		taken = append(taken, namedFiles(flags, flag)...)
	}
	for _, flag := range outputFlagNames {
		for _, output := range namedFiles(flags, flag) {
			if at := slices.IndexFunc(taken, output.same); at >= 0 {
				return usageError("--%s %s: the file is already used by --%s %s", output.flag, output.value, taken[at].flag, taken[at].value)
			}
			taken = append(taken, output)
		}
	}
	return nil
}

func namedFiles(flags *pflag.FlagSet, flag string) []namedFile {
	found := flags.Lookup(flag)
	if found == nil || !strings.HasPrefix(found.Value.Type(), "string") { // the seed of verify is a number
		return nil
	}
	var out []namedFile
	for _, value := range valuesOf(found) {
		name := value
		if flag == "report" {
			_, name, _ = strings.Cut(value, "=")
		}
		if name != "" && name != "-" && !isURL(name) {
			out = append(out, namedFile{flag, value, name})
		}
	}
	return out
}

// same reports whether two names refer to the same file, which need not exist yet. It returns
// false for a pipe or a terminal, which may be used more than once.
func (f namedFile) same(other namedFile) bool {
	one, err := os.Stat(f.name)
	if err == nil && !one.Mode().IsRegular() {
		return false
	}
	if another, failed := os.Stat(other.name); err == nil && failed == nil {
		return os.SameFile(one, another)
	}
	return wholeName(f.name) == wholeName(other.name)
}

func wholeName(name string) string {
	name = outfile.Resolve(name)
	if whole, err := filepath.Abs(filepath.Join(outfile.Resolve(filepath.Dir(name)), filepath.Base(name))); err == nil {
		return whole
	}
	return name
}
