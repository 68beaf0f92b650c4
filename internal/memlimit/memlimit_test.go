package memlimit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// reserve reserves bytes for a new connection.
func reserve(ctx context.Context, b *Budget, bytes int64) (*Reservation, error) {
	r := &Reservation{}
	return r, b.Reserve(ctx, r, &connection{}, bytes)
}

// connection is a connection that calls cut when it is cut off.
type connection struct {
	mu  sync.Mutex
	cut func()
}

func (c *connection) SetReadDeadline(time.Time) error { return nil }

func (c *connection) SetWriteDeadline(time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut != nil {
		c.cut()
	}
	return nil
}

func TestABudgetIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := New(100)
		first, err := reserve(t.Context(), b, 60)
		if err != nil {
			t.Fatal(err)
		}
		reserved := make(chan *Reservation, 1)
		go func() {
			second, err := reserve(t.Context(), b, 60)
			if err != nil {
				t.Error(err)
			}
			reserved <- second
		}()
		synctest.Wait()
		if len(reserved) != 0 || b.Stats().Bytes != 60 {
			t.Errorf("%d waiting reservations succeeded, %d bytes are reserved", len(reserved), b.Stats().Bytes)
		}
		first.Release()
		first.Release() // has no effect
		(<-reserved).Release()
		if b.Stats().Bytes != 0 {
			t.Errorf("%d bytes are still reserved at the end", b.Stats().Bytes)
		}
	})
}

func TestSmallReservationsDoNotWaitForLargeOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := New(6400)
		_, _ = reserve(t.Context(), b, 1<<20)
		waiting := make(chan error, 2)
		for range cap(waiting) {
			go func() {
				reservation, err := reserve(t.Context(), b, 5000)
				reservation.Release()
				waiting <- err
			}()
		}
		synctest.Wait()
		for range 16 {
			if _, err := reserve(t.Context(), b, 100); err != nil {
				t.Fatal(err)
			}
		}
		if len(waiting) != 0 || b.Stats().Bytes != 6400 {
			t.Errorf("%d large reservations succeeded, %d bytes are reserved", len(waiting), b.Stats().Bytes)
		}
		for _, s := range slices.Clone(b.held) {
			s.Release()
		}
		for range cap(waiting) {
			if err := <-waiting; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestALargerReservationThanThereIsGetsAllThatOneMayHold(t *testing.T) {
	t.Parallel()
	b := New(100)
	reservation, err := reserve(t.Context(), b, 1000)
	if err != nil || b.Stats().Bytes != 75 {
		t.Errorf("%v, %d bytes are reserved", err, b.Stats().Bytes)
	}
	if err := b.Reserve(t.Context(), reservation, nil, 1); err != nil || b.Stats().Bytes != 75 {
		t.Errorf("%v, %d bytes are reserved", err, b.Stats().Bytes)
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := New(100)
		reservation, _ := reserve(t.Context(), b, 50)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		reserved := make(chan error, 1)
		go func() {
			time.Sleep(time.Second / 2)
			patient, err := reserve(t.Context(), b, 80) // queued behind the one that gives up
			patient.Release()
			reserved <- err
		}()
		if _, err := reserve(ctx, b, 80); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		reservation.Release()
		if err := <-reserved; err != nil {
			t.Error(err)
		}
		if b.Stats().Bytes != 0 {
			t.Errorf("%d bytes are still reserved at the end", b.Stats().Bytes)
		}
	})
}

// TestOverdueReservationsAreClosed checks that overdue reservations are cut off, largest
// first, no more than necessary, and only if another one waits.
func TestOverdueReservationsAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, cut := New(100), map[string]time.Duration{}
		began := time.Now()
		come := func(name string, bytes int64) {
			c := &connection{}
			reservation := &Reservation{}
			if err := b.Reserve(t.Context(), reservation, c, bytes); err != nil {
				t.Fatal(err)
			}
			c.cut = func() {
				cut[name] = time.Since(began)
				go reservation.Release()
			}
		}
		come("small", 10)
		come("large", 40)
		come("middle", 20)
		time.Sleep(time.Hour)
		if len(cut) != 0 {
			t.Errorf("%v were cut off though nothing was waiting", cut)
		}
		began = time.Now()
		come("fresh", 35)
		if cut["large"] == 0 || len(cut) != 1 {
			t.Errorf("%v were cut off", cut)
		}
		began = time.Now()
		come("next", 60) // more than is left
		if len(cut) != 4 || cut["fresh"] < grace {
			t.Errorf("%v were cut off", cut)
		}
	})
}

// TestThoseThatHoldAndWaitAreClosed checks a deadlock in which each request waits for what
// the others hold: once some are closed, most of them get what they need.
func TestThoseThatHoldAndWaitAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := New(6400)
		const requests = 64 // each takes a 64th, so nothing is left
		ended := make(chan error, requests)
		for range requests {
			r, err := reserve(t.Context(), b, 100)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				defer r.Release()
				ended <- b.Reserve(t.Context(), r, nil, 400)
			}()
		}
		closed := 0
		for range requests {
			if err := <-ended; errors.Is(err, ErrClosed) {
				closed++
			} else if err != nil {
				t.Error(err)
			}
		}
		if stats := b.Stats(); closed == 0 || closed > requests/2 || stats.Closed != int64(closed) || stats.Bytes != 0 {
			t.Errorf("%d were closed: %+v", closed, stats)
		}
	})
}

// TestNoBytesAreLost checks that the bytes reserved are the sum of the reservations and
// stay within the budget, in whatever order they reserve, grow, give up and release.
func TestNoBytesAreLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.Int64Range(1, 100).Draw(t, "all")
		b := New(all)
		var reservations []*Reservation
		tried, cancel := context.WithCancel(context.Background())
		cancel() // what does not fit at once gives up
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				if s, err := reserve(tried, b, rapid.Int64Range(1, 120).Draw(t, "bytes")); err == nil {
					reservations = append(reservations, s)
				}
			},
			"grow": func(t *rapid.T) {
				if len(reservations) > 0 {
					_ = b.Reserve(tried, rapid.SampledFrom(reservations).Draw(t, "reservation"), &connection{}, rapid.Int64Range(0, 50).Draw(t, "bytes"))
				}
			},
			"release": func(t *rapid.T) {
				if len(reservations) > 0 {
					rapid.SampledFrom(reservations).Draw(t, "reservation").Release()
				}
			},
			"": func(t *rapid.T) {
				total := int64(0)
				for _, s := range reservations {
					total += s.bytes
				}
				if taken := b.Stats().Bytes; taken != total || taken > all || len(b.waiting) > 0 {
					t.Fatalf("%d of %d bytes are reserved, the reservations hold %d, %d wait", taken, all, total, len(b.waiting))
				}
			},
		})
	})
}

// TestMany runs many reservations at once, for the race detector.
func TestMany(t *testing.T) {
	t.Parallel()
	b := New(100)
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			for range 200 {
				s, err := reserve(t.Context(), b, int64(i+1))
				if err != nil {
					t.Error(err)
				}
				if i%7 == 0 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
					_ = b.Reserve(ctx, s, nil, int64(i))
					cancel()
				}
				s.Release()
			}
		})
	}
	group.Wait()
	if b.Stats().Bytes != 0 {
		t.Errorf("%d bytes are still reserved at the end", b.Stats().Bytes)
	}
}

// TestABudgetThatShrinks checks that a smaller budget takes nothing from existing
// reservations, and that waiting ones get a share of the new budget.
func TestABudgetThatShrinks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := New(6400)
		first, err := reserve(t.Context(), b, 4800)
		if err != nil {
			t.Fatal(err)
		}
		second := make(chan *Reservation, 1)
		go func() {
			reservation, err := reserve(t.Context(), b, 4800)
			if err != nil {
				t.Error(err)
			}
			second <- reservation
		}()
		synctest.Wait()
		b.Resize(640)
		if err := b.Reserve(t.Context(), first, nil, 10); err != nil || b.Stats().Bytes != 4800 {
			t.Errorf("%v, %d bytes are reserved; a reservation larger than the budget must not grow", err, b.Stats().Bytes)
		}
		third := make(chan *Reservation, 1)
		go func() {
			reservation, err := reserve(t.Context(), b, 1)
			if err != nil {
				t.Error(err)
			}
			third <- reservation
		}()
		synctest.Wait()
		if len(second)+len(third) > 0 {
			t.Error("a reservation succeeded though nothing was left")
		}
		first.Release()
		synctest.Wait()
		(<-third).Release()
		waited := <-second
		if got := b.Stats().Bytes; got != 480 {
			t.Errorf("%d bytes are reserved, want 480", got)
		}
		b.Resize(6400)
		large, err := reserve(t.Context(), b, 4000)
		if err != nil {
			t.Error(err)
		}
		large.Release()
		waited.Release()
		if got := b.Stats().Bytes; got != 0 {
			t.Errorf("%d bytes are still reserved at the end", got)
		}
		(*Budget)(nil).Resize(1)
	})
}
