package main

import (
	"errors"
	"io"
	"io/fs"
	"os"

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
	return textfile.Decode(source), nil
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
