package main

import (
	"log/slog"
	"runtime/debug"

	"github.com/unleash-mock/unleash-mock/spec"
)

// settle does what of the start nobody has to wait for, and gives the memory back that
// only the start needed: reading the document takes several times what is kept of it.
func (p *program) settle(document, served *spec.Contract, flags *serveFlags, logger *slog.Logger) {
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
