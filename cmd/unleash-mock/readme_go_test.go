//go:build unix

package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// TestTheGoOfTheREADME checks that the README's Go is that of this file, which runs it.
func TestTheGoOfTheREADME(t *testing.T) {
	t.Parallel()
	source, count := read(t, "readme_go_test.go"), 0
	for _, b := range blocks(t, root+"README.md") {
		if b.language != "go" {
			continue
		}
		count++
		if !strings.Contains(source, "\n\t"+strings.ReplaceAll(strings.TrimSpace(b.text), "\n", "\n\t")+"\n") {
			t.Errorf("this file does not run\n%s", b.text)
		}
	}
	if count != 2 {
		t.Errorf("the README has %d blocks of Go", count)
	}
}

// client stands for the program under test in the README.
type client struct{ api, token string }

var myapp = struct {
	New func(api, token string) client
}{func(api, token string) client { return client{api, token} }}

func TestTheREADMEStartsAMockInATest(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	client := myapp.New(mock.URL+"/api", mock.Tokens.Backend)
	mock.SetFlag("checkout", true)

	if _, body := get(t, client.api+"/client/features", client.token); !strings.Contains(body, `"checkout"`) {
		t.Errorf("the client gets no flag: %s", body)
	}
}

func TestTheREADMEServesAMockInATest(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mock)
	defer server.Close()

	if response, body := get(t, server.URL+"/api/client/features", wellknown.Backend); response.StatusCode != 200 || mock.Violations() != nil {
		t.Errorf("%d %s, %v", response.StatusCode, body, mock.Violations())
	}
}
