package engine

import "encoding/binary"

// Key is where a row stands in an index. Keys compare bytewise, and rows come in
// that order.
type Key []byte

// Int returns the key of a number: ascending, negative numbers first.
func Int(n int64) Key { return appendInt(make(Key, 0, 16), n) }

// Ints returns the key of several numbers, the first one first.
func Ints(numbers ...int64) Key {
	key := make(Key, 0, 8*len(numbers)+8)
	for _, n := range numbers {
		key = appendInt(key, n)
	}
	return key
}

// Descending returns a key that sorts numbers from high to low, the first one
// first.
func Descending(numbers ...int64) Key {
	key := make(Key, 0, 8*len(numbers))
	for _, n := range numbers {
		key = appendInt(key, ^n)
	}
	return key
}

// Text returns the key of texts, the first one first. Each ends with a zero byte,
// so that no key is the prefix of another.
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

// Join returns one key made of several.
func Join(keys ...Key) Key {
	var out Key
	for _, key := range keys {
		out = append(out, key...)
	}
	return out
}

func appendInt(key Key, n int64) Key { return binary.BigEndian.AppendUint64(key, uint64(n)^(1<<63)) }
