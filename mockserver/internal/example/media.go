package example

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/spec"
)

// accepted sorts contents by what a client accepts; those of equal quality stay in the
// order of the document. If the client accepts none, the first one comes first.
func accepted(contents []*spec.Content, accept string) []*spec.Content {
	if accept == "" || len(contents) == 1 {
		return contents
	}
	quality := func(content *spec.Content) float64 {
		best, exactness := 0.0, -1
		for entry := range strings.SplitSeq(accept, ",") {
			name, parameters, err := mime.ParseMediaType(entry)
			if err != nil {
				continue
			}
			q := 1.0
			if text, has := parameters["q"]; has {
				q, _ = strconv.ParseFloat(text, 64)
			}
			if now := matching(name, parameters, concrete(content)); now > exactness {
				best, exactness = q, now
			}
		}
		return best
	}
	contents = slices.Clone(contents)
	slices.SortStableFunc(contents, func(a, b *spec.Content) int { return cmp.Compare(quality(b), quality(a)) })
	return contents
}

// matching returns how precisely a media range matches a media type; -1 for no match. A
// parameter of the range counts only if the type has it, too; charset never counts.
func matching(wanted string, parameters map[string]string, mediaType string) int {
	name, has, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return -1
	}
	same := 0
	for parameter, value := range parameters {
		switch given, is := has[parameter]; {
		case !is || parameter == "charset":
		case !strings.EqualFold(given, value):
			return -1
		default:
			same++
		}
	}
	group, _, _ := strings.Cut(name, "/")
	switch wanted {
	case name:
		return 2 + same
	case group + "/*":
		return 1
	case "*/*":
		return 0
	}
	return -1
}

// concrete returns the content type for sending a content: a media range gets a specific
// type, and text gets the charset UTF-8.
func concrete(content *spec.Content) string {
	mediaType := content.MediaType
	if strings.Contains(mediaType, "*") {
		mediaType = ofRange(content)
	}
	if (strings.HasPrefix(mediaType, "text/") || mediaType == "application/json") && !strings.Contains(mediaType, ";") {
		mediaType += "; charset=utf-8"
	}
	return mediaType
}

func ofRange(content *spec.Content) string {
	group, _, _ := strings.Cut(content.MediaType, "/")
	isText := content.Shape != nil && slices.Equal(content.Shape.Types, []string{"string"})
	switch {
	case strings.Contains(content.MediaType, "*+"): // application/*+json
		return strings.Replace(content.MediaType, "*+", "vnd.example+", 1)
	case group == "*" && isText, group == "text":
		return "text/plain"
	case group == "*", group == "application" && !isText:
		return "application/json"
	case group == "image":
		return "image/png"
	case group == "application":
		return "application/octet-stream"
	}
	return group + "/plain"
}

// form encodes an object as a form.
func form(value any) string {
	object, _ := value.(map[string]any)
	fields := url.Values{}
	for name, field := range object {
		if several, is := field.([]any); is {
			for _, element := range several {
				fields.Add(name, plain(element))
			}
			continue
		}
		fields.Set(name, plain(field))
	}
	return fields.Encode()
}

// writeXML encodes a value as elements named after its properties, within a root element.
func writeXML(value any) []byte {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	writeElement(&out, "root", value)
	return out.Bytes()
}

func writeElement(out *bytes.Buffer, name string, value any) {
	if several, is := value.([]any); is {
		for _, element := range several {
			writeElement(out, name, element)
		}
		return
	}
	out.WriteString("<" + name + ">")
	switch value := value.(type) {
	case map[string]any:
		for _, property := range slices.Sorted(maps.Keys(value)) {
			writeElement(out, property, value[property])
		}
	case nil:
	default:
		_ = xml.EscapeText(out, []byte(plain(value))) // a buffer never fails
	}
	out.WriteString("</" + name + ">")
}
