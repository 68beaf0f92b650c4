package httpx

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

const text = `{"name":"a"}`

func wrapped(t *testing.T, body []byte, newWriter func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := newWriter(&out)
	if _, err := writer.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipped(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

func zlibbed(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func brotlied(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }

func deflated(w io.Writer) io.WriteCloser {
	writer, err := flate.NewWriter(w, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	return writer
}

func TestDecode(t *testing.T) {
	t.Parallel()
	plain := []byte(text)
	for name, test := range map[string]struct {
		encodings []string
		body      []byte
	}{
		"none":               {nil, plain},
		"identity":           {[]string{"identity"}, plain},
		"gzip":               {[]string{"gzip"}, wrapped(t, plain, gzipped)},
		"gzip, its old name": {[]string{" X-GZIP "}, wrapped(t, plain, gzipped)},
		"deflate":            {[]string{"deflate"}, wrapped(t, plain, zlibbed)},
		"deflate, bare":      {[]string{"deflate"}, wrapped(t, plain, deflated)},
		"br":                 {[]string{"br"}, wrapped(t, plain, brotlied)},
		"two at once":        {[]string{"gzip, br"}, wrapped(t, wrapped(t, plain, gzipped), brotlied)},
		"in two lines":       {[]string{"deflate", "identity,gzip"}, wrapped(t, wrapped(t, plain, zlibbed), gzipped)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode(http.Header{"Content-Encoding": test.encodings}, test.body, 1000)
			if err != nil || string(got) != text {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	zlibbedText := wrapped(t, []byte(text), zlibbed)
	bomb := wrapped(t, bytes.Repeat([]byte("a"), 10<<20), gzipped)
	for name, test := range map[string]struct {
		encoding string
		body     []byte
		is       error
		words    string
	}{
		"an unknown encoding": {"lzw", nil, ErrUnknownEncoding, `"lzw"`},
		"a bomb":              {"gzip", bomb, ErrTooLarge, "more than 100 bytes"},
		"a bomb in another":   {"gzip, gzip", wrapped(t, bomb, gzipped), ErrTooLarge, ""},
		"too many":            {"br,identity,,br,br,br", nil, ErrUnknownEncoding, "4 encodings"},
		"no gzip":             {"gzip", []byte(text), gzip.ErrHeader, "it is not valid gzip"},
		"a cut one":           {"gzip", wrapped(t, []byte(text), gzipped)[:20], io.ErrUnexpectedEOF, "it is not valid gzip"},
		"no deflate":          {"deflate", []byte("\xff\xff"), nil, "it is not valid deflate"},
		"a wrong sum":         {"deflate", append(zlibbedText[:len(zlibbedText)-4], 0, 0, 0, 0), zlib.ErrChecksum, "it is not valid deflate"},
		"no brotli":           {"br", []byte(text), nil, "it is not valid br"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode(http.Header{"Content-Encoding": {test.encoding}}, test.body, 100)
			if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// FuzzDecode checks that no body causes a panic or decodes to more than the limit.
func FuzzDecode(f *testing.F) {
	f.Add("gzip", []byte("\x1f\x8b\x08\x00"))
	f.Add("deflate, br", []byte("\x78\x9c"))
	f.Fuzz(func(t *testing.T, encodings string, body []byte) {
		const limit = 1000
		got, err := Decode(http.Header{"Content-Encoding": {encodings}}, body, limit)
		if err == nil && len(got) > limit && len(got) > len(body) {
			t.Errorf("%d bytes became %d", len(body), len(got))
		}
	})
}
