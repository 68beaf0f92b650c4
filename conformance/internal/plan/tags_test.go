package plan

import "testing"

func TestTagExpressions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ a, b, ab, none bool }{
		"":                      {true, true, true, true},
		"@a":                    {true, false, true, false},
		"not @a":                {false, true, false, true},
		"@a and @b":             {false, false, true, false},
		"@a or @b":              {true, true, true, false},
		"@a and not @b":         {true, false, false, false},
		"not @a and @b":         {false, true, false, false},
		"not (@a and @b)":       {true, true, false, true},
		"not(@a or @b)":         {false, false, false, true},
		"@a or @b and not @a":   {true, true, true, false},
		"(@a or @b) and not @a": {false, true, false, false},
		"not not @a":            {true, false, true, false},
		"  @a  and\t@b ":        {false, false, true, false},
	} {
		filter, err := parseTags(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, test := range []struct {
			tags []string
			want bool
		}{
			{[]string{"@a"}, want.a}, {[]string{"@b"}, want.b}, {[]string{"@a", "@b"}, want.ab}, {nil, want.none},
		} {
			if got := filter(test.tags); got != test.want {
				t.Errorf("%q on %v: got %t", text, test.tags, got)
			}
		}
	}
}

func TestTagExpressionsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a", "@a @b", "@a and", "and @a", "(@a", "@a)", "not", "()", "@a or or @b", "@a && @b", "~@a", "@a and not"} {
		if _, err := parseTags(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzTagExpressions(f *testing.F) {
	f.Add("@a and not (@b or @c)")
	f.Add("not not @x")
	f.Add("((")
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := parseTags(text)
		if err != nil {
			return
		}
		filter([]string{"@a"})
		negated, err := parseTags("not (" + text + ")")
		if text == "" || err != nil { // blanks alone match everything and cannot be negated
			return
		}
		if filter([]string{"@a"}) == negated([]string{"@a"}) {
			t.Errorf("%q and its negation agree", text)
		}
	})
}
