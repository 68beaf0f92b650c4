package evaluation

import "errors"

// maxWork is how many steps an evaluation may take, each of about 10 ns at most. Work that depends
// only on the configuration is not counted.
const maxWork = 1 << 27

// The steps for each byte of a text.
const (
	lowerSteps = 8  // to write it in lower case
	showSteps  = 16 // to show it in an explanation
)

// Reasons not to evaluate.
var (
	ErrExpressionsTooLarge = errors.New("the regular expressions of the flags are too large together")
	ErrTooMuchWork         = errors.New("the flags have too many constraints for a context with values that long")
)

// A run is the evaluation of flags for one context. It remembers the parents and segments that several flags share.
type run struct {
	*Context
	left     int64     // of its steps
	parents  []outcome // by flag.place
	segments []judged  // by segment.place
}

// An outcome is the result of evaluating a parent.
type outcome struct {
	known, on bool
	variant   string // if it is on
}

// A judged is a segment's condition that failed, or nil if all hold.
type judged struct {
	known  bool
	failed *condition
}

// start starts a run of a number of steps.
func (f *Flags) start(c *Context, steps int64) *run {
	out := f.runs.Get().(*run)
	out.Context, out.left = c, steps
	clear(out.parents)
	clear(out.segments)
	return out
}

// end ends a run. After an error, because it took too many steps, its results mean nothing.
func (f *Flags) end(c *run) error {
	tired := c.left < 0
	c.Context = nil
	f.runs.Put(c)
	if tired {
		return ErrTooMuchWork
	}
	return nil
}

// spend takes steps for each byte of a text. It returns false once the run has taken too
// many.
func (c *run) spend(perByte, length int) bool {
	if c.left >= 0 {
		c.left -= int64(perByte) * int64(length)
	}
	return c.left >= 0
}

// outcome returns the result of a parent, which it evaluates only once.
func (c *run) outcome(f *flag) *outcome {
	out := &c.parents[f.place]
	if !out.known {
		on, s := f.isOn(c, nil)
		*out = outcome{known: true, on: on, variant: disabled}
		if on {
			if chosen, _ := f.variant(c, s, nil); chosen != nil {
				out.variant = chosen.Name
			}
		}
	}
	return out
}

// failing returns the condition of a segment that fails, or nil if all hold.
func (c *run) failing(s *segment) *condition {
	known := &c.segments[s.place]
	if !known.known {
		*known = judged{true, failing(s.conditions, c)}
	}
	return known.failed
}

// failing returns the first condition that fails, or nil if all hold.
func failing(conditions []condition, c *run) *condition {
	for i := range conditions {
		if condition := &conditions[i]; !condition.test(c) {
			return condition
		}
	}
	return nil
}
