package respond

import (
	"sync"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Prepared is the body of many answers, written once: whoever sends it need not judge, copy
// or compress it again. It must not be changed. It is safe for concurrent use.
type Prepared struct {
	body []byte

	fits atomic.Pointer[spec.Response] // the answer that it was last found to fit

	mu      sync.Mutex
	encoded map[string][]byte
}

// Prepare returns a body as a prepared one.
func Prepare(body []byte) *Prepared { return &Prepared{body: body} }

// Bytes are the body.
func (p *Prepared) Bytes() []byte { return p.body }

// Fits reports whether the body is known to keep the contract as an answer of it.
func (p *Prepared) Fits(as *spec.Response) bool { return as != nil && p.fits.Load() == as }

// Fitted says that the body keeps the contract as an answer of it.
func (p *Prepared) Fitted(as *spec.Response) { p.fits.Store(as) }

// compressed is the body in a content encoding. Who asks for it while it is made waits.
func (p *Prepared) compressed(encoding string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.encoded[encoding] == nil {
		if p.encoded == nil {
			p.encoded = map[string][]byte{}
		}
		p.encoded[encoding] = compress(encoding, p.body)
	}
	return p.encoded[encoding]
}
