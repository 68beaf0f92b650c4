package engine

import (
	"maps"
	"reflect"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Learned is the state of an instance as far as recorded answers show it. It is not safe
// for concurrent use.
type Learned struct {
	*Tx
	hidden  func(secret string) bool
	lessons map[string]Lesson
	finish  []func(*Learned)
	whole   map[string]bool   // what LearnAll has learned, by table and key
	notes   map[string]string // by table and key
	secrets []string          // of the last answer
}

// Learn returns a Learned that is still empty. hidden reports whether a secret was
// redacted from an answer.
func (e *Engine) Learn(hidden func(secret string) bool) *Learned {
	l := &Learned{
		Tx: e.NewStore().Begin(&Request{}), hidden: hidden,
		lessons: map[string]Lesson{}, whole: map[string]bool{}, notes: map[string]string{},
	}
	l.silent = true
	for _, resource := range e.resources {
		if resource.Lessons == nil {
			continue
		}
		lessons := resource.Lessons()
		maps.Copy(l.lessons, lessons.Shown)
		if lessons.Finish != nil {
			l.finish = append(l.finish, lessons.Finish)
		}
	}
	return l
}

// Take learns from the successful answer to a request with these path parameters, and
// reports whether it showed anything.
func (l *Learned) Take(operation *spec.Operation, path []string, body []byte) bool {
	l.secrets = nil
	lesson := l.lessons[operation.ID]
	return lesson != nil && lesson.take(l, operation, path, body)
}

// Secrets returns the secrets in the last answer, in order. Hidden ones are replaced with
// their placeholders.
func (l *Learned) Secrets() []string { return l.secrets }

// Learn stores a row that an answer showed, replacing the one with the same key. It
// returns false if the row has no id or lacks something that a seed requires. Any other
// row with the same unique key must have been deleted or changed in the meantime, so it
// is forgotten.
func (t *Table[T]) Learn(l *Learned, row *T) bool {
	if !t.isWhole(row) {
		return false
	}
	t.learn(l, row, "")
	return true
}

// LearnAll stores rows that were shown as the complete list under a key, such as that of
// their parent. Other rows under that key are forgotten.
func (t *Table[T]) LearnAll(l *Learned, under Key, rows []*T) {
	l.whole[t.Name+string(under)] = true
	shown := map[string]bool{}
	for _, row := range rows {
		if t.isWhole(row) {
			shown[string(t.key(row))] = true
		}
	}
	for _, row := range t.Under(l, under) {
		if key := t.key(row); !shown[string(key)] {
			t.Forget(l, key)
		}
	}
	for _, row := range rows {
		t.Learn(l, row)
	}
}

// IsWhole reports whether a complete list of the rows under a key was ever shown.
func (t *Table[T]) IsWhole(l *Learned, under Key) bool { return l.whole[t.Name+string(under)] }

// Presume stores a row that was not shown, with a note. known fills in what is known; the
// rest has the defaults of a seed. A row without an id gets the next one.
func (t *Table[T]) Presume(l *Learned, note string, known func(*T)) *T {
	row := t.fresh(l.Now).(*T)
	known(row)
	if id := t.idOf(row); id != nil && *id == 0 {
		*id = l.sequence(t.Name).Last + 1
	}
	t.learn(l, row, note)
	return row
}

// Amend changes a learned row, but not its key.
func (t *Table[T]) Amend(l *Learned, row *T, change func(*T)) {
	after := *row
	change(&after)
	t.learn(l, &after, l.notes[t.Name+string(t.key(row))])
}

// Note records what was made up about a row; an empty note means nothing was.
func (t *Table[T]) Note(l *Learned, row *T, note string) { l.notes[t.Name+string(t.key(row))] = note }

func (t *Table[T]) isWhole(row *T) bool {
	if row == nil || t.ID != nil && *t.ID(row) == 0 {
		return false
	}
	v := reflect.ValueOf(row).Elem()
	return !slices.ContainsFunc(t.fields.fields, func(col column) bool {
		return col.required && col.Type.Kind() == reflect.String && at(v, col.path).IsZero()
	})
}

func (t *Table[T]) learn(l *Learned, row *T, note string) {
	if t.ID != nil {
		t.Reserve(l, *t.ID(row))
	}
	for _, index := range t.Indexes {
		if index.taken == nil {
			continue
		}
		if other := index.holder(l, row); other != nil {
			t.Forget(l, t.key(other))
		}
	}
	if t.Secret != nil {
		l.learnSecret(t.Secret(row), t.Recorded.Placeholder(row))
	}
	t.put(l.Tx, t.Get(l, t.key(row)), row)
	t.Note(l, row, note)
}

// learnSecret replaces a secret with a placeholder if the answer does not show it or it
// was redacted.
func (l *Learned) learnSecret(secret *Secret, placeholder string) {
	shown := secret.text
	if shown == "" || l.hidden(shown) {
		*secret = NewSecret(placeholder)
	}
	if shown != "" {
		l.secrets = append(l.secrets, secret.text)
	}
}

// Reserve keeps an id, and all below it, from being given to rows with made-up ids.
func (t *Table[T]) Reserve(l *Learned, id int64) {
	next := l.sequence(t.Name)
	next.Last = max(next.Last, id)
	l.putSequence(next)
}

// Forget removes the row with a key, and its children, if it was learned.
func (t *Table[T]) Forget(l *Learned, key Key) {
	for _, child := range l.store.engine.children[t.Name] {
		child.forgetUnder(l, key)
	}
	t.Drop(l.Tx, t.Get(l, key))
	delete(l.notes, t.Name+string(key))
}

func (t *Table[T]) forgetUnder(l *Learned, parent Key) {
	for _, row := range t.Under(l, parent) {
		t.Forget(l, t.key(row))
	}
}

// Learn stores a value that an answer showed. It returns false if the text is not of the
// value's type.
func (v *Value) Learn(l *Learned, text JSON) bool {
	if value, err := v8json.ParseOrdered(text); err != nil || TypeOf(value) != v.kind() {
		return false
	}
	v.Set(l.Tx, text)
	return true
}
