package state

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"
)

const (
	tableEndpoints = "endpoints"
	tableTokens    = "tokens"
	tableSignals   = "signals"
	tableDays      = "signal_days"
	tableSequences = "sequences"
	tableUsers     = "users"
	tableAPITokens = "api_tokens"
)

const (
	indexID     = "id"     // what identifies an object; of tokens the endpoint and the id
	indexNewest = "newest" // signals, newest first
	indexName   = "name"   // endpoints by name
	indexSecret = "secret" // tokens by the digest of their secret
	indexSource = "source" // signals by endpoint, newest first
)

// schema has as few indexes as the questions need: a write costs by their number.
func schema() *memdb.DBSchema {
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, table := range []*memdb.TableSchema{
		{Name: tableEndpoints, Indexes: indexes(
			unique(indexID, func(e *Endpoint) []byte { return idKey(e.ID) }),
			unique(indexName, func(e *Endpoint) []byte { return textKey(e.Name) }),
		)},
		{Name: tableTokens, Indexes: indexes(
			unique(indexID, func(t *Token) []byte { return append(idKey(t.EndpointID), idKey(t.ID)...) }),
			unique(indexSecret, func(t *Token) []byte { return t.Digest[:] }),
		)},
		{Name: tableSignals, Indexes: indexes(
			unique(indexID, func(s *Signal) []byte { return idKey(s.ID) }),
			unique(indexNewest, func(s *Signal) []byte { return newestKey(s.CreatedAt, s.ID) }),
			unique(indexSource, func(s *Signal) []byte { return append(idKey(s.SourceID), newestKey(s.CreatedAt, s.ID)...) }),
		)},
		{Name: tableDays, Indexes: indexes(
			unique(indexID, func(d *signalDay) []byte { return descendingKey(d.Day) }),
		)},
		{Name: tableSequences, Indexes: indexes(
			unique(indexID, func(s *sequence) []byte { return textKey(s.Table) }),
		)},
		{Name: tableUsers, Indexes: indexes(
			unique(indexID, func(u *User) []byte { return idKey(u.ID) }),
		)},
		{Name: tableAPITokens, Indexes: indexes(
			unique(indexID, func(t *APIToken) []byte { return t.Digest[:] }),
		)},
	} {
		schema.Tables[table.Name] = table
	}
	return schema
}

func indexes(list ...*memdb.IndexSchema) map[string]*memdb.IndexSchema {
	byName := map[string]*memdb.IndexSchema{}
	for _, index := range list {
		byName[index.Name] = index
	}
	return byName
}

// unique describes an index whose key a function draws from the object. Every
// key is unique because it ends with, or is, what identifies the object; names
// and secrets are kept unique by the writers.
func unique[T any](name string, key func(*T) []byte) *memdb.IndexSchema {
	return &memdb.IndexSchema{Name: name, Unique: true, Indexer: keyIndexer[T]{key: key}}
}

// keyIndexer makes go-memdb keys without reflection. Arguments of a lookup are
// int64 (ids), string (names), Digest, or bytes that are the key itself.
type keyIndexer[T any] struct{ key func(*T) []byte }

func (k keyIndexer[T]) FromObject(raw any) (bool, []byte, error) {
	object, ok := raw.(*T)
	if !ok {
		return false, nil, fmt.Errorf("an index of %T was given %T", object, raw)
	}
	return true, k.key(object), nil
}

func (k keyIndexer[T]) FromArgs(args ...any) ([]byte, error) {
	var key []byte
	for _, arg := range args {
		switch value := arg.(type) {
		case int64:
			key = append(key, idKey(value)...)
		case string:
			key = append(key, textKey(value)...)
		case Digest:
			key = append(key, value[:]...)
		case []byte:
			key = append(key, value...)
		default:
			return nil, fmt.Errorf("an index key cannot be made of %T", arg)
		}
	}
	return key, nil
}

func (k keyIndexer[T]) PrefixFromArgs(args ...any) ([]byte, error) { return k.FromArgs(args...) }

// idKey sorts ids ascending, negative ones first.
func idKey(id int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 32), uint64(id)^(1<<63))
}

// textKey ends with a zero byte so that no key is the prefix of another.
func textKey(text string) []byte { return append([]byte(text), 0) }

// descendingKey sorts numbers from high to low.
func descendingKey(n int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 16), ^(uint64(n) ^ (1 << 63)))
}

// newestKey sorts signals by time, then id, both descending.
func newestKey(at time.Time, id int64) []byte {
	return append(descendingKey(at.UnixMilli()), descendingKey(id)...)
}
