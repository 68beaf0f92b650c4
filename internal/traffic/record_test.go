package traffic

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// telling returns an exchange with secrets in every part: known to the run, sent by the
// client, or made by the server. Each also appears in another part.
func telling() (x Exchange, hidden []string) {
	const run, client, server = "run+secret/1", "client secret", `server"secret`
	x = Exchange{
		Started: time.Unix(1, 0), Duration: time.Second, Method: "POST", Host: "h", Path: "/a/client%20secret", Query: "token=query-secret&b=run%2Bsecret%2F1",
		Operation: "createThing", Status: 201,
		Request: Message{
			Header: http.Header{"Authorization": {"Bearer " + client}, "Content-Type": {"application/x-www-form-urlencoded"}, "X-Note": {"query-secret"}},
			Body:   []byte("password=form-secret&c=" + base64.StdEncoding.EncodeToString([]byte("u:"+run))),
		},
		Response: Message{
			Header: http.Header{"Content-Type": {"application/json"}, "Location": {"/x?y=server%22secret"}},
			Body:   []byte(`{"token":"server\"secret","a":"form-secret","b":"client\u0020secret"}`), Size: 70,
		},
		Violations: []Violation{{Direction: ToClient, Failure: spec.Failure{In: "body", Pointer: "/" + server, Property: client, Reason: "it is no " + run}}},
	}
	return x, []string{run, client, "client%20secret", `client\u0020secret`, server, `server\"secret`, "server%22secret", "query-secret", "form-secret", "run%2Bsecret", "c2VjcmV0"}
}

func TestNothingThatIsWrittenDownShowsASecret(t *testing.T) {
	t.Parallel()
	x, hidden := telling()
	known := secrets.New("run+secret/1")
	clean := x.Redacted(known)
	record, err := json.Marshal(x.Record(known, 1000))
	if err != nil {
		t.Fatal(err)
	}
	short, err := json.Marshal(x.Record(known, 30))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := json.Marshal(Archive([]Exchange{clean}, "1"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"redacted": fmt.Sprintf("%+v %s %s", clean, clean.Request.Body, clean.Response.Body), "record": string(record), "short": string(short), "archive": string(archive),
	} {
		for _, secret := range hidden {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %s: %s", name, secret, text)
			}
		}
		if strings.Count(text, secrets.Mark) < 8 {
			t.Errorf("%s hides too few secrets: %s", name, text)
		}
	}
	if fresh, _ := telling(); !cmp.Equal(x, fresh) {
		t.Error("the exchange itself was changed")
	}
}

// TestBodiesInRecords checks bodies in records; an incomplete one is recognized by its
// form.
func TestBodiesInRecords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		message Message
		want    string
		cut     bool
	}{
		"none":                 {Message{}, "", false},
		"whole":                {Message{Body: []byte("0123456789")}, "0123456789", false},
		"long":                 {Message{Body: []byte("0123456789a")}, "0123456789… (11 bytes in all)", true},
		"long, cut earlier":    {Message{Body: []byte("01234"), Cut: true, Size: 99}, "01234… (99 bytes in all)", true},
		"in a character":       {Message{Body: []byte("012345678é")}, "012345678… (11 bytes in all)", true},
		"no text":              {Message{Body: []byte{0xff}}, "(1 bytes that are not text)", true},
		"cannot be read":       {Message{Unread: "(12 bytes of zstd)", Size: 12}, "(12 bytes of zstd)", true},
		"dots that were sent":  {Message{Body: []byte("a… b")}, "a… b", false},
		"bytes that were sent": {Message{Body: []byte("(1 byte)")}, "(1 byte)", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := Exchange{Response: test.message}
			got := x.Record(nil, 10).Response.Body
			if got != test.want || IsCut(got) != test.cut {
				t.Errorf("got %q, cut: %v", got, IsCut(got))
			}
		})
	}
	if !IsCut("beginning…") {
		t.Error("the dots of earlier recordings are not recognized")
	}
}

// TestLongNamesInRecords checks that a violation has a limited size in a record, and that a secret is hidden
// even where its text is cut.
func TestLongNamesInRecords(t *testing.T) {
	t.Parallel()
	const secret = "known-secret-of-the-run"
	long := strings.Repeat("x", maxWords-10) + secret + strings.Repeat("y", 1<<20)
	x := Exchange{Violations: []Violation{{Direction: ToServer, Failure: spec.Failure{In: "body", Pointer: "/" + long, Property: long, Reason: "no " + long}}}}
	for _, v := range x.Record(secrets.New(secret), 10).Violations {
		if len(v.Pointer) > maxWords+3 || len(v.Reason) > maxWords+3 || strings.Contains(v.Pointer+v.Reason, secret[:5]) {
			t.Errorf("got %d and %d bytes: %.2000s", len(v.Pointer), len(v.Reason), v.Reason)
		}
	}
}

// TestTooManySecretsInARecord checks that an exchange with more secrets than can be looked for is hidden, and
// that its record still is one.
func TestTooManySecretsInARecord(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&body, `{"token":"aaaaaaaa%06d"},`, i)
	}
	x := Exchange{
		Method: "GET", Path: "/x", Query: "y=z", Operation: "getThings", Status: 200,
		Response: Message{Body: []byte("[" + body.String() + "{}]"), Header: http.Header{"X-Echo": {"aaaaaaaa099999"}}},
	}
	got := x.Record(nil, 1<<20)
	if got.Operation != "getThings" || got.Request.URL != "/[redacted]" || got.Response.Header.Get("X-Echo") != secrets.Mark || !strings.HasPrefix(got.Response.Body, `"[redacted]"`) || strings.Contains(got.Response.Body, "aaaa") {
		t.Errorf("got %.1000v", got)
	}
}
