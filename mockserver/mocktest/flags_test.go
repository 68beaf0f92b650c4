package mocktest_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// toggles returns the answer of the Frontend API: the flags that are on.
func toggles(t *testing.T, mock *mocktest.Server) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, mock.URL+"/api/frontend?userId=7", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", mock.Tokens.Frontend)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestFlagsAreSetWithOneCall(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	other := mock.Workspace("other")
	mock.SetFlag("checkout", true)
	mock.SetVariant("colour", "blue")
	if got := toggles(t, mock); !strings.Contains(got, `{"name":"checkout","enabled":true`) || !strings.Contains(got, `"variant":{"name":"blue","enabled":true`) {
		t.Errorf("the flags are %s", got)
	}
	mock.SetFlag("checkout", false)
	if got := toggles(t, mock); strings.Contains(got, "checkout") {
		t.Errorf("the flag is still on: %s", got)
	}
	file := filepath.Join(t.TempDir(), "flags.yaml")
	if err := os.WriteFile(file, []byte("from-a-file: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mock.LoadFlags(file)
	if got := toggles(t, mock); !strings.Contains(got, "from-a-file") || strings.Contains(got, "colour") {
		t.Errorf("the flags are %s", got)
	}
	if got := toggles(t, other); got != `{"toggles":[]}` {
		t.Errorf("the flags of the other workspace are %s", got)
	}
	mock.AssertNoViolations()
}

func TestFlagsOfAnotherInstanceAreFollowed(t *testing.T) {
	t.Parallel()
	real, mock := mocktest.Start(t), mocktest.Start(t)
	real.SetFlag("theirs", true)
	mock.FollowFlags(real.URL+"/api", real.Tokens.Backend)
	mock.SetFlag("mine", true)
	if got := toggles(t, mock); !strings.Contains(got, "theirs") || !strings.Contains(got, "mine") {
		t.Errorf("the flags are %s", got)
	}
	for url, says := range map[string]string{"unleash": "it must be a URL", real.URL: "already being followed"} {
		failing := &recorder{}
		other := mocktest.Start(failing)
		if says == "already being followed" {
			other.FollowFlags(url, real.Tokens.Backend)
		}
		other.FollowFlags(url, real.Tokens.Backend)
		for _, cleanup := range failing.cleanups {
			cleanup()
		}
		if !strings.Contains(failing.said.String(), says) {
			t.Errorf("%s: the failure says %s", url, &failing.said)
		}
	}
}
