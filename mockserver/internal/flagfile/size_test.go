package flagfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
)

func listed(begin string, count int, element func(i int) string, end string) string {
	var out strings.Builder
	for i := range count {
		out.WriteString(element(i) + ",")
	}
	return begin + strings.TrimSuffix(out.String(), ",") + end
}

func same(text string) func(int) string { return func(int) string { return text } }

func member(value string) func(int) string {
	return func(i int) string { return fmt.Sprintf(`"f%d":%s`, i, value) }
}

// TestAFileThatWouldFillTheMemoryIsRefused checks files that would need much more memory
// than they have bytes.
func TestAFileThatWouldFillTheMemoryIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"strategies":          {listed(`{"features":[{"name":"a","strategies":[`, 200_000, same(`{"name":"d"}`), `]}]}`), "more than 131072 objects"},
		"parameters":          {listed(`{"features":[{"name":"a","strategies":[{"name":"d","parameters":{`, 500_000, member(`""`), `}}]}]}`), "and 134217728 are allowed"},
		"what is no flag":     {listed(`{"features":[`, 200_000, same("0"), `]}`), "and 134217728 are allowed"},
		"flags":               {listed(`{"flags":{`, 100_000, member("true"), `}}`), "it has 100000 flags, and 20000 are allowed"},
		"flags of the answer": {listed(`{"features":[`, 20_001, func(i int) string { return fmt.Sprintf(`{"name":"f%d"}`, i) }, `]}`), "it has 20001 flags"},
		"YAML":                {listed(`a: {strategies: [`, 70_000, same("{}"), `]}`), "131072 are allowed"},
		"values":              {listed(`{"features":[],"x":[`, 1<<20, same("0"), `]}`), "more than 1048576 values"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Read([]byte(test.source)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestALargeFileIsRead checks that the flags of a large instance are far from the bounds.
func TestALargeFileIsRead(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const count = 5000
	source := listed(`{"features":[`, count, func(i int) string {
		return strings.Replace(strings.TrimSuffix(strings.TrimPrefix(answer, `{"version":2,"features":[`), answer[strings.Index(answer, `],`+"\n"+` "query"`):]), "😀", fmt.Sprint("f", i), 1)
	}, `],"segments":[{"id":3,"constraints":[]}]}`)
	if set := read(t, source); len(set.Flags) != count || len(set.Flags[count-1].Strategies) != 2 {
		t.Errorf("got %d flags", len(set.Flags))
	}
	users := listed(`{"features":[{"name":"a","strategies":[{"name":"d","constraints":[{"contextName":"u","operator":"IN","values":[`, 1_000_000, func(i int) string { return fmt.Sprintf(`"%d"`, i) }, `]}]}]}]}`)
	if set := read(t, users); len(set.Flags[0].Strategies[0].Constraints[0].Values) != 1_000_000 {
		t.Error("some values are missing")
	}
}

// TestManyReferencesAreFoundInLinearTime resolves 100,000 references among 50,000
// segments, which would take minutes in quadratic time.
func TestManyReferencesAreFoundInLinearTime(t *testing.T) {
	t.Parallel()
	number := func(i int) string { return fmt.Sprint(i + 1) }
	unknown := read(t, listed(`{"features":[{"name":"a","strategies":[{"name":"d","segments":[`, 100_000, number, `]}]}]}`))
	if got := len(unknown.Unknown); got != 100_000 {
		t.Errorf("%d segments are unknown", got)
	}
	segments := listed(`{"flags":{"a":{"strategies":[{"segments":[`, 50_000, func(i int) string { return fmt.Sprintf(`"s%d"`, 49_999-i) }, `]}]}},`)
	segments += listed(`"segments":[`, 50_000, func(i int) string { return fmt.Sprintf(`{"name":"s%d"}`, i) }, `]}`)
	if got := read(t, segments).Flags[0].Strategies[0].Segments; len(got) != 50_000 || got[0] != 50_000 {
		t.Errorf("%d segments were found", len(got))
	}
}

// TestMistakesWithoutEnd checks that a file with very many mistakes is refused soon, with
// the first ones reported.
func TestMistakesWithoutEnd(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for _, count := range []int{100_000, 1_000_000} {
		_, err := Read([]byte(listed(`{"flags":{},`, count, member("0"), `}`)))
		if problems, is := err.(yamlfile.Problems); !is || len(problems) != yamlfile.MaxProblems {
			t.Errorf("%d mistakes: got %v", count, err)
		}
	}
}
