package secrets

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler returns a handler that removes the secrets from a log record, from its message
// and from every attribute, before another handler writes it.
func (r *Redactor) Handler(next slog.Handler) slog.Handler { return &handler{r, next} }

type handler struct {
	redactor *Redactor
	next     slog.Handler
}

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *handler) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, h.redactor.Text(record.Message), record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		clean.AddAttrs(h.attr(attr))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.redactor, h.next.WithAttrs(h.attrs(attrs))}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.redactor, h.next.WithGroup(name)}
}

func (h *handler) attrs(attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, attr := range attrs {
		out[i] = h.attr(attr)
	}
	return out
}

// attr redacts an attribute. If it contains a secret, it becomes text, whatever its type
// was.
func (h *handler) attr(attr slog.Attr) slog.Attr {
	value := attr.Value.Resolve()
	switch value.Kind() {
	case slog.KindGroup:
		return slog.Attr{Key: attr.Key, Value: slog.GroupValue(h.attrs(value.Group())...)}
	case slog.KindString, slog.KindAny:
		text := fmt.Sprint(value.Any())
		clean := h.redactor.Text(text)
		if text != "" && isSecretText(attr.Key) {
			clean = Mark
		}
		if clean != text {
			return slog.String(attr.Key, clean)
		}
	}
	return slog.Attr{Key: attr.Key, Value: value}
}
