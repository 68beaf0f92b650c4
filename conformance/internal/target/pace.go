package target

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limit is a target's rate limit.
type Limit struct {
	Operation string // the operationId of the operation it is meant for
	// Path is the path below which it limits all requests.
	Path string
	// Counts reports whether the target counts a request. It refuses others before counting
	// them.
	Counts func(Request) bool
}

// pace keeps the requests below one path within the limit that the target sets for a client.
// It learns the limit from the RateLimit headers of responses: after a response that leaves
// no remaining requests, the next request waits until the window ends. It is safe for
// concurrent use. A nil pace is for requests without a limit.
type pace struct {
	limit Limit
	turn  chan struct{} // holds one token, which a request takes before it is sent
	pause func(context.Context, time.Duration) error

	mu   sync.Mutex
	free time.Time // when the next request may be sent
	ends time.Time // when the window of the last request ends
	// lifted is true once a response had no RateLimit headers.
	lifted bool
}

func newPace(limit Limit, pause func(context.Context, time.Duration) error) *pace {
	p := &pace{limit: limit, turn: make(chan struct{}, 1), pause: pause}
	p.turn <- struct{}{}
	return p
}

// paceOf returns the pace that a request has to keep, or nil.
func (c *Client) paceOf(r Request) *pace {
	path := Canonical(r.Path)
	for _, p := range c.pace {
		if strings.HasPrefix(path, p.limit.Path+"/") {
			return p
		}
	}
	return nil
}

// IsLimited reports whether the target has a rate limit for the request.
func (c *Client) IsLimited(r Request) bool { return c.paceOf(r) != nil }

// Fresh waits until the next request like this one starts a new window.
func (c *Client) Fresh(ctx context.Context, r Request) error {
	p := c.paceOf(r)
	if p == nil {
		return nil
	}
	p.mu.Lock()
	ends := p.ends
	p.mu.Unlock()
	return p.until(ctx, ends)
}

// margin is added to the whole seconds that a server states, because its window may start a
// little after its clock's reading.
const margin = 20 * time.Millisecond

// enter waits until a request may be sent. The caller must call release with the response, or
// with nil if there is none.
func (p *pace) enter(ctx context.Context, r Request) (release func(*Exchange), err error) {
	if p == nil {
		return func(*Exchange) {}, nil
	}
	if r.Burst || !p.limit.Counts(r) || p.isLifted() {
		return p.learn, nil
	}
	select {
	case <-p.turn:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := p.wait(ctx); err != nil {
		p.turn <- struct{}{}
		return nil, err
	}
	return func(x *Exchange) {
		p.learn(x)
		p.turn <- struct{}{}
	}, nil
}

// wait waits until the target's window allows a request.
func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	free := p.free
	p.mu.Unlock()
	return p.until(ctx, free)
}

// until waits until moment, when the window is over.
func (p *pace) until(ctx context.Context, moment time.Time) error {
	pause := time.Until(moment)
	if pause <= 0 {
		return context.Cause(ctx)
	}
	if err := p.pause(ctx, pause); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free, p.ends = time.Time{}, time.Time{}
	return nil
}

// Waits reports whether the target limits requests, so that later ones have to wait.
func (c *Client) Waits() bool {
	for _, p := range c.pace {
		p.mu.Lock()
		waits := !p.ends.IsZero() && !p.lifted
		p.mu.Unlock()
		if waits {
			return true
		}
	}
	return false
}

// learn reads from a response when the next request may be sent.
func (p *pace) learn(x *Exchange) {
	if x == nil || x.Status == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	remaining := x.Answer.Get("RateLimit-Remaining")
	if remaining == "" {
		p.lifted = p.lifted || x.Status == http.StatusOK
		return
	}
	p.lifted = false
	p.ends = time.Now().Add(seconds(x.Answer.Get("RateLimit-Reset")) + margin)
	if remaining == "0" {
		p.free = p.ends
	}
}

func (p *pace) isLifted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lifted
}

// retryAfter returns how long a refusal asks to wait.
func retryAfter(header http.Header) time.Duration {
	return max(seconds(header.Get("Retry-After")), time.Second) + margin
}

// maxPause is the longest time that a target can make the suite wait at once.
const maxPause = time.Minute

// seconds parses a whole number of seconds. An invalid one counts as 1.
func seconds(text string) time.Duration {
	number, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || number < 0 {
		number = 1
	}
	return min(time.Duration(number)*time.Second, maxPause)
}

// Sleep waits, or returns why the context ended.
func Sleep(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
