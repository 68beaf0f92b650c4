package sdks

import (
	"maps"
	"math"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// latest is the last millisecond of a JavaScript date.
const latest = 8.64e15

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
	if !isDate(value) {
		f.refuse(name, "must be a valid date", string(v8json.FormatNumber(nil, value.(float64))))
	}
}

// isDate reports whether a date that the schema allows is one of JavaScript's.
func isDate(value any) bool {
	number, is := value.(float64)
	return !is || math.Abs(number) <= latest
}

func (f *first) number(name string, value float64) {
	if f.err == nil {
		f.err = apierror.CheckSafe(name, value)
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
	return most <= apierror.MaxSafe
}

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
	for flag, counted := range in.Bucket.Flags {
		if !counted.isSafe() {
			wrong = append(wrong, flag)
		}
	}
	if len(wrong) > 0 {
		flag := slices.Min(wrong)
		f.asked("bucket.toggles."+flag+".", in.Bucket.Flags[flag])
	}
	return f.err
}

// Check refuses the same as for a web page, without saying what is wrong (O).
func (in *serverMetricsIn) Check() error {
	if in.metricsIn.Check() != nil {
		return unsaid()
	}
	return nil
}

// unsaid refuses a report without a body.
func unsaid() error { return &apierror.Error{Status: http.StatusBadRequest, Envelope: apierror.Empty} }

// Check refuses applications without what a registration needs, and impossible counts (O).
func (in *bulkIn) Check() error {
	for i := range in.Applications {
		if one := &in.Applications[i]; one.Application != "" && !one.isBrowser() && !one.isComplete() {
			return unsaid()
		}
	}
	for i := range in.Metrics {
		if one := &in.Metrics[i]; one.Application != "" && (one.Environment == "" || !isDate(one.Timestamp) || !one.isSafe()) {
			return unsaid()
		}
	}
	return nil
}

func (a *bulkApplication) isComplete() bool {
	named := !a.Version.Sent || a.Version.Value != ""
	return named && a.Started != nil && isDate(a.Started) && a.Interval != nil && math.Abs(*a.Interval) <= apierror.MaxSafe && !slices.Contains(a.Projects, "")
}
