package main

import (
	"net"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

// controlTokenVariable names the variable with the control API's token. There is no flag for
// it, because every user of the machine can see command lines.
const controlTokenVariable = "UNLEASH_MOCK_CONTROL_TOKEN"

// workspaceFlags are the flags of serve for workspaces and how much they keep.
type workspaceFlags struct {
	deterministic bool
	bounds        mockserver.Bounds
}

var workspaceVariables = map[string]string{
	"deterministic":  "UNLEASH_MOCK_DETERMINISTIC",
	"max-workspaces": "UNLEASH_MOCK_MAX_WORKSPACES",
	"workspace-idle": "UNLEASH_MOCK_WORKSPACE_IDLE",
	"max-bytes":      "UNLEASH_MOCK_MAX_BYTES",
}

func (w *workspaceFlags) add(f *pflag.FlagSet) {
	w.bounds = mockserver.DefaultBounds()
	f.BoolVar(&w.deterministic, "deterministic", false, "make ids, secrets and timestamps the same in every run; time stands still until it is changed")
	f.IntVar(&w.bounds.Workspaces, "max-workspaces", w.bounds.Workspaces, "how many workspaces there may be besides the first; 0 means no limit")
	f.DurationVar(&w.bounds.WorkspaceIdle, "workspace-idle", w.bounds.WorkspaceIdle, "how long a workspace may go without a request before it is removed; 0 means forever")
	f.IntVar(&w.bounds.Journal, "journal-size", w.bounds.Journal, "how many exchanges each workspace's journal keeps")
	f.Int64Var(&w.bounds.Bytes, "max-bytes", w.bounds.Bytes, "how much memory, by estimation, all workspaces together may take; at least 1048576, or 0 for no limit")
}

// leastBytes is the least memory with which a mock can do anything. Less is usually meant to be
// megabytes.
const leastBytes = 1 << 20

func (w *workspaceFlags) options() ([]mockserver.Option, error) {
	for flag, number := range map[string]int{"max-workspaces": w.bounds.Workspaces, "journal-size": w.bounds.Journal} {
		if number < 0 {
			return nil, usageError("--%s %d is less than 0", flag, number)
		}
	}
	if w.bounds.Bytes < leastBytes && w.bounds.Bytes != 0 {
		return nil, usageError("--max-bytes %d is less than %d; 0 means no limit", w.bounds.Bytes, leastBytes)
	}
	if w.bounds.WorkspaceIdle < 0 {
		return nil, usageError("--workspace-idle %s is less than 0", w.bounds.WorkspaceIdle)
	}
	options := []mockserver.Option{mockserver.WithBounds(w.bounds)}
	if w.deterministic {
		options = append(options, mockserver.WithDeterministic())
	}
	return options, nil
}

// controlAccess says who may use a server's control API: as an option and in words.
type controlAccess struct {
	option mockserver.Option
	said   string
	page   bool   // whether the live page is served
	header string // the argument with which curl sends the token, if one is needed
}

// controlAccess decides by the address to listen on: the control API is open on loopback, and
// elsewhere needs a token or is off. If a token is set, it is required everywhere.
func (p *program) controlAccess(address *net.TCPAddr) (controlAccess, error) {
	secret := p.env.text(controlTokenVariable, "")
	switch {
	case strings.ContainsFunc(secret, isSpaceOrControl):
		return controlAccess{}, usageError("environment variable %s: a token must not contain white space", controlTokenVariable)
	case secret != "":
		return controlAccess{
			option: mockserver.WithControlToken(secret), said: "with the token of " + controlTokenVariable, page: true,
			header: ` -H "Authorization: Bearer $` + controlTokenVariable + `"`,
		}, nil
	case address.IP.IsLoopback():
		return controlAccess{
			option: mockserver.WithControlOnLoopback(), said: "open to programs on this host", page: true,
		}, nil
	}
	return controlAccess{
		option: mockserver.WithoutControl(), said: "off, as the address is not loopback; " + controlTokenVariable + " turns it on",
	}, nil
}

func isSpaceOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
