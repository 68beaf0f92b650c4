package signalendpoints

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// behind returns a mock whose exchanges go through a step.
func behind(t *testing.T, take bend.Step) http.Handler {
	t.Helper()
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	return bend.NewServer(mock, take)
}

// ask sends a request as the admin.
func ask(handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", bend.AdminToken)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func TestIdsCanBeReusedAndCanDecrease(t *testing.T) {
	t.Parallel()
	create := func(handler http.Handler, name string) int64 {
		body, _ := bend.ParseJSON(ask(handler, "POST", endpointsPath, `{"name":"`+name+`"}`).Body.Bytes())
		return body.Get("id").Int()
	}
	reused := behind(t, reusing(endpoints())())
	first := create(reused, "one")
	if got := ask(reused, "DELETE", endpointsPath+"/1339", "").Code; got != 200 {
		t.Fatalf("DELETE: status %d", got)
	}
	if second := create(reused, "two"); second != first {
		t.Errorf("ids %d and %d, want the first one reused", first, second)
	}
	if got := ask(reused, "PUT", endpointsPath+"/1339", `{"name":"renamed"}`); got.Code != 200 || !strings.Contains(got.Body.String(), `{"id":1339,"enabled":true,"name":"renamed"`) {
		t.Errorf("PUT: status %d: %s", got.Code, got.Body)
	}

	falling := behind(t, mirrored(endpoints()))
	first, second := create(falling, "one"), create(falling, "two")
	if first <= second {
		t.Errorf("ids %d and %d, want them to decrease", first, second)
	}
	for _, id := range []int64{second, first, 1338} {
		if got := ask(falling, "DELETE", endpointsPath+"/"+bend.Integer(id).Text, "").Code; got != 200 {
			t.Errorf("DELETE of %d: status %d", id, got)
		}
	}
}
