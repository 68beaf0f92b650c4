//go:build unix

package main

import (
	"bytes"
	"testing"
)

// TestTheStartIsPreparedFirst checks that the package startup is initialized before the
// packages that produce most of the start's garbage.
func TestTheStartIsPreparedFirst(t *testing.T) {
	t.Parallel()
	program := process(t, "version")
	program.Env = append(program.Env, "GODEBUG=inittrace=1")
	said, err := program.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	_, after, prepared := bytes.Cut(said, []byte("init github.com/unleash-mock/unleash-mock/cmd/unleash-mock/internal/startup "))
	if !prepared || !bytes.Contains(after, []byte("init github.com/pb33f/jsonschema/v6 ")) {
		t.Errorf("the packages are initialized in this order: %s", said)
	}
}
