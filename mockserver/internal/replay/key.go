package replay

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
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
	key = v8json.Stringify(append(key, '?'), qs.Parse(query).All())
	if !operation.DemandsContentType() || bodyparser.IsJSON(contentType) {
		key = append(key, " json"...)
	}
	return string(v8json.Stringify(append(key, ' '), value))
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
