package spec

import (
	_ "embed"
	"sync"
)

//go:embed control.yaml
var controlDocument []byte

// ControlDocument returns a copy of the embedded OpenAPI 3.0.3 document of the
// mock's own control API, in YAML.
func ControlDocument() []byte { return append([]byte(nil), controlDocument...) }

// Control returns the contract of the mock's own control API, below /_mock. It
// is compiled on the first call and shared.
var Control = sync.OnceValue(func() *Contract {
	contract, err := Parse(controlDocument)
	if err != nil {
		panic("spec: the embedded document of the control API does not compile: " + err.Error())
	}
	return contract
})
