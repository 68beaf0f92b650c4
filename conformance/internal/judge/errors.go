package judge

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Rules for errors: every refusal has one of a few forms.

// repeating lists errors whose details only repeat the message. BadDataError has details of
// its own.
var repeating = []string{
	"AuthenticationRequired", "UnauthorizedError", "PermissionError", "NoAccessError", "NotFoundError", "NameExistsError", "ExceedsLimitError", "ContentTypeError",
}

// errorText returns a text member of an error. It returns an empty string if the response is
// not an error or has no such text.
func errorText(x *target.Exchange, key string) string {
	if x.Status < 400 {
		return ""
	}
	return x.Text("/" + key)
}

func repeatedMessage(x *target.Exchange) []Breach {
	if !slices.Contains(repeating, errorText(x, "name")) {
		return nil
	}
	message, _ := jsonvalue.At(x.Value, "/message")
	details, _ := jsonvalue.At(x.Value, "/details")
	want := []any{map[string]any{"message": message}}
	return one(!jsonvalue.Equal(details, want), "body", "/details", jsonvalue.Text(want), jsonvalue.Text(details))
}

func (j *Judge) ownErrorID(x *target.Exchange) []Breach {
	id := errorText(x, "id")
	return one(id != "" && !j.errorIDs.first(id), "body", "/id", "an id that no other error has", jsonvalue.Text(id))
}

const (
	unknownPath = "The path you were looking for ("
	invalidData = "Request validation failed: your request body or params contain invalid data. Refer to the `details` list for more information."
)

// early lists errors that are raised before an operation runs, in the same way on every path.
var early = []string{"AuthenticationRequired", "UnauthorizedError", "PermissionError", "ContentTypeError"}

// isEarly reports whether an error was raised before the operation ran. Operations may raise
// errors of the same name, but with another message.
func isEarly(x *target.Exchange) bool {
	message := errorText(x, "message")
	_, ofSchema := jsonvalue.At(x.Value, "/details/0/path") // a second check of the body has the same message, but no path
	return slices.Contains(early, errorText(x, "name")) && !ofHandler(x) || strings.HasPrefix(message, unknownPath) || message == invalidData && ofSchema
}

// ofHandler reports whether an error is about a permission that an operation checks itself,
// because it depends on what the body names.
func ofHandler(x *target.Exchange) bool {
	return errorText(x, "name") == "PermissionError" && x.Operation != nil && !x.Operation.NeedsPermission()
}

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func errorUUID(x *target.Exchange) []Breach {
	id, found := jsonvalue.At(x.Value, "/id")
	got := "nothing"
	if found {
		got = jsonvalue.Text(id)
	}
	return one(isEarly(x) && !uuidText.MatchString(errorText(x, "id")), "body", "/id", "a UUID", got)
}

// wordings maps the names of errors to patterns of their messages.
var wordings = map[string]*regexp.Regexp{
	"AuthenticationRequired": regexp.MustCompile(`^You must log in to use Unleash\. Your request had no authorization header, so we could not authorize you\. Try logging in at `),
	"UnauthorizedError":      regexp.MustCompile(`^You must log in to use Unleash\.$`),
	"ContentTypeError":       regexp.MustCompile(`^We do not accept the content-type you provided \(.+\)\. Try using one of the content-types we do accept instead \(application/json\) and make sure the body is in the corresponding format\.$`),
}

func (j *Judge) wording(x *target.Exchange) []Breach {
	name, message := errorText(x, "name"), errorText(x, "message")
	if strings.HasPrefix(message, unknownPath) {
		path, _, _ := strings.Cut(x.Path, "?")
		want := path + ") is not available."
		return one(!strings.Contains(path, "//") && !strings.HasSuffix(message, want), "body", "/message", unknownPath+"..."+want, jsonvalue.Text(message))
	}
	if name == "PermissionError" && x.Operation != nil && !ofHandler(x) {
		want := "You don't have the required permissions to perform this operation. To perform this action, you need " + needed(x.Operation.Permissions) + "."
		return one(message != want, "body", "/message", jsonvalue.Text(want), jsonvalue.Text(message))
	}
	want := wordings[name]
	if want == nil || name == "UnauthorizedError" && slices.Contains(j.specific.Unworded, x.OperationID()) {
		return nil
	}
	return one(!want.MatchString(message), "body", "/message", fmt.Sprintf("a message that matches /%s/", want), jsonvalue.Text(message))
}

// needed phrases the permissions, none of which the caller has.
func needed(permissions []spec.Permission) string {
	if len(permissions) == 1 {
		return fmt.Sprintf("the %q permission", permissions[0])
	}
	quoted := make([]string, len(permissions))
	for i, permission := range permissions {
		quoted[i] = strconv.Quote(string(permission))
	}
	return "one of the following permissions: " + strings.Join(quoted, ", ")
}

var errorKeys = []string{"id", "name", "message", "details"}

func errorOrder(x *target.Exchange) []Breach {
	if x.Status < 400 || !ofAPI(x) {
		return nil
	}
	var got []string
	for _, key := range topKeys(x.Received) {
		if slices.Contains(errorKeys, key) {
			got = append(got, key)
		}
	}
	inOrder := slices.IsSortedFunc(got, func(a, b string) int { return slices.Index(errorKeys, a) - slices.Index(errorKeys, b) })
	return one(!inOrder, "body", "", "the keys in the order "+strings.Join(errorKeys, ", "), strings.Join(got, ", "))
}

// topKeys returns the keys of a JSON object in the order in which they were received. It
// returns nil for anything else.
func topKeys(text []byte) []string {
	value, _ := v8json.ParseOrdered(text)
	object, is := value.(*v8json.Object)
	if !is {
		return nil
	}
	return object.Keys()
}

// messageAlone checks errors without a name.
func messageAlone(x *target.Exchange) []Breach {
	object, isObject := x.Value.(map[string]any)
	if !isObject || errorText(x, "message") == "" || object["name"] != nil {
		return nil
	}
	return one(len(object) > 1, "body", "", "only a message", jsonvalue.Text(object))
}
