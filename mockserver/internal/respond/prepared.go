package respond

import (
	"sync"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Prepared is a body that is written once and sent in many answers, without judging,
// copying or compressing it again. It must not be changed. It is safe for concurrent use.
type Prepared struct {
	body []byte

	fits atomic.Pointer[spec.Response] // the response that it was last found to fit

	size atomic.Int64 // of the body and what it was compressed to

	mu      sync.Mutex
	encoded map[string][]byte
}

// Prepare returns a prepared body.
func Prepare(body []byte) *Prepared {
	p := &Prepared{body: body}
	p.size.Store(int64(cap(body)))
	return p
}

// Size returns the bytes of memory that it takes.
func (p *Prepared) Size() int64 { return p.size.Load() }

// Bytes returns the body.
func (p *Prepared) Bytes() []byte { return p.body }

// Fits reports whether the body is known to fit a response of the contract.
func (p *Prepared) Fits(as *spec.Response) bool { return as != nil && p.fits.Load() == as }

// Fitted records that the body fits a response of the contract.
func (p *Prepared) Fitted(as *spec.Response) { p.fits.Store(as) }

// compressed returns the body in a content encoding. Concurrent callers wait until it is
// made.
func (p *Prepared) compressed(encoding string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.encoded[encoding] == nil {
		if p.encoded == nil {
			p.encoded = map[string][]byte{}
		}
		p.encoded[encoding] = compress(encoding, p.body)
		p.size.Add(int64(cap(p.encoded[encoding])))
	}
	return p.encoded[encoding]
}
