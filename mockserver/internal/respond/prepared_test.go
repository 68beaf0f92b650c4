package respond

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

// TestAPreparedBodyIsSentAsAnyOther checks that a prepared body is sent like any other,
// also concurrently.
func TestAPreparedBodyIsSentAsAnyOther(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, threshold, 100 * threshold} {
		text := []byte(`"` + strings.Repeat("a", size) + `"`)
		prepared := Prepare(text)
		var all sync.WaitGroup
		for _, encoding := range []string{"", "gzip", "br", "deflate", "gzip", "identity"} {
			all.Go(func() {
				request := httptest.NewRequest(http.MethodGet, "/", nil)
				request.Header.Set("Accept-Encoding", encoding)
				want, got := httptest.NewRecorder(), httptest.NewRecorder()
				Write(want, request, http.StatusOK, "application/json", text)
				WritePrepared(got, request, http.StatusOK, "application/json", prepared)
				if !bytes.Equal(want.Body.Bytes(), got.Body.Bytes()) || want.Header().Get("Content-Encoding") != got.Header().Get("Content-Encoding") || want.Header().Get("Etag") != got.Header().Get("Etag") {
					t.Errorf("%d bytes, %q: %v %.40q, want %v %.40q", size, encoding, got.Header(), got.Body, want.Header(), want.Body)
				}
			})
		}
		all.Wait()
	}
}

func TestAVerdictIsOfOneResponse(t *testing.T) {
	t.Parallel()
	one, other := &spec.Response{Status: 200}, &spec.Response{Status: 200}
	prepared := Prepare([]byte("{}"))
	if prepared.Fits(one) || prepared.Fits(nil) {
		t.Error("the body fits before it was checked")
	}
	prepared.Fitted(one)
	if !prepared.Fits(one) || prepared.Fits(other) || prepared.Fits(nil) {
		t.Error("the body must fit the response it was checked against, and no other")
	}
}
