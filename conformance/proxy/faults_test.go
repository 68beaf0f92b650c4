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
	"github.com/unleash-mock/unleash-mock/spec"
)

// everyFault takes minutes; without it one fault of every 24 is tried, and of those that
// follow from the contract one of every 480.
var everyFault = flag.Bool("every-fault", false, "try every fault of the suite's, not a sample")

const sample, derivedSample = 24, 480

// witness judges answers where they are made, to compare with what the proxy
// makes of them after they have passed.
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
	plain.Header.Del("Accept-Encoding") // so that the body can be judged as it is
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

// beginning records an answer, of one that goes on its first piece.
type beginning struct {
	*httptest.ResponseRecorder
	leave func()
}

func (b *beginning) Flush() {
	b.ResponseRecorder.Flush()
	b.leave()
}

// TestFaultsThatTheContractSees: each fault that the conformance suite is
// measured by, behind the proxy, under the suite's own traffic. What of the
// answers breaks the contract is reported with operation, place and reason, and
// nothing else is.
func TestFaultsThatTheContractSees(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	tried, visible := 0, 0
	t.Cleanup(func() {
		t.Logf("%d faults, of which the contract sees %d", tried, visible)
		if visible < tried/4 {
			t.Error("that is too few to prove anything")
		}
	})
	derived, err := faulty.Derived(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range slices.Concat(every(sample, faulty.Faults()), every(derivedSample, derived)) {
		if fault.Mock == bend.Calls { // a call each second
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
				t.Errorf("made -, reported +:\n%s", diff)
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

// every returns one fault of so many, or all of them if the flag asks for these.
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
