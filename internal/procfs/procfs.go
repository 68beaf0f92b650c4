// Package procfs reads what Linux reports about other processes.
package procfs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

var memory = regexp.MustCompile(`(VmRSS|VmHWM):\s+(\d+) kB`)

// Memory returns the resident memory of a process now and at its peak, in units of 10^6
// bytes.
func Memory(pid int) (now, most float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for _, found := range memory.FindAllSubmatch(text, -1) {
		number, _ := strconv.ParseFloat(string(found[2]), 64) // digits
		if string(found[1]) == "VmRSS" {
			now = number * 1024 / 1e6
		} else {
			most = number * 1024 / 1e6
		}
	}
	if now == 0 {
		return 0, 0, errors.New("the process has ended")
	}
	return now, most, nil
}

// tick is the unit in which Linux counts the times of processes. It is the same on every
// Linux.
const tick = 10 * time.Millisecond

// ProcessorTime returns the processor time that a process has used.
func ProcessorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The third field comes after the name in parentheses, which may contain spaces.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	const user, system = 14 - 3, 15 - 3
	if len(fields) <= system {
		return 0, fmt.Errorf("/proc/%d/stat says %q", pid, text)
	}
	inUser, err := strconv.Atoi(string(fields[user]))
	inSystem, wrong := strconv.Atoi(string(fields[system]))
	return time.Duration(inUser+inSystem) * tick, errors.Join(err, wrong)
}
