package mockserver

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestAThousandWorkspacesNeverSeeEachOther creates, writes and reads a thousand
// workspaces concurrently, and checks that each holds what was put into it and nothing
// else.
func TestAThousandWorkspacesNeverSeeEachOther(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	const workspaces = 1000
	var group sync.WaitGroup
	for n := range workspaces {
		group.Go(func() {
			endpoints := fmt.Sprintf("/w/team-%d/api/admin/signal-endpoints", n)
			created := a.call(http.MethodPost, endpoints, adminToken, fmt.Sprintf(`{"name":"of-%d"}`, n))
			if created.status != http.StatusCreated || !strings.Contains(string(created.body), `"id":1339,`) {
				t.Errorf("workspace %d: status %d: %s", n, created.status, created.body)
			}
			listed := string(a.call(http.MethodGet, endpoints, adminToken, "").body)
			if strings.Count(listed, `"name":"of-`) != 1 || !strings.Contains(listed, fmt.Sprintf(`"name":"of-%d"`, n)) {
				t.Errorf("workspace %d lists %s", n, listed)
			}
		})
	}
	group.Wait()
	if listed := string(a.must(200, http.MethodGet, "/api/admin/signal-endpoints", adminToken, "").body); strings.Contains(listed, "of-") {
		t.Errorf("the default workspace lists %s", listed)
	}
}
