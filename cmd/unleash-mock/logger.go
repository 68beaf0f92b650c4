package main

import (
	"log/slog"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// newLogger returns a logger that writes text on a terminal and JSON elsewhere, without secrets.
func (p *program) newLogger(level string) (*slog.Logger, error) {
	var minimum slog.Level
	if strings.EqualFold(level, "fatal") { // a level of Unleash, higher than any used here
		level = "error"
	}
	if err := minimum.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		return nil, usageError("--log-level %q is not one of debug, info, warn, error", level)
	}
	options := &slog.HandlerOptions{Level: minimum, ReplaceAttr: visibly}
	var handler slog.Handler = slog.NewJSONHandler(p.stderr, options)
	if isTerminal(p.stderr) {
		handler = slog.NewTextHandler(p.stderr, options)
	}
	return slog.New(p.secrets.Handler(handler)), nil
}

// visibly makes the text of a log attribute safe to show, so that it cannot give commands to a
// terminal or a CI system.
func visibly(_ []string, attr slog.Attr) slog.Attr {
	if err, isError := attr.Value.Any().(error); isError {
		attr.Value = slog.StringValue(err.Error())
	}
	if attr.Value.Kind() == slog.KindString {
		attr.Value = slog.StringValue(visible.Log(attr.Value.String()))
	}
	return attr
}
