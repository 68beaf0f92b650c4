package engine

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// planter fills an empty store from a seed or snapshot, and collects the problems that it
// finds.
type planter struct {
	engine   *Engine
	tx       *Tx
	now      time.Time
	relaxed  bool  // a snapshot: rows may refer to deleted ones
	lenient  bool  // ignore unknown properties
	foreign  bool  // null is missing, and enums are open
	adding   bool  // to a store that has rows
	most     int64 // limit of the rows' bytes; 0 for no limit
	known    map[string]map[int64]bool
	problems Problems
}

// maxProblems is how many problems are reported.
const maxProblems = 1000

// ErrTooLarge is the error for a snapshot whose rows would exceed the memory limit.
var ErrTooLarge = errors.New("the state takes too much memory")

// full reports whether the rows exceed the memory limit.
func (p *planter) full() bool { return p.most > 0 && int64(p.tx.bytes) > p.most }

func (p *planter) complain(path []string, format string, args ...any) {
	p.problems = append(p.problems, Problem{Path: slices.Clone(path), Message: fmt.Sprintf(format, args...)})
}

// Plant returns a store with the rows of a seed, at the time and with the randomness of a
// request. New ids continue after the highest in the seed. The error is of type Problems.
func (e *Engine) Plant(seed *v8json.Object, request Request) (*Store, error) {
	return e.fill(seed, request, &planter{})
}

// Restore returns a store with the rows of a snapshot, which may take up to most bytes.
// The error is of type Problems, or ErrTooLarge.
func (e *Engine) Restore(snapshot *v8json.Object, request Request, most int64) (*Store, error) {
	version, _ := snapshot.Get(keyVersion)
	number, _ := version.(float64)
	if number < 1 || number > SnapshotVersion || number != float64(int(number)) {
		return nil, Problems{{Path: []string{keyVersion}, Message: fmt.Sprintf("unknown version %v: 1 to %d are known", version, SnapshotVersion)}}
	}
	if number < SnapshotVersion {
		unfold(snapshot)
	}
	for from := int(number); from < SnapshotVersion; from++ {
		for _, upgrade := range e.upgrades {
			upgrade(snapshot, from)
		}
	}
	return e.fill(snapshot, request, &planter{relaxed: true, most: most})
}

// unfold decodes the rows that were kept as text.
func unfold(snapshot *v8json.Object) {
	for _, value := range snapshot.All() {
		list, _ := value.([]any)
		for i, element := range list {
			if raw, is := element.(v8json.Raw); is {
				list[i] = raw.Value()
			}
		}
	}
}

func (e *Engine) fill(source *v8json.Object, request Request, p *planter) (*Store, error) {
	store := e.NewStore()
	return store, store.fill(source, request, p)
}

// Add plants further rows in the form of a seed, as Plant does. A row without an id
// gets the next one. The error is of type Problems; nothing is added then.
func (s *Store) Add(rows *v8json.Object, request Request) error {
	return s.fill(rows, request, &planter{adding: true})
}

// ascending makes the ULIDs of the same time ascend in the order in which they are made,
// as the rows of a file do. A request without randomness gets that of the system.
func (r Request) ascending() *Request {
	r.Random = ulid.Monotonic(cmp.Or(r.Random, rand.Reader), 1)
	return &r
}

func (s *Store) fill(source *v8json.Object, request Request, p *planter) error {
	e, isSnapshot := s.engine, p.relaxed
	tx := s.Begin(request.ascending())
	tx.silent = true
	defer tx.Abort()
	p.engine, p.tx, p.now, p.known = e, tx, tx.Stamp(), map[string]map[int64]bool{}
	p.names(source, isSnapshot)
	for _, table := range e.numbered {
		if !isSection(table) { // whose keys do not begin with those of parents
			p.know(table)
		}
	}
	for table := range e.sections() {
		p.rows(table, source, nil, table.name(), nil)
	}
	for _, value := range e.values {
		p.setValue(value, source)
	}
	if isSnapshot {
		p.sequences(source)
		p.events(source, s)
	}
	switch {
	case len(p.problems) > 0:
		return p.problems
	case p.full():
		return ErrTooLarge
	}
	tx.Commit()
	return nil
}

// names complains about sections that are neither tables nor values.
func (p *planter) names(source *v8json.Object, isSnapshot bool) {
	for _, name := range source.Keys() {
		if len(p.problems) >= maxProblems {
			return
		}
		if !p.engine.hasSection(name) && !(isSnapshot && slices.Contains([]string{keyVersion, keyEvents, keySequences}, name)) {
			p.unknown(nil, name)
		}
	}
}

// know records the ids that a table already has.
func (p *planter) know(table AnyTable) {
	ids := map[int64]bool{}
	for _, row := range table.rowsUnder(p.tx, nil) {
		ids[*table.idOf(row)] = true
	}
	p.known[table.name()] = ids
}

// rows plants the list of rows that source has under a name.
func (p *planter) rows(table AnyTable, source *v8json.Object, path []string, name string, parent any) {
	value, _ := source.Get(name)
	if value == nil {
		if p.adding && parent == nil {
			return
		}
		value = table.builtIn()
	}
	at := below(path, name)
	list, is := p.want(value, "array", at).([]any)
	if !is {
		return
	}
	for i, element := range list {
		if p.full() || len(p.problems) >= maxProblems {
			return
		}
		p.row(table, element, below(at, strconv.Itoa(i)), i, parent)
	}
}

func (p *planter) row(table AnyTable, value any, path []string, number int, parent any) {
	row, source := p.one(table, value, path, number, parent)
	if row == nil {
		return
	}
	for list, child := range p.engine.nestedIn(table) {
		p.rows(child, source, path, list, row)
	}
}

// one plants a row without its nested rows, and returns it and its source. It returns nil
// if the row cannot be planted. A text is short for a row that has only a secret.
func (p *planter) one(table AnyTable, value any, path []string, number int, parent any) (planted any, source *v8json.Object) {
	if text, is := value.(string); is && table.secretOf(table.fresh(p.now)) != nil {
		short := v8json.NewObject()
		short.Set(secretName, text)
		value = short
	}
	source, is := p.want(value, "object", path).(*v8json.Object)
	if !is {
		return nil, nil
	}
	before := len(p.problems)
	row := table.fresh(p.now)
	if parent != nil {
		table.codec().adopt(row, parent)
	}
	if id := table.idOf(row); id != nil {
		if _, has := source.Get("id"); !has && parent == nil && p.tx.sequence(table.name()).Last <= int64(number) {
			*id = int64(number) + 1
		}
	}
	p.columns(table, source, path)
	table.codec().read(p, row, source, path, parent != nil)
	if len(p.problems) > before {
		return nil, nil
	}
	if id := table.idOf(row); id != nil {
		ids := p.known[table.name()]
		if ids == nil {
			ids = map[int64]bool{}
			p.known[table.name()] = ids
		}
		if ids[*id] {
			p.complain(below(path, "id"), "the %s id %d is used twice", table.singular(), *id)
			return nil, nil
		}
		ids[*id] = *id != 0
	}
	if field, complaint := table.plant(p.tx, row); complaint != "" {
		if field != "" {
			path = below(path, field)
		}
		p.complain(path, "%s", complaint)
		return nil, nil
	}
	return row, source
}

// columns complains about properties that are neither columns of a table nor lists nested
// in it.
func (p *planter) columns(table AnyTable, source *v8json.Object, path []string) {
	for _, name := range source.Keys() {
		if len(p.problems) >= maxProblems {
			return
		}
		if !p.engine.hasProperty(table, name) {
			p.unknown(path, name)
		}
	}
}

func (p *planter) setValue(value *Value, source *v8json.Object) {
	content, has := source.Get(value.Name)
	if !has || content == nil {
		return
	}
	if content = p.want(content, value.kind(), []string{value.Name}); content != nil {
		value.Set(p.tx, v8json.Stringify(nil, content))
	}
}

// sequences reads the last ids, which no row may exceed.
func (p *planter) sequences(source *v8json.Object) {
	value, _ := source.Get(keySequences)
	object, is := p.want(value, "object", []string{keySequences}).(*v8json.Object)
	if !is {
		return
	}
	for _, table := range p.engine.numbered {
		path := []string{keySequences, table.name()}
		given, has := object.Get(table.name())
		if !has {
			continue // written before the table existed
		}
		number, is := p.want(given, "integer", path).(float64)
		if !is {
			continue
		}
		current := p.tx.sequence(table.name())
		switch {
		case int64(number) < current.Last:
			p.complain(path, "%s %d is beyond the last id, %d", table.singular(), current.Last, int64(number))
		case number > maxID:
			p.complain(path, "%v is beyond the highest id, %d", number, maxID)
		}
		current.Last = int64(number)
		p.tx.putSequence(current)
	}
}

// events reads the events into the log of the store.
func (p *planter) events(source *v8json.Object, store *Store) {
	value, _ := source.Get(keyEvents)
	list, is := p.want(value, "array", []string{keyEvents}).([]any)
	if !is {
		return
	}
	var events []*Event
	previous := int64(0)
	for i, element := range list {
		if len(list)-i > maxEvents { // too old to be kept
			continue
		}
		path := []string{keyEvents, strconv.Itoa(i)}
		event := p.event(element, path)
		if event == nil {
			continue
		}
		if event.ID <= previous {
			p.complain(append(path, "id"), "the event id %d does not follow %d", event.ID, previous)
		}
		previous = event.ID
		events = append(events, event)
	}
	store.events.add(events)
	sequences, _ := source.Get(keySequences)
	if object, is := sequences.(*v8json.Object); is {
		given, _ := object.Get(keyEvents)
		number, _ := given.(float64)
		if int64(number) < previous {
			p.complain([]string{keySequences, keyEvents}, "event %d is beyond the last id, %d", previous, int64(number))
		}
		store.events.last = int64(number)
	}
}

// eventForm is the form of an event in a snapshot, without its change.
type eventForm struct {
	ID        int64     `json:"id" state:",required"`
	Type      string    `json:"type" state:",required"`
	CreatedAt time.Time `json:"createdAt" state:",required"`
	CreatedBy Actor     `json:"createdBy" state:",required"`
}

var eventCodec = newCodec[eventForm]()

func (p *planter) event(value any, path []string) *Event {
	source, is := p.want(value, "object", path).(*v8json.Object)
	if !is {
		return nil
	}
	before := len(p.problems)
	form := eventForm{}
	eventCodec.read(p, &form, source, path, false)
	event := &Event{ID: form.ID, Type: form.Type, CreatedAt: form.CreatedAt, CreatedBy: form.CreatedBy}
	for name, content := range source.All() {
		if slices.Contains(eventCodec.names, name) {
			continue
		}
		at := below(path, name)
		event.table = p.engine.tableOf(name)
		change, is := p.want(content, "object", at).(*v8json.Object)
		if event.table == nil || !is {
			p.unknown(path, name)
			return nil
		}
		event.Before, event.After = p.side(event.table, change, "before", at), p.side(event.table, change, "after", at)
	}
	if event.table == nil && len(p.problems) == before {
		p.complain(path, "it does not say what was changed")
	}
	if len(p.problems) > before {
		return nil
	}
	return event
}

// side reads a row as it was before or after a change; nil if it did not exist.
func (p *planter) side(table AnyTable, change *v8json.Object, name string, path []string) any {
	value, has := change.Get(name)
	if !has {
		return nil
	}
	at := below(path, name)
	source, is := p.want(value, "object", at).(*v8json.Object)
	if !is {
		return nil
	}
	row := table.fresh(p.now)
	p.columns(table, source, at)
	table.codec().read(p, row, source, at, false)
	if id := table.idOf(row); id != nil && *id == 0 {
		p.complain(at, "missing property 'id'")
	}
	return row
}
