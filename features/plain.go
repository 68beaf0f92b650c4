//go:build !packed

package features

import (
	"embed"
	"io/fs"
)

//go:embed */*.feature
var plain embed.FS

func files() fs.FS { return plain }
