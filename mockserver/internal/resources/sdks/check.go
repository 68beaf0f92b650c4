package sdks

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// Limits of JavaScript's numbers and dates.
const (
	safe   = 1<<53 - 1 // the largest number that differs from its neighbors
	latest = 8.64e15   // the last millisecond of a date
)

// first is the first thing that is wrong with a report after the schema was checked. It
// is the only one that a real server reports (O).
type first struct{ err error }

func (f *first) refuse(name, rule, sent string) {
	if f.err == nil {
		f.err = apierror.BadProperty(name, rule, sent)
	}
}

func (f *first) version(name string, in *sdk) {
	if in.Version.Sent && in.Version.Value == "" {
		f.refuse(name, "is not allowed to be empty", "")
	}
}

func (f *first) date(name string, value any) {
	if number, is := value.(float64); is && math.Abs(number) > latest {
		f.refuse(name, "must be a valid date", printed(number))
	}
}

func (f *first) number(name string, value float64) {
	if math.Abs(value) > safe {
		f.refuse(name, "must be a safe number", printed(value))
	}
}

func (f *first) asked(at string, in asked) {
	if in.isSafe() {
		return
	}
	f.number(at+"yes", in.Yes)
	f.number(at+"no", in.No)
	for _, name := range slices.Sorted(maps.Keys(in.Variants)) {
		f.number(at+"variants."+name, in.Variants[name])
	}
}

func (in *asked) isSafe() bool {
	most := max(in.Yes, in.No) // none is negative
	for _, times := range in.Variants {
		most = max(most, times)
	}
	return most <= safe
}

func printed(number float64) string { return string(v8json.FormatNumber(nil, number)) }

// Check refuses values that the schema allows. A web page's registration may contain them
// (O).
func (in *serverRegistration) Check() error {
	var f first
	f.version("sdkVersion", &in.sdk)
	f.date("started", in.Started)
	f.number("interval", in.Interval)
	return f.err
}

// Check refuses dates and numbers that JavaScript does not have.
func (in *metricsIn) Check() error {
	var f first
	if in.Bucket == nil {
		return nil
	}
	f.date("bucket.start", in.Bucket.Start)
	f.date("bucket.stop", in.Bucket.Stop)
	var wrong []string
	for flag, told := range in.Bucket.Flags {
		if !told.isSafe() {
			wrong = append(wrong, flag)
		}
	}
	if len(wrong) > 0 {
		flag := slices.Min(wrong)
		f.asked("bucket.toggles."+flag+".", in.Bucket.Flags[flag])
	}
	return f.err
}

// Check refuses applications without what a registration needs, and impossible counts. A
// real server's refusal has no body (O).
func (in *bulkIn) Check() error {
	var f first
	for i := range in.Applications {
		one, at := &in.Applications[i], fmt.Sprintf("applications[%d].", i)
		if one.Application == "" || one.isBrowser() {
			continue
		}
		f.version(at+"sdkVersion", &one.sdk)
		if one.Started == nil {
			f.refuse(at+"started", "is required", "")
		}
		f.date(at+"started", one.Started)
		if one.Interval == nil {
			f.refuse(at+"interval", "is required", "")
		} else {
			f.number(at+"interval", *one.Interval)
		}
	}
	for i := range in.Metrics {
		one, at := &in.Metrics[i], fmt.Sprintf("metrics[%d].", i)
		if one.Application == "" {
			continue
		}
		if one.Environment == "" {
			f.refuse(at+"environment", "is not allowed to be empty", "")
		}
		f.date(at+"timestamp", one.Timestamp)
		f.asked(at, one.asked)
	}
	return f.err
}
