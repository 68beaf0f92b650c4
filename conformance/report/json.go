package report

import (
	_ "embed"
	"io"

	"github.com/unleash-mock/unleash-mock/internal/visible"
)

//go:embed report.schema.json
var schema []byte

// Schema returns the JSON Schema of what Write writes in the format json.
func Schema() []byte { return append([]byte(nil), schema...) }

func writeJSON(w io.Writer, r *Report) error { return visible.WriteJSON(w, clean(r, same)) }
