package conformance_test

import (
	"os"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	os.Exit(m.Run())
}

func newMock(t testing.TB, options ...mockserver.Option) *mockserver.Server {
	t.Helper()
	server, err := mockserver.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return server
}
