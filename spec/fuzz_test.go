package spec

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoad checks that any document can be read in finite time, and that values made from
// its schemas are valid.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/documents/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no documents", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source, "a,b;x=1")
	}
	f.Fuzz(func(t *testing.T, source []byte, text string) {
		contract, err := Load(source)
		if err != nil || len(source) > 20_000 {
			return
		}
		for operation := range contract.Audit() {
			for _, parameter := range operation.Parameters() {
				parameter.Check(parameter.Decode(text), true)
			}
			for _, response := range operation.Responses() {
				for _, content := range response.Contents {
					value, err := content.Sample(1)
					if err != nil {
						continue
					}
					if failures := content.Check(value); len(failures) > 0 {
						t.Errorf("%s, %s: the sample %v is not valid: %v", operation.ID, response.Code, value, failures)
					}
				}
			}
		}
	})
}
