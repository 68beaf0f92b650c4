package configuration

import (
	"encoding/json"
	"os"
	"sync"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
)

// hostname is compared by the strategy applicationHostname.
var hostname = sync.OnceValue(func() string {
	name, _ := os.Hostname() // an unknown one matches nothing
	return name
})

// Compile compiles the flags for evaluation.
func (c *Configuration) Compile() *evaluation.Flags {
	var read evaluation.Configuration
	text := append(engine.Append([]byte(`{"features":`), &c.Features), `,"segments":`...)
	text = append(engine.Append(text, &c.Segments), '}')
	if err := json.Unmarshal(text, &read); err != nil {
		panic("configuration: the flags cannot be read: " + err.Error()) // they were written above
	}
	return evaluation.Compile(&read, evaluation.Options{Hostname: hostname()})
}
