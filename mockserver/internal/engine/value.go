package engine

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// ID is a row's id as a request sends it: text in a path. No row has an id that is not
// valid; a 404 quotes it as it was sent.
type ID struct {
	sent   string
	number int64 // -1 if not valid
}

// maxID is the largest id: a real server's ids are int4.
const maxID = 1<<31 - 1

// ParseID reads an id.
func ParseID(text string) ID {
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil || text[0] < '0' || text[0] > '9' {
		return ID{sent: text, number: -1}
	}
	return ID{sent: text, number: number}
}

// Number returns the id as a number, or -1 if it is not valid.
func (id ID) Number() int64 { return id.number }

// Valid reports whether a row can have the id.
func (id ID) Valid() bool { return id.number >= 0 }

// String returns the id as it was sent.
func (id ID) String() string { return id.sent }

// Optional is an input that may be absent.
type Optional[T any] struct {
	Value T
	// Sent reports whether the value was present. If T is a pointer, null counts as present.
	Sent bool
}

// Or returns the value, or absent if none was sent.
func (o Optional[T]) Or(absent T) T {
	if o.Sent {
		return o.Value
	}
	return absent
}

// JSON is a value that keeps its text: an open object, with its keys in order. As an
// input it is nil if nothing was sent.
type JSON []byte

// AppendJSON appends the text, or null if there is none.
func (j JSON) AppendJSON(dst []byte) []byte {
	if len(j) == 0 {
		return append(dst, "null"...)
	}
	return append(dst, j...)
}

// Value decodes the text, with the keys of objects in their order. It returns nil if nothing was
// sent.
func (j JSON) Value() any {
	value, _ := v8json.ParseOrdered(j) // cannot fail: whoever stored the text has read it
	return value
}

// OrNull returns a text that answers show as null if it is empty.
func OrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Digest is the SHA-256 of a secret.
type Digest [sha256.Size]byte

const digestPrefix = "sha256:"

// MarshalText writes the digest as sha256:<hex>.
func (d Digest) MarshalText() ([]byte, error) {
	return hex.AppendEncode([]byte(digestPrefix), d[:]), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Digest) UnmarshalText(source []byte) error {
	digits, found := bytes.CutPrefix(source, []byte(digestPrefix))
	if found && len(digits) == hex.EncodedLen(len(d)) {
		if _, err := hex.Decode(d[:], digits); err == nil {
			return nil
		}
	}
	return fmt.Errorf("a digest has the form %s and %d hexadecimal digits", digestPrefix, hex.EncodedLen(len(d)))
}

// Secret is a credential. The answer that creates it shows its text. Only the digest is
// stored and appears in later answers, events and snapshots, unless the table keeps the
// text.
type Secret struct {
	digest Digest
	text   string
}

// NewSecret returns a secret with its text.
func NewSecret(text string) Secret { return Secret{digest: sha256.Sum256([]byte(text)), text: text} }

func (s Secret) has(digest Digest) bool {
	return subtle.ConstantTimeCompare(s.digest[:], digest[:]) == 1
}

// Key returns the key of the secret in an index.
func (s Secret) Key() Key { return s.digest[:] }

// IsZero reports whether there is no text to show.
func (s Secret) IsZero() bool { return s.text == "" }

// Reveal returns the text, or an empty string if only the digest is known.
func (s Secret) Reveal() string { return s.text }

// stored returns the secret without its text.
func (s Secret) stored() Secret { return Secret{digest: s.digest} }

// String hides the secret from anything that prints a row.
func (s Secret) String() string { return secrets.Mark }

// GoString hides the secret as String does.
func (s Secret) GoString() string { return s.String() }

// Append appends a value as answers show it, with its keys in the order of the fields. It
// is for text that is read again, such as the document of a JSON patch.
func Append[T any](dst []byte, value *T) []byte {
	return newEncoder(reflect.TypeFor[T](), nil)(dst, reflect.ValueOf(value).Elem())
}
