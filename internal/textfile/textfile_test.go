package textfile

import (
	"testing"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"nothing":             {"", ""},
		"utf-8":               {"a: ä\r\n", "a: ä\r\n"},
		"utf-8 with a mark":   {"\xef\xbb\xbfa: ä", "a: ä"},
		"only a mark":         {"\xef\xbb\xbf", ""},
		"utf-16 le":           {"\xff\xfea\x00:\x00 \x00\xe4\x00", "a: ä"},
		"utf-16 be":           {"\xfe\xff\x00a\x00:\x00 \x00\xe4", "a: ä"},
		"utf-16, a pair":      {"\xff\xfe\x3d\xd8\x00\xde", "😀"},
		"utf-16, half a pair": {"\xff\xfe\x3d\xd8", "\ufffd"},
		"no text at all":      {"\x00\xff", "\x00\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(Decode([]byte(test.source))); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
