package traffic

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/har"
)

// Archive makes an HTTP archive of exchanges that are already redacted. version is the
// program's. Times are in milliseconds; -1 means unknown.
func Archive(exchanges []Exchange, version string) *har.HAR {
	log := &har.Log{Version: "1.2", Creator: &har.Creator{Name: "unleash-mock", Version: version}, Entries: []*har.Entry{}}
	for i := range exchanges {
		log.Entries = append(log.Entries, exchanges[i].entry())
	}
	return &har.HAR{Log: log}
}

const cutComment = "cut to the size that the journal keeps"

func (x *Exchange) entry() *har.Entry {
	milliseconds := float64(x.Duration.Microseconds()) / 1000
	return &har.Entry{
		StartedDateTime: x.Started.UTC().Format(time.RFC3339Nano),
		Time:            milliseconds,
		Cache:           &har.Cache{},
		Timings:         &har.Timings{Wait: milliseconds},
		Comment:         strings.Join(x.comments(), "; "),
		Request:         x.request(),
		Response: &har.Response{
			Status:      int64(x.Status),
			StatusText:  http.StatusText(x.Status),
			HTTPVersion: x.proto(),
			Cookies:     []*har.Cookie{},
			Headers:     pairs(x.Response.Header),
			RedirectURL: x.Response.Header.Get("Location"),
			HeadersSize: -1,
			BodySize:    x.Response.onWire(),
			Content: &har.Content{
				Size: x.Response.Size, MimeType: x.Response.Header.Get("Content-Type"),
				Text: string(x.Response.Body), Comment: x.Response.comment(),
			},
		},
	}
}

func (x *Exchange) proto() string { return cmp.Or(x.Proto, "HTTP/1.1") }

func (x *Exchange) request() *har.Request {
	request := &har.Request{
		Method:      x.Method,
		URL:         "http://" + x.Host + x.Target(),
		HTTPVersion: x.proto(),
		Cookies:     []*har.Cookie{},
		Headers:     pairs(x.Request.Header),
		QueryString: parameters(x.Query),
		HeadersSize: -1,
		BodySize:    x.Request.onWire(),
	}
	if len(x.Request.Body) > 0 || x.Request.Unread != "" {
		request.PostData = &har.PostData{
			MimeType: x.Request.Header.Get("Content-Type"), Params: []*har.Param{},
			Text: string(x.Request.Body), Comment: x.Request.comment(),
		}
	}
	return request
}

// comments lists what an archive has no field for.
func (x *Exchange) comments() []string {
	var out []string
	if x.Operation != "" {
		out = append(out, "operation "+x.Operation)
	}
	if x.Rule != "" {
		out = append(out, "rule "+x.Rule)
	}
	for _, violation := range x.Violations {
		out = append(out, "violation, "+string(violation.Direction)+", "+violation.Failure.Error())
	}
	return out
}

// onWire returns the length of the body in its content encoding; -1 if that is not known.
func (m *Message) onWire() int64 {
	if m.Wire <= 0 && len(m.Body) > 0 && m.Header.Get("Content-Encoding") != "" {
		return -1
	}
	return max(cmp.Or(m.Wire, m.Size), 0)
}

func (m *Message) comment() string {
	var out []string
	switch encoding := m.Header.Get("Content-Encoding"); {
	case m.Unread != "":
		out = append(out, m.Unread)
	case m.Wire > 0:
		out = append(out, fmt.Sprintf("sent as %d bytes of %s", m.Wire, encoding))
	case encoding != "" && len(m.Body) > 0:
		out = append(out, "sent as "+encoding)
	}
	if m.Cut {
		out = append(out, cutComment)
	}
	return strings.Join(out, "; ")
}

func pairs(header http.Header) []*har.NameValuePair {
	out := []*har.NameValuePair{}
	for _, line := range Lines(header) {
		out = append(out, &har.NameValuePair{Name: line.Name, Value: line.Value})
	}
	return out
}

// parameters lists the parameters of a query in their order. What cannot be decoded stays
// as it was sent.
func parameters(query string) []*har.NameValuePair {
	out := []*har.NameValuePair{}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		out = append(out, &har.NameValuePair{Name: decoded(name), Value: decoded(value)})
	}
	return out
}

func decoded(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return plain
}
