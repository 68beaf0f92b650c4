package example

import (
	"sync"

	"github.com/unleash-mock/unleash-mock/spec"
)

// key is everything that determines an answer. Operations live as long as their document.
type key struct {
	operation *spec.Operation
	Wanted
}

// maxWord is the limit for the texts of a key, in bytes, since clients choose them.
const maxWord = 256

func keyOf(o *spec.Operation, wanted Wanted) key { return key{o, wanted} }

func (k key) size() int { return len(k.Example) + len(k.Accept) }

// cache keeps the answers that were requested last, in two generations: when the young
// one is full, it becomes the old one.
type cache struct {
	mu         sync.Mutex
	young, old map[key]*Answer
	size       int // bytes in the young generation
}

// maxCached is the size limit of a generation, in bytes.
const maxCached = 4 << 20

// overhead is the memory that an answer takes besides its body.
const overhead = 512

func (c *cache) get(k key) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.young[k]; known != nil {
		return known
	}
	known := c.old[k]
	if known != nil {
		c.add(k, known)
	}
	return known
}

func (c *cache) put(k key, made *Answer) {
	if k.size() > maxWord || len(made.Body) > maxCached/16 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(k, made)
}

func (c *cache) add(k key, made *Answer) {
	size := len(made.Body) + k.size() + overhead
	if c.young == nil || c.size+size > maxCached {
		c.old, c.young, c.size = c.young, map[key]*Answer{}, 0
	}
	c.young[k] = made
	c.size += size
}
