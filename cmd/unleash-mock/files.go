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

// maxFile is how many bytes a file may have: in UTF-16, those of the largest seed.
const maxFile = 32 << 20

// readFile reads a text file, as UTF-8 whatever its encoding.
func readFile(flag, file string) ([]byte, error) {
	source, err := readSome(file)
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil, usageError("%s %s: %w", flag, file, path.Err)
	}
	if err != nil {
		return nil, usageError("%s %s: %w", flag, file, err)
	}
	if len(source) > maxFile {
		return nil, usageError("%s %s: it has more than %d bytes", flag, file, maxFile)
	}
	if source = textfile.Decode(source); !utf8.Valid(source) || bytes.IndexByte(source, 0) >= 0 {
		return nil, usageError("%s %s: line %d: it is no text in UTF-8, nor in UTF-16 that begins with a byte order mark", flag, file, strangeLine(source))
	}
	return source, nil
}

// strangeLine is the first line with something else than text in UTF-8.
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

// readRegular is readFile for what has to be read at once: nobody need write to a pipe.
func readRegular(flag, file string) ([]byte, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, usageError("%s %s: it is no regular file any more", flag, file)
	}
	return readFile(flag, file)
}

// readSome reads a file up to a byte more than it may have.
func readSome(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxFile+1))
}
