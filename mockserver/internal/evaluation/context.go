package evaluation

import "time"

// Context is who asks for a flag, and when. An empty field is absent; an empty
// property is not.
type Context struct {
	UserID        string
	SessionID     string
	RemoteAddress string
	AppName       string
	Environment   string
	// CurrentTime is what dates are compared with: the clock's time, unless the
	// client gave another.
	CurrentTime time.Time
	Properties  map[string]string
}

// ownFields are the fields that are not properties, by their name in Unleash.
var ownFields = map[string]func(*Context) string{
	"userId":        func(c *Context) string { return c.UserID },
	"sessionId":     func(c *Context) string { return c.SessionID },
	"remoteAddress": func(c *Context) string { return c.RemoteAddress },
	"appName":       func(c *Context) string { return c.AppName },
	"environment":   func(c *Context) string { return c.Environment },
}

// A field is a place in a context, looked up once per configuration.
type field struct {
	own      func(*Context) string // nil: there is no such field
	property string                // where to look next; "": nowhere
}

// fieldNamed returns the context's own field of that name, before the property.
func fieldNamed(name string) field {
	return field{own: ownFields[name], property: name}
}

// ownField returns the context's own field, whatever its properties say.
func ownField(name string) field {
	return field{own: ownFields[name]}
}

// value returns what the context has in a field, and whether it has any.
func (c *Context) value(f field) (string, bool) {
	if f.own != nil {
		if value := f.own(c); value != "" {
			return value, true
		}
	}
	if f.property == "" {
		return "", false
	}
	value, ok := c.Properties[f.property]
	return value, ok
}
