// Pack writes the feature files to standard output, as a release has them: see the build tag packed.
package main

import (
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"log"
	"os"

	"github.com/unleash-mock/unleash-mock/features"
)

func main() {
	log.SetFlags(0)
	if err := pack(); err != nil {
		log.Fatal(err)
	}
}

func pack() error {
	texts := map[string]string{}
	err := fs.WalkDir(features.Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(features.Files(), name)
		texts[name] = string(text)
		return err
	})
	if err != nil {
		return err
	}
	writer, _ := gzip.NewWriterLevel(os.Stdout, gzip.BestCompression) // a level that exists
	if err := json.NewEncoder(writer).Encode(texts); err != nil {
		return err
	}
	return writer.Close()
}
