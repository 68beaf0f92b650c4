// Package ratelimit counts requests in fixed windows, as the limiter of a real Unleash
// does, and writes its headers.
package ratelimit

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limiter allows a number of requests per window and key. The window of a key begins with
// its first request. It is safe for concurrent use.
type Limiter struct {
	limit  int
	window time.Duration
	policy string

	mu      sync.Mutex
	clients map[string]*client
	swept   time.Time
}

type client struct {
	hits  int
	until time.Time
}

// New returns a limiter that allows limit requests per window.
func New(limit int, window time.Duration) *Limiter {
	return &Limiter{
		limit:   limit,
		window:  window,
		policy:  fmt.Sprintf("%d;w=%d", limit, int(window.Seconds())),
		clients: map[string]*client{},
	}
}

// Verdict is the limiter's decision on one request.
type Verdict struct {
	Allowed   bool
	limit     int
	remaining int
	reset     int // seconds
	policy    string
}

// Take counts a request with a key and decides whether to allow it. It reads the clock
// itself, under the lock: requests counted out of order would look like a clock that was
// set back, and so begin a new window.
func (l *Limiter) Take(key string, clock func() time.Time) Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := clock()
	l.sweep(now)
	key = short(key)
	entry := l.clients[key]
	if entry == nil || !now.Before(entry.until) || entry.until.Sub(now) > l.window {
		l.makeRoom()
		entry = &client{until: now.Add(l.window)}
		l.clients[key] = entry
	}
	entry.hits++
	return Verdict{
		Allowed:   entry.hits <= l.limit,
		limit:     l.limit,
		remaining: max(l.limit-entry.hits, 0),
		reset:     int((entry.until.Sub(now) + time.Second - 1) / time.Second),
		policy:    l.policy,
	}
}

// Limits of what is remembered about clients: they choose their own names, and while a
// clock is frozen, a window never ends.
const (
	maxClients  = 2000
	longestKey  = 64
	clientBytes = 256
)

// short returns a key, or the digest of a long one.
func short(key string) string {
	if len(key) <= longestKey {
		return key
	}
	digest := sha256.Sum256([]byte(key))
	return string(digest[:])
}

// makeRoom forgets an arbitrary client if the limit is reached.
func (l *Limiter) makeRoom() {
	if len(l.clients) < maxClients {
		return
	}
	for key := range l.clients {
		delete(l.clients, key)
		return
	}
}

// Bytes estimates the memory that the limiter takes.
func (l *Limiter) Bytes() int64 {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.clients) * clientBytes)
}

// sweep forgets clients whose window is over, at most once per window.
func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < l.window && !now.Before(l.swept) {
		return
	}
	l.swept = now
	for key, entry := range l.clients {
		if !now.Before(entry.until) {
			delete(l.clients, key)
		}
	}
}

// SetHeaders writes the RateLimit headers, and Retry-After for a refusal.
func (v Verdict) SetHeaders(header http.Header) {
	reset := strconv.Itoa(v.reset)
	header["Ratelimit-Policy"] = []string{v.policy}
	header["Ratelimit-Limit"] = []string{strconv.Itoa(v.limit)}
	header["Ratelimit-Remaining"] = []string{strconv.Itoa(v.remaining)}
	header["Ratelimit-Reset"] = []string{reset}
	if !v.Allowed {
		header["Retry-After"] = []string{reset}
	}
}

// Unannounced returns the RateLimit headers without values, for an answer that lacks them.
func Unannounced() http.Header {
	return http.Header{"Ratelimit-Policy": nil, "Ratelimit-Limit": nil, "Ratelimit-Remaining": nil, "Ratelimit-Reset": nil}
}
