package journal

import (
	"net/url"
	"strings"
	"time"
)

// HAR is an HTTP archive, version 1.2.
type HAR struct {
	Log HARLog `json:"log"`
}

// HARLog is the content of an archive.
type HARLog struct {
	Version string     `json:"version"`
	Creator HARCreator `json:"creator"`
	Entries []HAREntry `json:"entries"`
}

// HARCreator names the program that wrote the archive.
type HARCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// HAREntry is one exchange. Times are in milliseconds; -1 is not known.
type HAREntry struct {
	StartedDateTime string      `json:"startedDateTime"`
	Time            float64     `json:"time"`
	Request         HARRequest  `json:"request"`
	Response        HARResponse `json:"response"`
	Cache           struct{}    `json:"cache"`
	Timings         HARTimings  `json:"timings"`
	Comment         string      `json:"comment,omitempty"`
}

// HARTimings splits the time of an entry.
type HARTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// HARPair is a header or a parameter.
type HARPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HARRequest is the request of an entry.
type HARRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []HARPair    `json:"cookies"`
	Headers     []HARPair    `json:"headers"`
	QueryString []HARPair    `json:"queryString"`
	PostData    *HARPostData `json:"postData,omitempty"`
	HeadersSize int64        `json:"headersSize"`
	BodySize    int64        `json:"bodySize"`
}

// HARPostData is the body of a request.
type HARPostData struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Comment  string `json:"comment,omitempty"`
}

// HARResponse is the response of an entry.
type HARResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []HARPair  `json:"cookies"`
	Headers     []HARPair  `json:"headers"`
	Content     HARContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int64      `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

// HARContent is the body of a response.
type HARContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

const cutComment = "cut to what the journal keeps"

// Archive turns entries into an HTTP archive. statusText words a status.
func Archive(entries []Entry, version string, statusText func(int) string) HAR {
	log := HARLog{Version: "1.2", Creator: HARCreator{Name: "unleash-mock", Version: version}, Entries: []HAREntry{}}
	for _, entry := range entries {
		log.Entries = append(log.Entries, archived(entry, statusText))
	}
	return HAR{Log: log}
}

func archived(entry Entry, statusText func(int) string) HAREntry {
	milliseconds := float64(entry.Duration.Microseconds()) / 1000
	return HAREntry{
		StartedDateTime: entry.Time.UTC().Format(time.RFC3339Nano),
		Time:            milliseconds,
		Timings:         HARTimings{Wait: milliseconds},
		Comment:         strings.Join(comments(entry), "; "),
		Request:         archivedRequest(entry),
		Response: HARResponse{
			Status:      entry.Status,
			StatusText:  statusText(entry.Status),
			HTTPVersion: "HTTP/1.1",
			Cookies:     []HARPair{},
			Headers:     pairs(entry.Response.Headers),
			RedirectURL: value(entry.Response.Headers, "Location"),
			HeadersSize: -1,
			BodySize:    -1, // on the wire, after encoding
			Content: HARContent{
				Size: entry.Response.Size, MimeType: value(entry.Response.Headers, "Content-Type"),
				Text: entry.Response.Body, Comment: comment(entry.Response),
			},
		},
	}
}

func archivedRequest(entry Entry) HARRequest {
	request := HARRequest{
		Method:      entry.Method,
		URL:         "http://" + entry.Host + entry.Target,
		HTTPVersion: "HTTP/1.1",
		Cookies:     []HARPair{},
		Headers:     pairs(entry.Request.Headers),
		QueryString: parameters(entry.Target),
		HeadersSize: -1,
		BodySize:    max(entry.Request.Size, 0),
	}
	if entry.Request.Body != "" {
		request.PostData = &HARPostData{
			MimeType: value(entry.Request.Headers, "Content-Type"), Text: entry.Request.Body, Comment: comment(entry.Request),
		}
	}
	return request
}

// comments tells what an archive has no field for.
func comments(entry Entry) []string {
	var out []string
	if entry.Operation != "" {
		out = append(out, "operation "+entry.Operation)
	}
	if entry.Rule != "" {
		out = append(out, "rule "+entry.Rule)
	}
	for _, breach := range entry.Violations {
		out = append(out, "violation, "+string(breach.Direction)+", "+breach.Failure.Error())
	}
	return out
}

func comment(message Message) string {
	if message.Truncated {
		return cutComment
	}
	return ""
}

func pairs(headers []Header) []HARPair {
	out := make([]HARPair, len(headers))
	for i, header := range headers {
		out[i] = HARPair(header)
	}
	return out
}

// parameters lists those of the query in their order; what cannot be decoded
// stays as it was sent.
func parameters(target string) []HARPair {
	out := []HARPair{}
	_, query, _ := strings.Cut(target, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		out = append(out, HARPair{Name: decoded(name), Value: decoded(value)})
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

func value(headers []Header, name string) string {
	for _, header := range headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}
