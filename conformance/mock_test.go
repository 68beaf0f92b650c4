package conformance_test

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

func newMock(t testing.TB, options ...mockserver.Option) *mockserver.Server {
	t.Helper()
	server, err := mockserver.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return server
}
