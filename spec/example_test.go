package spec_test

import (
	"fmt"
	"net/http"

	"github.com/unleash-mock/unleash-mock/spec"
)

func ExampleContract_Find() {
	operation := spec.Default().Find(http.MethodPut, "/api/admin/signal-endpoints/1337/tokens/7")
	fmt.Println(operation.ID, operation.Permissions, operation.Statuses())
	// Output: updateSignalEndpointToken [ADMIN] [200 400 401 403 404 413 415 429 500]
}

func ExampleOperation_CheckResponse() {
	operation := spec.Default().Operation("getHealth")
	header := http.Header{"Content-Type": {"application/json"}}
	for _, failure := range operation.CheckResponse(http.StatusOK, header, []byte(`{"health":"FINE"}`)) {
		fmt.Println(failure.Error())
	}
	// Output: body/health: it must be one of [GOOD BAD]
}

func ExampleOperation_CheckBody() {
	operation := spec.Default().Operation("createSignalEndpoint")
	for _, failure := range operation.CheckBody(map[string]any{"enabled": "yes"}) {
		fmt.Println(failure.Error())
	}
	// Output:
	// body: the property "name" is missing
	// body/enabled: it must be boolean, it is string
}
