package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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

// longestOwn is more than the bytes of any file that mayReplace is asked about.
const longestOwn = 1 << 16

// mayReplace reports whether a file is missing, empty or one of those that the program itself writes under such a
// name. Another one may be the user's own, whose flag for reading it has a similar name: the .env of a project, a
// server's certificate with its key.
func mayReplace(name string, isOwn func(content []byte) bool) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return true
	}
	if info.Size() > longestOwn {
		return false
	}
	content, err := os.ReadFile(name)
	return err != nil || isOwn(content) // writing the file says what is wrong with it
}

func foreignError(flag, name string) error {
	return usageError("--%s %s: the file has something else in it, which would be lost; give it another name", flag, name)
}

// pipePatience is how long a pipe may take once the command has been asked to end.
const pipePatience = 2 * time.Second

// errUnread means that an output is not complete because its pipe has no reader, or a slow one.
var errUnread = errors.New("the pipe is not read")

// unlessUnread writes an output. It gives up on a pipe that is not read, which can block forever, once the
// context has ended.
func unlessUnread(ctx context.Context, name string, write func() error) error {
	if !isPipe(name) {
		return write()
	}
	done := make(chan error, 1)
	go func() { done <- write() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(pipePatience):
		return errUnread
	}
}

// writeFile writes a file as outfile.Write does, or a pipe unless it is not read.
func writeFile(ctx context.Context, name string, fresh os.FileMode, content func(io.Writer) error) error {
	return unlessUnread(ctx, name, func() error { return outfile.Write(name, fresh, content) })
}

// outputError returns the error for a file of a flag that cannot be written.
func outputError(flag string, err error) error {
	if errors.Is(err, errUnread) { // the program was interrupted
		return toolError("--%s: %w", flag, err)
	}
	return usageError("--%s: %w", flag, inOneLine(err))
}

func isPipe(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}
