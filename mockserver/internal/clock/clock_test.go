package clock

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestSet makes one change after another. One second of the source passes between each
// change and the reading.
func TestSet(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	past := start.Add(-48 * time.Hour)
	source := start
	c := New(func() time.Time { return source })
	for _, step := range []struct {
		name   string
		change Change
		want   Reading // a second later
	}{
		{"advance", Change{Advance: time.Hour}, Reading{Now: start.Add(time.Hour + time.Second)}},
		{"freeze", Change{Frozen: &yes}, Reading{Now: start.Add(time.Hour + time.Second), Frozen: true}},
		{"advance, frozen", Change{Advance: time.Minute}, Reading{Now: start.Add(time.Hour + time.Minute + time.Second), Frozen: true}},
		{"set, frozen", Change{Now: &past}, Reading{Now: past, Frozen: true}},
		{"go on", Change{Frozen: &no}, Reading{Now: past.Add(time.Second)}},
		{"set and freeze", Change{Now: &start, Advance: time.Hour, Frozen: &yes}, Reading{Now: start.Add(time.Hour), Frozen: true}},
		{"nothing", Change{}, Reading{Now: start.Add(time.Hour), Frozen: true}},
	} {
		if _, err := c.Set(step.change); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		source = source.Add(time.Second)
		if diff := cmp.Diff(step.want, c.Read()); diff != "" {
			t.Errorf("%s: the clock differs (-want +got):\n%s", step.name, diff)
		}
		if !c.Now().Equal(step.want.Now) {
			t.Errorf("%s: Now is %s", step.name, c.Now())
		}
	}
	c.Reset()
	if diff := cmp.Diff(Reading{Now: source, Real: true}, c.Read()); diff != "" {
		t.Errorf("after Reset the clock differs (-want +got):\n%s", diff)
	}
}

func TestTheClockStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	c := New(func() time.Time { return start })
	early, late := earliest.Add(-1), latest
	for _, change := range []Change{{Now: &early}, {Now: &late}, {Advance: 180 * 366 * 24 * time.Hour}} {
		if _, err := c.Set(change); !errors.Is(err, ErrRange) {
			t.Errorf("%+v: %v", change, err)
		}
		if !c.Read().Real {
			t.Error("the clock changed despite the error")
		}
	}
}

// TestASettingComesBack checks that a setting can be restored at any later time, and on a
// machine whose own clock is wrong, unless no clock can have had it.
func TestASettingComesBack(t *testing.T) {
	t.Parallel()
	first, last, no := earliest, latest.Add(-time.Second), false
	for name, change := range map[string]Change{"first": {Now: &first, Frozen: &no}, "last": {Now: &last, Frozen: &no}} {
		source := start
		before := New(func() time.Time { return source })
		if _, err := before.Set(change); err != nil {
			t.Fatal(err)
		}
		for _, source = range []time.Time{start.Add(time.Hour), time.Unix(0, 0)} {
			after := New(func() time.Time { return source })
			if err := after.Restore(before.Setting()); err != nil || !after.Now().Equal(before.Now()) {
				t.Errorf("%s, at %s: the clock shows %s, not %s: %v", name, source, after.Now(), before.Now(), err)
			}
		}
	}
	if err := New(func() time.Time { return start }).Restore(&Setting{Frozen: true, At: latest}); !errors.Is(err, ErrRange) {
		t.Errorf("a frozen clock out of range: %v", err)
	}
}
