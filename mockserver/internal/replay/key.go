package replay

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Key is what two requests have in common that are the same: the operation with
// the values of its path, the query whatever its order, the body as JSON, and,
// where the operation asks for it, whether the content type is JSON.
func Key(operation *spec.Operation, params []string, query, contentType string, value any) string {
	key := append(make([]byte, 0, 128), operation.ID...)
	for _, param := range params {
		key = append(key, '/')
		key = strconv.AppendQuote(key, param)
	}
	key = appendQuery(append(key, '?'), query)
	if !operation.DemandsContentType() || bodyparser.IsJSON(contentType) {
		key = append(key, " json"...)
	}
	return string(appendValue(append(key, ' '), value))
}

// recordedKey is the Key of a recorded request; false for one that the mock would
// refuse by its body.
func recordedKey(operation *spec.Operation, params []string, exchange *recording.Exchange) (string, bool) {
	sent := &exchange.Request
	contentType := sent.Header.Get("Content-Type")
	read, problem := bodyparser.Read(&http.Request{
		Header:        http.Header{"Content-Type": {contentType}},
		Body:          io.NopCloser(strings.NewReader(sent.Body)),
		ContentLength: int64(len(sent.Body)),
	})
	return Key(operation, params, exchange.Query(), contentType, read.Value), problem == nil
}

// appendQuery writes a query sorted by name. Values of the same name keep their
// order, which makes a difference.
func appendQuery(key []byte, query string) []byte {
	if query == "" {
		return key
	}
	type pair struct{ name, value string }
	var pairs []pair
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, pair{unescape(name), unescape(value)})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.name, b.name) })
	for _, pair := range pairs {
		key = strconv.AppendQuote(key, pair.name)
		key = strconv.AppendQuote(key, pair.value)
	}
	return key
}

func unescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// appendValue writes decoded JSON so that equal values look the same.
func appendValue(key []byte, value any) []byte {
	switch value := value.(type) {
	case string:
		return strconv.AppendQuote(key, value)
	case float64:
		return strconv.AppendFloat(key, value+0, 'g', -1, 64) // -0 is 0
	case bool:
		return strconv.AppendBool(key, value)
	case []any:
		key = append(key, '[')
		for _, element := range value {
			key = append(appendValue(key, element), ',')
		}
		return append(key, ']')
	case map[string]any:
		key = append(key, '{')
		for _, name := range slices.Sorted(maps.Keys(value)) {
			key = append(strconv.AppendQuote(key, name), ':')
			key = append(appendValue(key, value[name]), ',')
		}
		return append(key, '}')
	}
	return append(key, "null"...)
}
