package engine

import "encoding/binary"

// Key is the position of a row in an index. Rows are sorted by comparing keys bytewise.
type Key []byte

// Int returns the key of a number. Keys sort in ascending order, negative numbers first.
func Int(n int64) Key { return appendInt(make(Key, 0, 16), n) }

// Ints returns the key of several numbers, most significant first.
func Ints(numbers ...int64) Key {
	key := make(Key, 0, 8*len(numbers)+8)
	for _, n := range numbers {
		key = appendInt(key, n)
	}
	return key
}

// Descending returns a key that sorts numbers in descending order, most significant
// first.
func Descending(numbers ...int64) Key {
	key := make(Key, 0, 8*len(numbers))
	for _, n := range numbers {
		key = appendInt(key, ^n)
	}
	return key
}

// Text returns the key of one or more texts, most significant first. Each ends with a
// zero byte, so that no key is a prefix of another.
func Text(texts ...string) Key {
	size := len(texts)
	for _, text := range texts {
		size += len(text)
	}
	key := make(Key, 0, size)
	for _, text := range texts {
		key = append(append(key, text...), 0)
	}
	return key
}

// Join concatenates keys.
func Join(keys ...Key) Key {
	var out Key
	for _, key := range keys {
		out = append(out, key...)
	}
	return out
}

func appendInt(key Key, n int64) Key { return binary.BigEndian.AppendUint64(key, uint64(n)^(1<<63)) }
