package state

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"
)

// Signal is one signal that an endpoint received.
type Signal struct {
	ID int64
	// SourceID is the endpoint's id; it stays when the endpoint goes.
	SourceID  int64
	CreatedAt time.Time
	// TokenID is the token that was used; nil in seeds that name none.
	TokenID *int64
	// Payload is a JSON object, compact.
	Payload []byte
}

// ResolvedSignal is a signal with the names that its ids stand for now; a name
// is nil once what it named is gone.
type ResolvedSignal struct {
	*Signal
	SourceName        *string
	SourceDescription *string
	TokenName         *string
}

// Page is a part of a list: up to Limit entries after the first Offset.
type Page struct {
	Limit  int
	Offset int
}

// Days is an inclusive range of UTC days. A zero bound is open.
type Days struct {
	From time.Time
	To   time.Time
}

// signalDay counts the signals of one UTC day, so that a query's total costs by
// the days it spans and not by what is stored.
type signalDay struct {
	Day   int64 // days since 1970-01-01
	Count int
}

// AddSignal stores a signal and drops the oldest ones over the cap.
func (s *Store) AddSignal(sourceID int64, tokenID *int64, payload []byte, now time.Time) (*Signal, error) {
	txn := s.db.Txn(true)
	defer txn.Abort()
	next, err := sequenceTxn(txn, tableSignals)
	if err != nil {
		return nil, err
	}
	next.Last++
	signal := &Signal{ID: next.Last, SourceID: sourceID, CreatedAt: stamp(now), TokenID: tokenID, Payload: payload}
	if next.Stored, err = s.putSignal(txn, signal, next.Stored); err != nil {
		return nil, err
	}
	if err := putSequence(txn, next); err != nil {
		return nil, err
	}
	txn.Commit()
	return signal, nil
}

// SignalsOf returns a page of an endpoint's signals, newest first. The endpoint
// need not exist any more.
func (s *Store) SignalsOf(endpointID int64, page Page) ([]ResolvedSignal, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	iterator, err := txn.Get(tableSignals, indexSource+"_prefix", endpointID)
	if err != nil {
		return nil, fmt.Errorf("listing the signals of endpoint %d: %w", endpointID, err)
	}
	return resolve(txn, take(iterator, page, nil))
}

// Signals returns a page of the signals of those days, newest first, and how
// many there are in all.
func (s *Store) Signals(days Days, page Page) ([]ResolvedSignal, int, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	total, skipped, start, err := span(txn, days, page.Offset)
	if err != nil {
		return nil, 0, err
	}
	if total <= page.Offset {
		return nil, total, nil
	}
	page.Offset -= skipped
	iterator, err := txn.LowerBound(tableSignals, indexNewest, start)
	if err != nil {
		return nil, 0, fmt.Errorf("listing signals: %w", err)
	}
	signals, err := resolve(txn, take(iterator, page, func(signal *Signal) bool {
		return days.From.IsZero() || !signal.CreatedAt.Before(days.From)
	}))
	return signals, total, err
}

// SignalCount returns how many signals are stored.
func (s *Store) SignalCount() (int, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	total, _, _, err := span(txn, Days{}, 0)
	return total, err
}

// span sums up the days: how many signals they have, and from which key to read
// so that as few as possible of the offset must be skipped one by one. skipped
// are those before that key. It looks at no more days than it has to.
func span(txn *memdb.Txn, days Days, offset int) (total, skipped int, start []byte, err error) {
	first := []byte{}
	if !days.To.IsZero() {
		first = descendingKey(dayOf(days.To))
	}
	iterator, err := txn.LowerBound(tableDays, indexID, first)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("listing days: %w", err)
	}
	everything := days.From.IsZero() && days.To.IsZero()
	for raw := iterator.Next(); raw != nil; raw = iterator.Next() { // newest first
		day := raw.(*signalDay)
		if !days.From.IsZero() && day.Day < dayOf(days.From) {
			break
		}
		if start == nil && total+day.Count > offset {
			skipped, start = total, descendingKey((day.Day+1)*millisecondsPerDay-1)
			if everything {
				break
			}
		}
		total += day.Count
	}
	if everything {
		signals, err := sequenceTxn(txn, tableSignals)
		return signals.Stored, skipped, start, err
	}
	return total, skipped, start, nil
}

const millisecondsPerDay = 24 * 60 * 60 * 1000

// dayOf numbers UTC days from 1970-01-01; earlier ones are negative.
func dayOf(t time.Time) int64 {
	milliseconds := t.UnixMilli()
	day := milliseconds / millisecondsPerDay
	if milliseconds%millisecondsPerDay < 0 {
		day--
	}
	return day
}

// take reads a page from an iterator, as long as within holds.
func take(iterator memdb.ResultIterator, page Page, within func(*Signal) bool) []*Signal {
	var out []*Signal
	for raw := iterator.Next(); raw != nil && len(out) < page.Limit; raw = iterator.Next() {
		signal := raw.(*Signal)
		if within != nil && !within(signal) {
			break
		}
		if page.Offset > 0 {
			page.Offset--
			continue
		}
		out = append(out, signal)
	}
	return out
}

// resolve looks up the names behind the ids of signals.
func resolve(txn *memdb.Txn, signals []*Signal) ([]ResolvedSignal, error) {
	out := make([]ResolvedSignal, len(signals))
	endpoints, tokens := map[int64]*Endpoint{}, map[tokenKey]*Token{}
	for i, signal := range signals {
		out[i].Signal = signal
		endpoint, err := once(endpoints, signal.SourceID, func() (*Endpoint, error) {
			return first[Endpoint](txn, tableEndpoints, indexID, signal.SourceID)
		})
		if err != nil {
			return nil, err
		}
		if endpoint != nil {
			out[i].SourceName, out[i].SourceDescription = &endpoint.Name, endpoint.Description
		}
		if signal.TokenID == nil {
			continue
		}
		token, err := once(tokens, tokenKey{signal.SourceID, *signal.TokenID}, func() (*Token, error) {
			return first[Token](txn, tableTokens, indexID, signal.SourceID, *signal.TokenID)
		})
		if err != nil {
			return nil, err
		}
		if token != nil {
			out[i].TokenName = &token.Name
		}
	}
	return out, nil
}

// once looks an object up, or remembers that it was: many signals have the same
// few sources.
func once[K comparable, T any](seen map[K]*T, key K, find func() (*T, error)) (*T, error) {
	object, has := seen[key]
	if has {
		return object, nil
	}
	object, err := find()
	seen[key] = object
	return object, err
}

// tokenKey is what identifies a token.
type tokenKey struct{ endpoint, id int64 }

// putSignal stores a signal and drops the oldest if there are too many. stored
// is how many there are; it returns how many there are then.
func (s *Store) putSignal(txn *memdb.Txn, signal *Signal, stored int) (int, error) {
	if err := txn.Insert(tableSignals, signal); err != nil {
		return 0, fmt.Errorf("storing signal %d: %w", signal.ID, err)
	}
	if err := countDay(txn, signal, 1); err != nil {
		return 0, err
	}
	if stored < s.maxSignals {
		return stored + 1, nil
	}
	oldest, err := first[Signal](txn, tableSignals, indexID)
	if err != nil {
		return 0, err
	}
	if err := txn.Delete(tableSignals, oldest); err != nil {
		return 0, fmt.Errorf("dropping signal %d: %w", oldest.ID, err)
	}
	return stored, countDay(txn, oldest, -1)
}

func countDay(txn *memdb.Txn, signal *Signal, change int) error {
	number := dayOf(signal.CreatedAt)
	day := signalDay{Day: number}
	if present, err := first[signalDay](txn, tableDays, indexID, descendingKey(number)); err != nil {
		return err
	} else if present != nil {
		day.Count = present.Count
	}
	day.Count += change
	if day.Count == 0 {
		if err := txn.Delete(tableDays, &day); err != nil {
			return fmt.Errorf("forgetting day %d: %w", number, err)
		}
		return nil
	}
	if err := txn.Insert(tableDays, &day); err != nil {
		return fmt.Errorf("counting day %d: %w", number, err)
	}
	return nil
}
