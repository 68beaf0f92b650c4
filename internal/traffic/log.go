package traffic

import (
	"context"
	"log/slog"
	"time"
)

// Log logs an exchange at the level debug, in one line without secrets. workspace may be empty, like
// everything else that an exchange need not have.
func (x *Exchange) Log(logger *slog.Logger, workspace string) {
	if !logger.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	begun := *x
	begun.Request.Body, begun.Response.Body = begin(x.Request.Body), begin(x.Response.Body)
	by := begun.Redactor(nil)
	about := []any{
		"method", by.Text(x.Method), "url", by.URL(x.Target()), "status", x.Status, "duration", x.Duration.Round(time.Microsecond).String(),
	}
	for _, more := range []struct{ name, value string }{
		{"operation", x.Operation}, {"caller", x.Caller}, {"rule", x.Rule}, {"workspace", workspace},
	} {
		if more.value != "" {
			about = append(about, more.name, more.value)
		}
	}
	logger.Debug("request", about...)
}

// searched is how many bytes of a body are searched for secrets that the line may repeat: as many as a
// journal keeps. Searching large ones would slow down the request.
const searched = 16 << 10

func begin(body []byte) []byte { return body[:min(len(body), searched)] }
