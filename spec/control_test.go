package spec

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheControlDocument(t *testing.T) {
	t.Parallel()
	control := Control()
	if err := control.Complete(); err != nil {
		t.Error(err)
	}
	for _, operation := range control.Operations() {
		if !strings.HasPrefix(operation.Path, "/_mock/") {
			t.Errorf("the path of %s is outside of /_mock/: %s", operation.ID, operation.Path)
		}
		for _, status := range []int{400, 401, 403, 404, 413, 415, 500, 503} {
			if operation.Response(status) == nil {
				t.Errorf("%s does not list the status %d", operation.ID, status)
			}
		}
		if operation.Method == http.MethodPut && operation.Body() == nil {
			t.Errorf("%s has no body", operation.ID)
		}
	}
}
