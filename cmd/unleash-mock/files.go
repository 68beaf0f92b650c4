package main

import (
	"bytes"
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
func readFile(flag, file string) ([]byte, error) { return readText(flag, file, maxFile) }

// readText is readFile with another maximum size, in bytes.
func readText(flag, file string, limit int64) ([]byte, error) {
	source, err := readSome(file, limit)
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil, usageError("%s %s: %w", flag, file, path.Err)
	}
	if err != nil {
		return nil, usageError("%s %s: %w", flag, file, err)
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
	return readFile(flag, file)
}

// readSome reads at most one byte more of a file than it may have.
func readSome(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit+1))
}
