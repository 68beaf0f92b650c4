package proxy_test

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/spec"
)

// everyFault tries all faults, which takes minutes. Without it, one in 24 is tried, and one in
// 480 of those that follow from the contract.
var everyFault = flag.Bool("every-fault", false, "try every fault of the suite instead of a sample")

const sample, derivedSample = 24, 480

// witness judges answers at their source, for comparison with what the proxy finds in them.
type witness struct {
	http.Handler
	mu   sync.Mutex
	seen map[string]bool
}

func (w *witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	recorder := &beginning{httptest.NewRecorder(), cancel}
	plain := r.Clone(ctx)
	plain.Header.Del("Accept-Encoding") // so that the body can be judged without decoding
	w.Handler.ServeHTTP(recorder, plain)
	operation := spec.Default().Find(r.Method, r.URL.EscapedPath())
	if operation != nil && recorder.Code != http.StatusNotModified {
		body := recorder.Body.Bytes()
		if r.Method == http.MethodHead {
			body = nil
		} else if body == nil {
			body = []byte{}
		}
		for _, failure := range operation.CheckResponse(recorder.Code, recorder.Header(), body) {
			w.mu.Lock()
			w.seen[operation.ID+" "+failure.Error()] = true
			w.mu.Unlock()
		}
	}
	for name, values := range recorder.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(recorder.Code)
	_, _ = out.Write(recorder.Body.Bytes())
}

// beginning records an answer. Of a streamed answer, it records only the first piece.
type beginning struct {
	*httptest.ResponseRecorder
	leave func()
}

func (b *beginning) Flush() {
	b.ResponseRecorder.Flush()
	b.leave()
}

// TestFaultsThatTheContractSees puts the faults that the conformance suite is measured by behind
// the proxy and sends the suite's own traffic through it. Everything in the answers that breaks
// the contract must be reported with operation, place and reason, and nothing else.
func TestFaultsThatTheContractSees(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	var mu sync.Mutex
	tried, visible := 0, 0
	t.Cleanup(func() {
		t.Logf("%d faults, %d of them visible to the contract", tried, visible)
		if visible < tried/4 {
			t.Error("too few faults are visible to prove anything")
		}
	})
	derived, err := faulty.Derived(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range slices.Concat(every(sample, faulty.Faults()), every(derivedSample, derived)) {
		if fault.Mock == bend.Calls { // it allows one call a second
			continue
		}
		t.Run(fault.ID, func(t *testing.T) {
			t.Parallel()
			handler, err := faulty.Handler(fault)
			if err != nil {
				t.Fatal(err)
			}
			w := &witness{Handler: handler, seen: map[string]bool{}}
			s := play(t, w, func(o *proxy.Options) { o.Judge = proxy.Responses })
			options := conformance.Options{Target: s.url, Tokens: conformance.MockTokens(), AllowWrites: true}
			if fault.Operation != "" {
				options.Operations = []string{fault.Operation}
			}
			if _, err := conformance.Run(t.Context(), options); err != nil {
				t.Log(err) // the suite may find no mock behind some faults
			}
			s.end()
			got := map[string]bool{}
			for _, scenario := range s.Report().Scenarios {
				for _, exchange := range scenario.Exchanges {
					for _, v := range exchange.Violations {
						got[exchange.Operation+" "+v.In+v.Pointer+": "+v.Reason] = true
					}
				}
			}
			if diff := cmp.Diff(sorted(w.seen), sorted(got)); diff != "" {
				t.Errorf("-sent +reported:\n%s", diff)
			}
			mu.Lock()
			defer mu.Unlock()
			tried++
			if len(got) > 0 {
				visible++
			}
		})
	}
}

// every returns one in nth faults, or all of them with -every-fault.
func every(nth int, faults []bend.Fault) []bend.Fault {
	if *everyFault {
		return faults
	}
	var out []bend.Fault
	for i := 0; i < len(faults); i += nth {
		out = append(out, faults[i])
	}
	return out
}

func sorted(set map[string]bool) []string {
	var list []string
	for entry := range set {
		list = append(list, entry)
	}
	slices.Sort(list)
	return list
}
