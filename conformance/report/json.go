package report

import (
	_ "embed"
	"encoding/json"
	"io"
)

//go:embed report.schema.json
var schema []byte

// Schema returns the JSON Schema of what Write writes in the format json.
func Schema() []byte { return append([]byte(nil), schema...) }

func writeJSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(clean(r, same))
}
