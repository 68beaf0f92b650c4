package evaluation

import "time"

// Context says who a flag is evaluated for, and when. An empty field counts as absent; an
// empty property does not.
type Context struct {
	UserID        string
	SessionID     string
	RemoteAddress string
	AppName       string
	Environment   string
	// CurrentTime is compared with dates: the clock's time, unless the client sent another.
	CurrentTime time.Time
	Properties  map[string]string
}

// ownFields are the fields that are not properties, by their names in Unleash.
var ownFields = map[string]func(*Context) string{
	"userId":        func(c *Context) string { return c.UserID },
	"sessionId":     func(c *Context) string { return c.SessionID },
	"remoteAddress": func(c *Context) string { return c.RemoteAddress },
	"appName":       func(c *Context) string { return c.AppName },
	"environment":   func(c *Context) string { return c.Environment },
}

// A field is a place in a context, resolved once per configuration.
type field struct {
	own      func(*Context) string // nil: there is no such field
	property string                // looked up next; "": not at all
}

// fieldNamed returns the context's own field of that name, or else the property.
func fieldNamed(name string) field {
	if name == "properties" {
		return field{own: (*Context).propertiesAsText, property: name}
	}
	return field{own: ownFields[name], property: name}
}

// ownField returns the context's own field and ignores properties.
func ownField(name string) field {
	return field{own: ownFields[name]}
}

// propertiesAsText returns what the Node SDK finds if a constraint names the properties
// themselves: an object, as JavaScript writes it (O).
func (c *Context) propertiesAsText() string {
	if c.Properties == nil {
		return ""
	}
	return "[object Object]"
}

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
