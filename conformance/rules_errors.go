package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Rules on errors: every refusal is told in one of a few forms.

// repeating are errors that have no details of their own. BadDataError has.
var repeating = []string{
	"AuthenticationRequired", "UnauthorizedError", "PermissionError", "NoAccessError", "NotFoundError", "NameExistsError", "ExceedsLimitError", "ContentTypeError",
}

// errorText is a member of an error; empty if the answer is none or has no such
// text.
func errorText(x *exchange, key string) string {
	value, _ := at(x.value, "/"+key)
	text, _ := value.(string)
	if x.status < 400 {
		return ""
	}
	return text
}

func repeatedMessage(_ *suite, x *exchange) []breach {
	if !slices.Contains(repeating, errorText(x, "name")) {
		return nil
	}
	message, _ := at(x.value, "/message")
	details, _ := at(x.value, "/details")
	want := []any{map[string]any{"message": message}}
	return one(!same(details, want), "body", "/details", compact(want), compact(details))
}

func ownErrorID(s *suite, x *exchange) []breach {
	id := errorText(x, "id")
	return one(id != "" && !s.errorIDs.first(id), "body", "/id", "an id that no other error has", compact(id))
}

const (
	unknownPath = "The path you were looking for ("
	invalidData = "Request validation failed: your request body or params contain invalid data. Refer to the `details` list for more information."
)

// early are errors that are made before an operation runs, on every path alike.
var early = []string{"AuthenticationRequired", "UnauthorizedError", "PermissionError", "ContentTypeError"}

// isEarly tells whether an error is one of those. A name may be shared with
// errors that operations make, which have another message.
func isEarly(x *exchange) bool {
	message := errorText(x, "message")
	return slices.Contains(early, errorText(x, "name")) || strings.HasPrefix(message, unknownPath) || message == invalidData
}

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func errorUUID(_ *suite, x *exchange) []breach {
	id, found := at(x.value, "/id")
	got := "nothing"
	if found {
		got = compact(id)
	}
	return one(isEarly(x) && !uuidText.MatchString(errorText(x, "id")), "body", "/id", "a UUID", got)
}

// wordings are the messages of errors by their names, as patterns.
var wordings = map[string]*regexp.Regexp{
	"AuthenticationRequired": regexp.MustCompile(`^You must log in to use Unleash\. Your request had no authorization header, so we could not authorize you\. Try logging in at `),
	"UnauthorizedError":      regexp.MustCompile(`^You must log in to use Unleash\.$`),
	"PermissionError":        regexp.MustCompile(`^You don't have the required permissions to perform this operation\. To perform this action, you need the "ADMIN" permission\.$`),
	"ContentTypeError":       regexp.MustCompile(`^We do not accept the content-type you provided \(.+\)\. Try using one of the content-types we do accept instead \(application/json\) and make sure the body is in the corresponding format\.$`),
}

func wording(_ *suite, x *exchange) []breach {
	name, message := errorText(x, "name"), errorText(x, "message")
	if strings.HasPrefix(message, unknownPath) {
		path, _, _ := strings.Cut(x.path, "?")
		want := path + ") is not available."
		return one(!strings.Contains(path, "//") && !strings.HasSuffix(message, want), "body", "/message", unknownPath+"..."+want, compact(message))
	}
	want := wordings[name]
	// How a call with a token that is known, but not good for it, is told is assumed.
	if want == nil || name == "UnauthorizedError" && isCall(x.path) {
		return nil
	}
	return one(!want.MatchString(message), "body", "/message", fmt.Sprintf("a message that matches /%s/", want), compact(message))
}

// errorKeys are the keys of an error in their order.
var errorKeys = []string{"id", "name", "message", "details"}

func errorOrder(_ *suite, x *exchange) []breach {
	if x.status < 400 || !ofAPI(x) {
		return nil
	}
	var got []string
	for _, key := range topKeys(x.received) {
		if slices.Contains(errorKeys, key) {
			got = append(got, key)
		}
	}
	inOrder := slices.IsSortedFunc(got, func(a, b string) int { return slices.Index(errorKeys, a) - slices.Index(errorKeys, b) })
	return one(!inOrder, "body", "", "the keys in the order "+strings.Join(errorKeys, ", "), strings.Join(got, ", "))
}

// topKeys are the keys of a JSON object in the order in which they came; none of
// anything else.
func topKeys(text []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	var keys []string
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return keys
		}
		keys = append(keys, fmt.Sprint(key))
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return keys
		}
	}
	return keys
}

// messageAlone looks at errors without a name.
func messageAlone(_ *suite, x *exchange) []breach {
	object, isObject := x.value.(map[string]any)
	if !isObject || errorText(x, "message") == "" || object["name"] != nil {
		return nil
	}
	return one(len(object) > 1, "body", "", "a message alone", compact(object))
}
