package main

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/unleash-mock/unleash-mock/cmd/unleash-mock/internal/startup"
	"github.com/unleash-mock/unleash-mock/spec"
)

// settleDelay leaves the machine to those who wait for the first answer.
const settleDelay = 100 * time.Millisecond

// settle does what of the start nobody has to wait for, and gives the memory back that
// only the start needed: reading the document takes several times what is kept of it.
func (p *program) settle(document, served *spec.Contract, flags *serveFlags, logger *slog.Logger) {
	startup.Over()
	kept := flags.bounds.Bytes
	if err := spec.Default().Complete(); err != nil {
		logger.Error("the contract does not compile", "error", err)
	}
	isOurs, percent := p.env.text("GOMEMLIMIT", "") == "" && kept > 0, gcPercent
	if document != nil {
		differences(document, served, flags.specWins, logger)
		if isOurs {
			debug.SetMemoryLimit(auditMemory)
		}
		p.audit(flags.document, document, logger)
		percent = 100 // of more live memory
	}
	debug.FreeOSMemory()
	if p.env.text("GOGC", "") == "" {
		debug.SetGCPercent(percent)
	}
	if isOurs {
		debug.SetMemoryLimit(baseMemory + kept + kept/2 + documentMemory(document))
	}
}

// auditMemory is from how much memory on garbage is collected more often while a document of
// --spec is looked at, which may take hundreds of megabytes for a while.
const auditMemory = 450 << 20

// documentMemory is what a document of --spec takes: its text and operations, and as much of
// its schemas as is compiled at a time.
func documentMemory(document *spec.Contract) int64 {
	if document == nil {
		return 0
	}
	return 256<<20 + 4*int64(len(document.YAML()))
}

// baseMemory is what a mock takes beside its workspaces. Where half of what these may take
// comes on top, garbage is collected more often. GOMEMLIMIT overrules it.
const baseMemory = 64 << 20

// gcPercent is how much of garbage may gather per live memory, which is little: the
// more, the less of the time goes into collecting it. GOGC overrules it.
const gcPercent = 300

// How often a mock looks whether it rests, with how few requests meanwhile it does, and after
// how many it gives memory back.
const (
	restInterval = 15 * time.Second
	restRequests = 100
	workRequests = 1000
)

// rest gives memory back to the system when a mock has little to do after it had much: Go
// itself collects what is left of a load only minutes later, and gives it back slowly.
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

// giveBack collects twice: what waited in a pool to be used again is kept once.
func giveBack() {
	runtime.GC()
	debug.FreeOSMemory()
}
