//go:build packed

package features

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the packed files
	"encoding/json"
	"io/fs"
	"sync"
	"testing/fstest"
)

// packed has the text of each file by name, as compressed JSON: a release is smaller by what its
// features are larger. scripts/build-release.sh makes the file.
//
//go:embed features.json.gz
var packed []byte

var files = sync.OnceValue(func() fs.FS {
	texts := map[string]string{}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(reader).Decode(&texts)
	}
	if err != nil {
		panic(err) // only a broken build can cause this
	}
	out := fstest.MapFS{}
	for name, text := range texts {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
})
