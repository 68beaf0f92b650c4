package rules

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// maxDelay limits every delay, random ones included.
const maxDelay = time.Minute

// Distribution is the distribution of a random delay.
type Distribution string

// The distributions.
const (
	// Fixed always returns Mean.
	Fixed Distribution = ""
	// Uniform makes every duration from Min to Max equally likely.
	Uniform Distribution = "uniform"
	// Normal has the mean Mean and the standard deviation StdDev.
	Normal Distribution = "normal"
	// LogNormal has the median Mean; Sigma is the standard deviation of its logarithm. Its
	// tail is long, like that of real networks.
	LogNormal Distribution = "lognormal"
)

// Delay is a fixed or random delay. In JSON, a fixed delay is a duration such as "250ms",
// and a random one an object with the fields of its distribution:
//
//	{"distribution": "uniform", "min": "10ms", "max": "1s"}
//	{"distribution": "normal", "mean": "200ms", "stdDev": "50ms"}
//	{"distribution": "lognormal", "median": "80ms", "sigma": 0.6}
type Delay struct {
	Distribution Distribution
	Min, Max     time.Duration
	Mean         time.Duration // the delay itself if it is fixed, the median of LogNormal
	StdDev       time.Duration
	Sigma        float64
}

// After returns a fixed delay.
func After(d time.Duration) *Delay { return &Delay{Mean: d} }

// sample draws a delay between 0 and maxDelay.
func (d *Delay) sample(random *rand.Rand) time.Duration {
	drawn := float64(d.Mean)
	switch d.Distribution {
	case Uniform:
		drawn = float64(d.Min) + random.Float64()*float64(d.Max-d.Min)
	case Normal:
		drawn += random.NormFloat64() * float64(d.StdDev)
	case LogNormal:
		drawn *= math.Exp(random.NormFloat64() * d.Sigma)
	}
	return time.Duration(min(max(drawn, 0), float64(maxDelay)))
}

func (d Distribution) unknown() error {
	return fmt.Errorf("the distribution %q is not one of %s, %s, %s", d, Uniform, Normal, LogNormal)
}

// delayJSON is a random delay in JSON.
type delayJSON struct {
	Distribution Distribution `json:"distribution"`
	Min          *Duration    `json:"min,omitempty"`
	Max          *Duration    `json:"max,omitempty"`
	Mean         *Duration    `json:"mean,omitempty"`
	StdDev       *Duration    `json:"stdDev,omitempty"`
	Median       *Duration    `json:"median,omitempty"`
	Sigma        *float64     `json:"sigma,omitempty"`
}

// MarshalJSON writes the delay.
func (d Delay) MarshalJSON() ([]byte, error) {
	duration := func(value time.Duration) *Duration { return (*Duration)(&value) }
	out := delayJSON{Distribution: d.Distribution}
	switch d.Distribution {
	case Fixed:
		return json.Marshal(Duration(d.Mean))
	case Uniform:
		out.Min, out.Max = duration(d.Min), duration(d.Max)
	case Normal:
		out.Mean, out.StdDev = duration(d.Mean), duration(d.StdDev)
	case LogNormal:
		out.Median, out.Sigma = duration(d.Mean), &d.Sigma
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads a delay. A field that does not belong to the distribution is an
// error.
func (d *Delay) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*d = Delay{}
		return json.Unmarshal(text, (*Duration)(&d.Mean))
	}
	var in delayJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*d = Delay{Distribution: in.Distribution}
	fields := map[string]*Duration{"min": in.Min, "max": in.Max, "mean": in.Mean, "stdDev": in.StdDev, "median": in.Median}
	targets := map[Distribution]map[string]*time.Duration{
		Uniform:   {"min": &d.Min, "max": &d.Max},
		Normal:    {"mean": &d.Mean, "stdDev": &d.StdDev},
		LogNormal: {"median": &d.Mean},
	}[in.Distribution]
	if targets == nil {
		return in.Distribution.unknown()
	}
	for name, value := range fields {
		target := targets[name]
		switch {
		case value == nil && target != nil:
			return fmt.Errorf("the distribution %s needs %s", in.Distribution, name)
		case value != nil && target == nil:
			return fmt.Errorf("the distribution %s does not take %s", in.Distribution, name)
		case value != nil:
			*target = time.Duration(*value)
		}
	}
	if (in.Sigma != nil) != (in.Distribution == LogNormal) {
		return fmt.Errorf("only the distribution %s takes sigma", LogNormal)
	}
	if in.Sigma != nil {
		d.Sigma = *in.Sigma
	}
	return nil
}
