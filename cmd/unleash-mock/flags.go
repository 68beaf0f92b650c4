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

// flagsInterval is how often a file of flags is checked for changes.
const flagsInterval = time.Second

// followFlags checks a file of flags at each tick, and reloads it when it has changed. If the file
// has a mistake, followFlags logs it and keeps the flags as they are. A pipe is not followed: it
// has been read to its end.
func followFlags(ctx context.Context, ticks <-chan time.Time, mock *mockserver.Server, file string, last []byte, logger *slog.Logger) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return
	}
	var seen stamp // empty, as the file may have changed since it was first read
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
		case err == nil && len(bytes.TrimSpace(source)) == 0: // perhaps it is just being written
			err = errors.New("it is empty; write {} for no flags")
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

// stamp is what shows that a file has changed.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(file string) stamp {
	info, err := os.Stat(file)
	if err != nil {
		return stamp{} // the file may just be being replaced
	}
	return stamp{info.ModTime(), info.Size()}
}
