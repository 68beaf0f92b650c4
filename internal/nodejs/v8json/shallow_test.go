package v8json

import (
	"strings"
	"testing"
)

// TestShallow checks that shallow and deep parsing follow the same rules and print the
// same.
func TestShallow(t *testing.T) {
	t.Parallel()
	bounds := Bounds{Depth: 1, Values: 100, Raw: 100}
	for _, text := range []string{
		`1`, `"a"`, `[]`, `{}`, ` [ 1 , [ ] , { } ] `, `{"a":[1,-2.5e3,true,null,"x\u00e4\n",{"b":[[]]}],"c":{"2":1,"1":[0]}}`, `[{"a":1,"a":2}]`,
		``, `[`, `[[`, `[[1`, `[[1,`, `[[1,]]`, `[{]]`, `[{"a"]]`, `[{"a":]]`, `[{"a":1,}]`, `[{"a":1]`, `[{a:1}]`, `[["\x"]]`, `[["a
"]]`, `[[01]]`, `[[tru]]`, `[[1]}`, `[[]]]`, `[["a]]`, "[[\"\xff\"]]",
	} {
		want, wantErr := ParseOrdered([]byte(text))
		got, err := ParseShallow([]byte(text), bounds)
		if (err != nil) != (wantErr != nil) || err != nil && err.Error() != wantErr.Error() {
			t.Errorf("%s: %v, want %v", text, err, wantErr)
			continue
		}
		if err == nil && string(Stringify(nil, got)) != string(Stringify(nil, want)) {
			t.Errorf("%s: got %s, want %s", text, Stringify(nil, got), Stringify(nil, want))
		}
	}
	for _, text := range []string{
		"[" + strings.Repeat("1,", 100) + "1]", "[[" + strings.Repeat("1,", 100) + "1]]", "[[" + strings.Repeat(`"a",`, 100) + "1]]", "[[" + strings.Repeat("[],", 100) + "1]]",
	} {
		if _, err := ParseShallow([]byte(text), bounds); err == nil || !strings.HasPrefix(err.Error(), tooMany) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
	if _, err := ParseShallow([]byte(strings.Repeat("[", maxShallowDepth+2)), Bounds{Depth: 1, Values: 1 << 20, Raw: 1 << 20}); err == nil || !strings.HasPrefix(err.Error(), nestedTooDeep) {
		t.Errorf("deep: %v", err)
	}
}
