package bend

import "testing"

func TestJSONIsEditedInPlace(t *testing.T) {
	t.Parallel()
	const text = `{"b":[{"a":1,"x":null},{"a":2}],"a":{"n":1.50,"t":"é\"<"},"e":[],"f":true}`
	for want, change := range map[string]func(*Value){
		text: func(*Value) {},
		`{"b":[{"x":null},{}],"a":{"n":1.50,"t":"é\"<"},"e":[],"f":true}`:                  func(v *Value) { v.Edit("/b/*/a", Gone) },
		`{"b":[{"a":1,"x":null},{"a":2,"y":7}],"a":{"n":1.50,"t":"é\"<"},"e":[],"f":true}`: func(v *Value) { v.Edit("/b/1/y", To("7")) },
		`{"b":[{"a":2}],"a":{"n":1.50,"t":"é\"<"},"e":[],"f":true}`:                        func(v *Value) { v.Edit("/b/0", Gone) },
		`{"b":[{"a":1,"x":null},{"a":2}],"a":"{}","e":[],"f":true}`:                        func(v *Value) { v.Edit("/a", To(`"{}"`)) },
		`{"b":[{"a":2},{"a":1,"x":null}],"a":{"n":1.50,"t":"é\"<"},"e":[],"f":true}`:       func(v *Value) { v.Edit("/b", Reversed) },
		`{"b":[{"a":11,"x":null},{"a":12}],"a":{"n":1.50,"t":"é\"<"},"e":[],"f":true}`:     func(v *Value) { v.Edit("/b/*/a", Plus(10)) },
	} {
		parsed, isJSON := ParseJSON([]byte(text))
		if !isJSON {
			t.Fatal("the text was not accepted as JSON")
		}
		change(parsed)
		if got := string(parsed.Append(nil)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, text := range []string{"", "{", "{} {}", `{"a"}`, "[1,]", "nul"} {
		if _, isJSON := ParseJSON([]byte(text)); isJSON {
			t.Errorf("%q was accepted as JSON", text)
		}
	}
}
