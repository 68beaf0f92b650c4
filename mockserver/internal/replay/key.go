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

// Key returns what equal requests have in common: the operation with its path values, the
// query in any order, the body as JSON, and, if the operation requires it, whether the
// content type is JSON.
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

// recordedKey returns the Key of a recorded request. It returns false if the mock would
// refuse the request because of its body.
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
