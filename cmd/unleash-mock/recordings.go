package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

// recordFile is the file of --record; nil for none. The recording of an earlier run stays in it
// until this run is certain to begin.
type recordFile struct{ file *os.File }

func openRecording(ctx context.Context, name string) (*recordFile, error) {
	if name == "" {
		return nil, nil
	}
	opened := &recordFile{}
	err := unlessUnread(ctx, name, func() (err error) {
		opened.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		return err
	})
	if err != nil {
		return nil, outputError("record", err)
	}
	return opened, nil
}

// writer returns the writer for exchanges; nil without --record.
func (r *recordFile) writer() io.Writer {
	if r == nil {
		return nil
	}
	return r.file
}

// begin empties the file, unless it is a pipe or a device, or another proxy is recording into it.
func (r *recordFile) begin(logger *slog.Logger) error {
	if r == nil {
		return nil
	}
	info, err := r.file.Stat()
	claimed := false
	if err == nil && info.Mode().IsRegular() { // a pipe cannot be emptied
		claimed, err = claim(r.file)
	}
	if err != nil {
		return usageError("--record: %w", err)
	}
	if claimed {
		logger.Warn("another proxy is recording into the same file; this recording is added to it", "file", r.file.Name())
	}
	return nil
}

// end syncs the file to disk and closes it.
func (r *recordFile) end() error {
	if r == nil {
		return nil
	}
	synced := r.file.Sync()
	if errors.Is(synced, syscall.EINVAL) || errors.Is(synced, syscall.ENOTSUP) { // a pipe or a device
		synced = nil
	}
	if err := cmp.Or(synced, r.lost(), r.file.Close()); err != nil {
		return fmt.Errorf("the recording: %w", err)
	}
	return nil
}

// lost returns an error if the file no longer has its name, as when a test run has cleaned the folder.
func (r *recordFile) lost() error {
	written, err := r.file.Stat()
	if err != nil || !written.Mode().IsRegular() { // a pipe needs no name once it is open
		return err
	}
	named, err := os.Stat(r.file.Name())
	if err == nil && os.SameFile(written, named) {
		return nil
	}
	return fmt.Errorf("%s was moved, removed or replaced while it was written", r.file.Name())
}

// readRecordings reads the recordings that a flag names. A last line that is cut off, as a killed
// proxy leaves it, is reported and left out.
func (p *program) readRecordings(ctx context.Context, flag string, files []string) ([]*mockserver.Recording, error) {
	var out []*mockserver.Recording
	for _, file := range files {
		read, err := fromFile(ctx, file, func(content io.Reader) (*mockserver.Recording, error) {
			return mockserver.ReadRecording(file, content)
		})
		if err != nil {
			return nil, fmt.Errorf("%w%s", inputError(flag, file, err), otherKind("--replay", file))
		}
		if read.Cut > 0 {
			fmt.Fprintf(p.stderr, "unleash-mock: %s %s: line %d, the last one, is incomplete and skipped\n", flag, file, read.Cut)
		}
		out = append(out, read)
	}
	return out, nil
}

// listed splits the variable of a flag that may be repeated; it lists files as PATH does.
func listed(value string) []string {
	var out []string
	for file := range strings.SplitSeq(value, string(os.PathListSeparator)) {
		if file != "" {
			out = append(out, file)
		}
	}
	return out
}
