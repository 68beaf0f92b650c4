package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

// readRecordings reads the files of a flag.
func readRecordings(flag string, files []string) ([]*mockserver.Recording, error) {
	var out []*mockserver.Recording
	for _, file := range files {
		read, err := readRecording(file)
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		if err != nil {
			return nil, usageError("%s %s: %w", flag, file, err)
		}
		out = append(out, read)
	}
	return out, nil
}

func readRecording(name string) (*mockserver.Recording, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return mockserver.ReadRecording(name, file)
}

// listed splits the values of a flag that may be repeated. In its variable the
// files stand as in PATH.
func listed(value string) []string {
	var out []string
	for file := range strings.SplitSeq(value, string(os.PathListSeparator)) {
		if file != "" {
			out = append(out, file)
		}
	}
	return out
}
