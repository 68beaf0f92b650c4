package mockserver

import (
	"bytes"
	"testing"

	"github.com/gin-gonic/gin"
)

// TestNothingIsPrinted checks that the router's library prints no routes, as it would in
// debug mode. The mode belongs to the surrounding program and must not change. The test
// does not run in parallel, since it changes globals.
func TestNothingIsPrinted(t *testing.T) {
	var printed bytes.Buffer
	writer, mode := gin.DefaultWriter, gin.Mode()
	t.Cleanup(func() {
		gin.DefaultWriter = writer
		gin.SetMode(mode)
	})
	gin.DefaultWriter = &printed
	gin.SetMode(gin.DebugMode)
	if _, err := New(); err != nil {
		t.Fatal(err)
	}
	if printed.Len() > 0 {
		t.Errorf("New printed %q", printed.String())
	}
	if gin.Mode() != gin.DebugMode {
		t.Errorf("the mode was changed to %s", gin.Mode())
	}
}
