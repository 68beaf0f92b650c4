package document

import (
	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

// JSON converts a YAML document to JSON, with keys in their order and every value on its line.
func JSON(root *yaml.Node) ([]byte, error) { return yamljson.Node(root) }
