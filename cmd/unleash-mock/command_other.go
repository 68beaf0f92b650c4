//go:build !unix

package main

import "os/exec"

// There are no process groups: a command is left as it is.

func endWithChildren(*exec.Cmd) {}

func killChildren(*exec.Cmd) {}
