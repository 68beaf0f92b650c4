//go:build real

package evaluation

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The differential test needs the Node SDK. scripts/sdk-differential.sh installs it and
// sets the first variable; the second repeats a run.
const (
	sdkVariable  = "UNLEASH_MOCK_NODE_SDK"      // the folder with evaluate.mjs and its dependencies
	seedVariable = "UNLEASH_MOCK_NODE_SDK_SEED" // the seed that an earlier run logged
)

// A run needs this many cases in total. Each operator and each type of strategy must
// decide this many cases alone, with both outcomes frequent.
const (
	wantedCases               = 20_000
	wantedOfEach              = 500
	leastPercent, mostPercent = 20, 80
)

type sdkAnswer struct {
	Enabled bool    `json:"enabled"`
	Variant Variant `json:"variant"`
}

func TestAgreesWithNodeSDK(t *testing.T) {
	t.Parallel()
	sdk := os.Getenv(sdkVariable)
	if sdk == "" {
		t.Fatal("needs the Node SDK; run scripts/sdk-differential.sh")
	}
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("to repeat this run: %s=%d", seedVariable, seed)

	g := generator{rand.New(rand.NewPCG(seed, 0))}
	subjects := slices.Concat(operatorNames, strategyNames)
	var batches []batch
	var ours [][]sdkAnswer
	for cases := 0; cases < wantedCases; {
		b := g.batch(slices.Repeat(subjects, 8))
		answers := b.answer()
		cases += len(b.Cases)
		batches, ours = append(batches, b), append(ours, answers)
	}
	theirs := askSDK(t, sdk, batches)

	type tally struct{ on, all int }
	tallies := make(map[string]*tally)
	for _, subject := range append(subjects, "") {
		tallies[subject] = new(tally)
	}
	for i, b := range batches {
		for j, c := range b.Cases {
			if diff := cmp.Diff(theirs[i][j], ours[i][j]); diff != "" {
				t.Errorf("%s\n-SDK +ours\n%s", b.describe(c), diff)
			}
			count := tallies[c.subject]
			count.all++
			if theirs[i][j].Enabled {
				count.on++
			}
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(tallies)) {
		count := tallies[subject]
		percent := 100 * count.on / max(count.all, 1)
		t.Logf("%-24s %5d cases, %2d%% on", subject, count.all, percent)
		if subject != "" && (count.all < wantedOfEach || percent < leastPercent || percent > mostPercent) {
			t.Errorf("%s: %d cases, %d%% on; the generator must be adjusted", subject, count.all, percent)
		}
	}
}

// answer evaluates the cases of a batch and drops those that depend on chance.
func (b *batch) answer() []sdkAnswer {
	var draw uint32
	drawn := false
	flags := Compile(&b.Configuration, Options{Hostname: hostname, Random: func() uint32 {
		drawn = true
		return draw
	}})
	evaluate := func(c generatedCase) sdkAnswer {
		result := flags.Evaluate(c.Name, c.Context.context())
		return sdkAnswer{result.Enabled, result.Variant}
	}
	upToChance := func(c generatedCase) bool {
		draw, drawn = 0, false
		first := evaluate(c)
		// This covers all remainders by 100 and by any total of the generated weights.
		const enough = 4000
		for draw = 1; drawn && draw <= enough; draw++ {
			if first != evaluate(c) {
				return true
			}
		}
		return false
	}
	b.Cases = slices.DeleteFunc(b.Cases, upToChance)
	answers := make([]sdkAnswer, len(b.Cases))
	for i, c := range b.Cases {
		answers[i] = evaluate(c)
	}
	return answers
}

func askSDK(t *testing.T, folder string, batches []batch) [][]sdkAnswer {
	t.Helper()
	input, err := json.Marshal(batches)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "evaluate.mjs"))
	command.Env = append(os.Environ(), "TZ=UTC", "HOSTNAME="+hostname)
	command.Stdin = bytes.NewReader(input)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("evaluate.mjs: %v", err)
	}
	var answers [][]sdkAnswer
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatalf("evaluate.mjs: %v", err)
	}
	return answers
}

func (b *batch) describe(c generatedCase) string {
	i := slices.IndexFunc(b.Features, func(f Feature) bool { return f.Name == c.Name })
	text, err := json.Marshal(struct {
		Flag     Feature
		Context  generatedContext
		Segments []Segment
	}{b.Features[i], c.Context, b.Segments})
	if err != nil {
		return err.Error()
	}
	return string(text)
}
