package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/unleash-mock/unleash-mock/cmd/unleash-mock/internal/startup"
	"github.com/unleash-mock/unleash-mock/spec"
)

// settleDelay postpones the rest of the startup work, so that it does not slow down the first answer.
const settleDelay = 100 * time.Millisecond

// settle does the part of the start that nobody has to wait for. It also returns the memory that
// only the start needed: reading the document takes several times what is kept of it.
func (p *program) settle(s *serving) {
	document, flags, logger := s.document, s.flags, s.logger
	startup.Over()
	kept := flags.bounds.Bytes
	if err := spec.Default().Complete(); err != nil {
		logger.Error("the contract does not compile", "error", err)
	}
	isOurs, percent := p.env.text("GOMEMLIMIT", "") == "" && kept > 0, gcPercent
	if document != nil {
		differences(document, s.served, flags.specWins, logger)
		if isOurs {
			debug.SetMemoryLimit(auditMemory)
		}
		p.audit(flags.document, document, logger)
		percent = 100 // as there is more live memory
	}
	debug.FreeOSMemory()
	if p.env.text("GOGC", "") == "" {
		debug.SetGCPercent(percent)
	}
	if isOurs {
		debug.SetMemoryLimit(baseMemory + kept + kept/2 + documentMemory(document))
	}
}

// auditMemory is the amount of memory above which garbage is collected more often while a --spec
// document is checked. Checking may take hundreds of megabytes for a while.
const auditMemory = 450 << 20

// documentMemory returns how many bytes a --spec document takes: its text, its operations, and as
// many of its schemas as are compiled at a time.
func documentMemory(document *spec.Contract) int64 {
	if document == nil {
		return 0
	}
	return 256<<20 + 4*int64(len(document.YAML()))
}

// baseMemory is what a mock takes without its workspaces, in bytes. Garbage is collected more
// often when memory exceeds this plus one and a half times what workspaces may take. GOMEMLIMIT
// overrides the limit.
const baseMemory = 64 << 20

// gcPercent is how much garbage may accumulate, in percent of live memory. Live memory is small, so
// this is generous, which saves time for collecting. GOGC overrides it.
const gcPercent = 300

// A mock checks every restInterval whether it is idle, which it is with fewer than restRequests
// requests since the last check. It then returns memory if there were at least workRequests since
// it last did.
const (
	restInterval = 15 * time.Second
	restRequests = 100
	workRequests = 1000
)

// rest returns memory to the system when a mock becomes idle after a load. Left alone, Go collects
// what a load leaves behind only minutes later, and returns it slowly.
func rest(ctx context.Context, every <-chan time.Time, begun func() int64, giveBack func()) {
	var last, given int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-every:
		}
		now := begun()
		if now-last < restRequests && now-given >= workRequests {
			giveBack()
			given = now
		}
		last = now
	}
}

// giveBack collects twice, because objects in a sync.Pool survive the first collection.
func giveBack() {
	runtime.GC()
	debug.FreeOSMemory()
}
