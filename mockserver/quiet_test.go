package mockserver

import (
	"bytes"
	"testing"

	"github.com/gin-gonic/gin"
)

// TestNothingIsPrinted: the router's library prints routes unless its mode, which
// belongs to the program around, is another. The test is alone while it changes
// globals.
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
		t.Errorf("it printed %q", printed.String())
	}
	if gin.Mode() != gin.DebugMode {
		t.Errorf("the mode is %s now", gin.Mode())
	}
}
