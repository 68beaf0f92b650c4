package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

// flagsInterval is how often a file of flags is looked at.
const flagsInterval = time.Second

// followFlags looks at a file of flags at each tick, and reads it again when it has
// changed. One with a mistake is reported, and the flags stay as they were. A pipe has been
// read to its end.
func followFlags(ctx context.Context, ticks <-chan time.Time, mock *mockserver.Server, file string, last []byte, logger *slog.Logger) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return
	}
	var seen stamp // none: it may have changed since it was first read
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		now := stampOf(file)
		if now == seen {
			continue
		}
		seen = now
		source, err := readRegular("--flags", file)
		if err == nil && bytes.Equal(source, last) {
			continue
		}
		switch {
		case err == nil && len(bytes.TrimSpace(source)) == 0: // as while it is written
			err = errors.New("it is empty; {} has no flags")
		case err == nil:
			last = source
			err = mock.ReplaceFlags(source)
		}
		if err != nil {
			logger.Error("the flags stay as they were", "file", file, "error", err)
			continue
		}
		logger.Info("the flags were read again", "file", file)
	}
}

// stamp is what changes with a file.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(file string) stamp {
	info, err := os.Stat(file)
	if err != nil {
		return stamp{} // it may be about to be replaced
	}
	return stamp{info.ModTime(), info.Size()}
}
