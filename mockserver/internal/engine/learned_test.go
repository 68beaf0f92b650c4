package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// noteLessons are the lessons of notes. Their lists show every note.
func noteLessons() engine.Lessons {
	learn := func(l *engine.Learned, shown *note) bool { return notes.Learn(l, shown) }
	return engine.Lessons{
		Shown: map[string]engine.Lesson{
			"getNotes": engine.Shows(func(l *engine.Learned, _ struct{}, out noteList) bool {
				if out.Notes != nil {
					notes.LearnAll(l, nil, out.Notes)
				}
				return out.Notes != nil
			}),
			"createNote": engine.Shows(func(l *engine.Learned, _ noteBody, out *note) bool { return learn(l, out) }),
			"getNote":    engine.Shows(func(l *engine.Learned, _ oneNote, out *note) bool { return learn(l, out) }),
			"deleteNote": engine.Shows(func(l *engine.Learned, in oneNote, _ engine.None) bool {
				notes.Forget(l, engine.Int(in.ID.Number()))
				return true
			}),
		},
		Finish: func(l *engine.Learned) {
			if !notes.IsWhole(l, nil) {
				notes.Presume(l, "made up", func(n *note) { n.Title = "there may be more" })
			}
		},
	}
}

// asItIs leaves a value of a seed unchanged.
func asItIs(value any) (any, error) { return value, nil }

// told summarizes what was learned.
func told(parts []engine.Part) string {
	var out []string
	for _, part := range parts {
		for _, row := range part.Rows {
			text := row.Label + " is left out: " + row.LeftOut
			if row.LeftOut == "" {
				text = string(v8json.Stringify(nil, row.Columns))
			}
			if row.Note != "" {
				text += " " + row.Note
			}
			if len(row.Lists) > 0 {
				text += " [" + told(row.Lists) + "]"
			}
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}

// TestLessons checks that a row is as it was last shown, and gone if it was deleted or
// missing from a complete list. What no answer shows is limited to what the resource
// makes up.
func TestLessons(t *testing.T) {
	t.Parallel()
	const a, b, more = `{"id":1,"title":"a","createdAt":"2026-01-02T03:04:05.678Z"}`, `{"id":2,"title":"b"}`, `{"id":%d,"title":"there may be more"} made up`
	for name, test := range map[string]struct {
		answers []string // operation, path and body
		want    string
		mute    int // answers that teach nothing
	}{
		"nothing":                  {nil, fmt.Sprintf(more, 1), 0},
		"rows by their ids":        {[]string{"getNote 2 " + b, "createNote  " + a}, a + "; " + b + "; " + fmt.Sprintf(more, 3), 0},
		"a list":                   {[]string{"getNotes  {\"notes\":[" + a + "," + b + "]}"}, a + "; " + b, 0},
		"a shorter list":           {[]string{"getNotes  {\"notes\":[" + a + "," + b + "]}", "getNotes  {\"notes\":[" + b + "]}"}, b, 0},
		"a row, seen again":        {[]string{"getNotes  {\"notes\":[" + a + "]}", `getNote 1 {"id":1,"title":"z"}`}, `{"id":1,"title":"z"}`, 0},
		"a title of another row":   {[]string{"getNotes  {\"notes\":[" + a + "," + b + "]}", `getNote 2 {"id":2,"title":"a"}`}, `{"id":2,"title":"a"}`, 0},
		"a deleted row":            {[]string{"getNotes  {\"notes\":[" + a + "," + b + "]}", "deleteNote 1 "}, b, 0},
		"no rows":                  {[]string{"getNotes  {\"notes\":[null,{},7,{\"id\":3},{\"title\":\"c\"}]}"}, "", 0},
		"answers of another shape": {[]string{"getNotes  {\"notes\":[]}", "getNote 1 [1]", "getNote 1 null", "getNote 1 {", "getNotes  {}", `getNote 1 {"id":"1","title":"a"}`}, "", 5},
		"an id that no row has":    {[]string{"getNotes  {\"notes\":[]}", `getNote 1 {"id":3000000000,"title":"a"}`}, "note 3000000000 is left out: a seed cannot hold it", 0},
		"an operation without one": {[]string{"getNotes  {\"notes\":[]}", `updateNote 1 ` + a}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract := contractOf(t, notesContract)
			l := notesEngine(t, func(r *engine.Resource) { r.Lessons = noteLessons }).Learn(nil)
			mute := 0
			for _, answer := range test.answers {
				id, rest, _ := strings.Cut(answer, " ")
				path, body, _ := strings.Cut(rest, " ")
				if !l.Take(contract.Operation(id), []string{path}, []byte(body)) {
					mute++
				}
			}
			if got := told(l.Seed(v8json.NewObject(), asItIs)); got != test.want || mute != test.mute {
				t.Errorf("%d answers teach nothing, want %d\ngot  %s\nwant %s", mute, test.mute, got, test.want)
			}
		})
	}
}

// TestLessonsOfSecrets checks that a placeholder stands for a secret that an answer hides
// or leaves out, and finds its row as a secret that is shown does.
func TestLessonsOfSecrets(t *testing.T) {
	t.Parallel()
	table := pins()
	table.Recorded.Placeholder = func(p *pin) string { return fmt.Sprintf("pin_recorded-%d", p.ID) }
	secrets := []engine.Secret{engine.NewSecret("pin_own"), engine.NewSecret("hidden"), {}}
	l := notesEngine(t, func(r *engine.Resource) {
		r.Tables = append(r.Tables, table)
		r.Lessons = func() engine.Lessons {
			return engine.Lessons{Shown: map[string]engine.Lesson{
				"getNote": engine.Shows(func(l *engine.Learned, in oneNote, out *note) bool {
					for i, secret := range secrets {
						table.Learn(l, &pin{ID: in.ID.Number()*10 + int64(i), NoteID: in.ID.Number(), Secret: secret})
					}
					return notes.Learn(l, out)
				}),
			}}
		}
	}).Learn(func(secret string) bool { return secret == "hidden" })
	operation := contractOf(t, notesContract).Operation("getNote")
	l.Take(operation, []string{"1"}, []byte(`{"id":1,"title":"a"}`))
	if diff := cmp.Diff([]string{"pin_own", "pin_recorded-11"}, l.Secrets()); diff != "" {
		t.Errorf("secrets differ (-want +got):\n%s", diff)
	}
	for secret, id := range map[string]int64{"pin_own": 10, "pin_recorded-11": 11, "pin_recorded-12": 12} {
		if found := table.BySecret(l, secret); found == nil || found.ID != id {
			t.Errorf("%s finds %v", secret, found)
		}
	}
	l.Take(operation, []string{"7"}, []byte(`{"id":1,"title":"a"}`))
	const want = `{"id":1,"title":"a"} [{"id":10,"secret":"pin_recorded-10"}; {"id":11,"secret":"pin_recorded-11"}; {"id":12,"secret":"pin_recorded-12"}]; ` +
		`note 7 is left out: only what belongs to it was recorded`
	if got := told(l.Seed(v8json.NewObject(), asItIs)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestWhatASeedFileCannotHave checks that a row that a seed file cannot express is left
// out.
func TestWhatASeedFileCannotHave(t *testing.T) {
	t.Parallel()
	l := notesEngine(t, func(r *engine.Resource) { r.Lessons = noteLessons }).Learn(nil)
	l.Take(contractOf(t, notesContract).Operation("getNotes"), nil, []byte(`{"notes":[{"id":1,"title":"a"},{"id":2,"title":"b"}]}`))
	got := told(l.Seed(v8json.NewObject(), func(value any) (any, error) {
		if title, _ := value.(*v8json.Object).Get("title"); title == "a" {
			return nil, errors.New("a is no text in YAML")
		}
		return value, nil
	}))
	if want := `note 1 is left out: a seed cannot hold it; {"id":2,"title":"b"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLessonsThatDoNotFitStopTheStart(t *testing.T) {
	t.Parallel()
	right := engine.Shows(func(*engine.Learned, oneNote, *note) bool { return true })
	wrong := engine.Shows(func(*engine.Learned, noteBody, *note) bool { return true })
	for want, test := range map[string]struct {
		lessons map[string]engine.Lesson
		tables  []engine.AnyTable
	}{
		"there is a lesson for getWeather, but no such operation":                                                                                    {map[string]engine.Lesson{"getWeather": right}, nil},
		"the lesson for getNote takes engine_test.noteBody and *engine_test.note, but the operation takes engine_test.oneNote and *engine_test.note": {map[string]engine.Lesson{"getNote": wrong}, nil},
		"table pins has no placeholder for secrets that recordings hide":                                                                             {map[string]engine.Lesson{"getNote": right}, []engine.AnyTable{pins()}},
	} {
		resource := notesResource()
		resource.Tables = append(resource.Tables, test.tables...)
		resource.Lessons = func() engine.Lessons { return engine.Lessons{Shown: test.lessons} }
		if _, err := engine.New(contractOf(t, notesContract), resource); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestPlaces checks that secrets and URLs are found wherever the type of an answer has
// them.
func TestPlaces(t *testing.T) {
	t.Parallel()
	type links struct {
		Links []engine.URL `json:"links"`
		Other string       `json:"other"`
	}
	type out struct {
		*note
		URL  engine.URL             `json:"url"`
		Pins []*pin                 `json:"pins"`
		More engine.Optional[links] `json:"more"`
		Open engine.JSON            `json:"open"`
	}
	e := notesEngine(t, func(r *engine.Resource) { r.Operations["getNote"] = handler[oneNote, out]() })
	want := map[string]engine.Place{"/url": engine.URLPlace, "/pins/*/secret": engine.SecretPlace, "/more/links/*": engine.URLPlace}
	if diff := cmp.Diff(want, e.Places("getNote")); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	if found := e.Places("getNotes"); len(found) > 0 {
		t.Errorf("getNotes has the places %v, want none", found)
	}
}
