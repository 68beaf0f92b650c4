package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/textfile"
)

// maxFile is the maximum size of a file, in bytes: that of the largest seed in UTF-16.
const maxFile = 32 << 20

// readFile reads a text file in UTF-8 or UTF-16, and returns it as UTF-8.
func readFile(ctx context.Context, flag, file string) ([]byte, error) {
	return readText(ctx, flag, file, maxFile)
}

// readText is readFile with another maximum size, in bytes.
func readText(ctx context.Context, flag, file string, limit int64) ([]byte, error) {
	source, err := fromFile(ctx, file, func(content io.Reader) ([]byte, error) {
		return io.ReadAll(io.LimitReader(content, limit+1)) // one byte more than it may have
	})
	switch {
	case err != nil && isURL(file) && flag == "--flags":
		return nil, usageError("%s takes a file, not a URL; --flags-from follows the flags of an instance", flag)
	case err != nil && isURL(file):
		return nil, usageError("%s takes a file, not a URL", flag)
	case err != nil:
		return nil, inputError(flag, file, err)
	}
	if int64(len(source)) > limit {
		return nil, usageError("%s %s: it has more than %d bytes", flag, file, limit)
	}
	if source = textfile.Decode(source); !utf8.Valid(source) || bytes.IndexByte(source, 0) >= 0 {
		return nil, usageError("%s %s: line %d: it is not text in UTF-8, or in UTF-16 with a byte order mark", flag, file, strangeLine(source))
	}
	return source, nil
}

// strangeLine returns the number of the first line that is not UTF-8 text.
func strangeLine(source []byte) int {
	line := 1
	for text := range bytes.Lines(source) {
		if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
			break
		}
		line++
	}
	return line
}

// readRegular is readFile for reading that must not block: it refuses anything but a regular
// file, because nobody might write to a pipe.
func readRegular(flag, file string) ([]byte, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, usageError("%s %s: it is no longer a regular file", flag, file)
	}
	return readFile(context.Background(), flag, file) // a regular file keeps nobody waiting
}

// errUnwritten means that an input was not read, because its pipe has no writer, or a slow one.
var errUnwritten = errors.New("interrupted before all of it was written")

// inputError returns the error for a file of a flag that cannot be read.
func inputError(flag, file string, err error) error {
	if errors.Is(err, errUnwritten) {
		return toolError("%s %s: %w", flag, file, err)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return usageError("%s %s: %w", flag, file, err)
}

// fromFile reads an input file. It gives up on a pipe or a terminal, for which nobody may ever write anything, once
// the context has ended.
func fromFile[T any](ctx context.Context, name string, read func(content io.Reader) (T, error)) (T, error) {
	all := func() (content T, err error) {
		file, err := os.Open(name)
		if err != nil {
			return content, err
		}
		defer file.Close()
		return read(file)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().IsRegular() {
		return all()
	}
	return unlessUnwritten(ctx, all)
}

// unlessUnwritten reads something that may never come, and gives up once the context has ended.
func unlessUnwritten[T any](ctx context.Context, read func() (T, error)) (content T, err error) {
	type result struct {
		content T
		err     error
	}
	done := make(chan result, 1)
	go func() {
		content, err := read()
		done <- result{content, err}
	}()
	select {
	case got := <-done:
		return got.content, got.err
	case <-ctx.Done():
		return content, errUnwritten
	}
}
