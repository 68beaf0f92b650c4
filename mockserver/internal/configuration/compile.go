package configuration

import (
	"encoding/json"
	"os"
	"sync"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
)

// hostname is what the strategy applicationHostname compares with.
var hostname = sync.OnceValue(func() string {
	name, _ := os.Hostname() // one that is not known matches nothing
	return name
})

// Compile returns the flags as they are evaluated.
func (c *Configuration) Compile() *evaluation.Flags {
	var read evaluation.Configuration
	text := append(engine.Append([]byte(`{"features":`), &c.Features), `,"segments":`...)
	text = append(engine.Append(text, &c.Segments), '}')
	if err := json.Unmarshal(text, &read); err != nil {
		panic("configuration: the flags cannot be read: " + err.Error()) // they were written here
	}
	return evaluation.Compile(&read, evaluation.Options{Hostname: hostname()})
}
