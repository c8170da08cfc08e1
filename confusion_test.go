package verso_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

// confusion counts the pairs (want, got) over n classes named a, b, c, …
func confusion(t *testing.T, n int, pairs ...[2]int) *verso.Confusion {
	t.Helper()
	names := make([]string, n)
	for i := range names {
		names[i] = string(rune('a' + i))
	}
	m, err := verso.NewConfusion(names)
	require.NoError(t, err)
	for _, p := range pairs {
		require.NoError(t, m.Add(p[0], p[1]))
	}
	return m
}

// randomPairs draws examples of which about half are given their own class.
func randomPairs(rng *rand.Rand, classes, n int) [][2]int {
	pairs := make([][2]int, n)
	for i := range pairs {
		want := rng.IntN(classes)
		pairs[i] = [2]int{want, want}
		if rng.IntN(2) == 0 {
			pairs[i][1] = rng.IntN(classes)
		}
	}
	return pairs
}

// The measures are worked out by hand as fractions.
func TestConfusionMeasures(t *testing.T) {
	type class struct{ precision, recall, f1 float64 }
	for _, c := range []struct {
		name            string
		classes         int
		pairs           [][2]int
		accuracy        float64
		each            []class
		macro, weighted verso.Average
	}{{
		name:     "three classes, two of them never right",
		classes:  3,
		pairs:    [][2]int{{0, 0}, {1, 2}, {2, 1}, {0, 0}, {1, 0}, {2, 1}},
		accuracy: 2. / 6,
		each:     []class{{2. / 3, 1, 4. / 5}, {0, 0, 0}, {0, 0, 0}},
		macro:    verso.Average{Precision: 2. / 9, Recall: 1. / 3, F1: 4. / 15},
		weighted: verso.Average{Precision: 2. / 9, Recall: 1. / 3, F1: 4. / 15},
	}, {
		name:     "uneven support tells macro from weighted",
		classes:  2,
		pairs:    [][2]int{{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}},
		accuracy: 4. / 5,
		each:     []class{{1, 3. / 4, 6. / 7}, {1. / 2, 1, 2. / 3}},
		macro:    verso.Average{Precision: 3. / 4, Recall: 7. / 8, F1: 16. / 21},
		weighted: verso.Average{Precision: 9. / 10, Recall: 4. / 5, F1: 86. / 105},
	}, {
		name:     "a class neither wanted nor got counts 0 in the macro average",
		classes:  2,
		pairs:    [][2]int{{0, 0}},
		accuracy: 1,
		each:     []class{{1, 1, 1}, {0, 0, 0}},
		macro:    verso.Average{Precision: .5, Recall: .5, F1: .5},
		weighted: verso.Average{Precision: 1, Recall: 1, F1: 1},
	}, {
		name:    "nothing counted",
		classes: 1,
		each:    []class{{0, 0, 0}},
	}} {
		t.Run(c.name, func(t *testing.T) {
			m := confusion(t, c.classes, c.pairs...)
			assert.Equal(t, len(c.pairs), m.Total())
			assert.InDelta(t, c.accuracy, m.Accuracy(), 1e-15)
			for i, want := range c.each {
				assert.InDelta(t, want.precision, m.Precision(i), 1e-15, "precision of %d", i)
				assert.InDelta(t, want.recall, m.Recall(i), 1e-15, "recall of %d", i)
				assert.InDelta(t, want.f1, m.F1(i), 1e-15, "f1 of %d", i)
			}
			for _, a := range []struct {
				name      string
				want, got verso.Average
			}{
				{"macro", c.macro, m.Macro()},
				{"weighted", c.weighted, m.Weighted()},
				{"micro", verso.Average{Precision: c.accuracy, Recall: c.accuracy, F1: c.accuracy}, m.Micro()},
			} {
				assert.InDelta(t, a.want.Precision, a.got.Precision, 1e-15, a.name)
				assert.InDelta(t, a.want.Recall, a.got.Recall, 1e-15, a.name)
				assert.InDelta(t, a.want.F1, a.got.F1, 1e-15, a.name)
			}
		})
	}
}

// Identities that hold of every matrix.
func TestConfusionIdentities(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 50 {
		classes := 1 + rng.IntN(6)
		pairs := randomPairs(rng, classes, 1+rng.IntN(40))
		m := confusion(t, classes, pairs...)

		rows, columns := 0, 0
		for i := range classes {
			rows += m.Support(i)
			columns += m.Predicted(i)
			if p, r := m.Precision(i), m.Recall(i); p+r > 0 {
				assert.InDelta(t, 2*p*r/(p+r), m.F1(i), 1e-12, "F1 is the harmonic mean")
			}
		}
		assert.Equal(t, len(pairs), rows)
		assert.Equal(t, len(pairs), columns)
		assert.InDelta(t, m.Accuracy(), m.Weighted().Recall, 1e-12)

		cut := rng.IntN(len(pairs) + 1)
		merged := confusion(t, classes, pairs[:cut]...)
		require.NoError(t, merged.Merge(confusion(t, classes, pairs[cut:]...)))
		assert.Equal(t, m, merged, "two parts merged are the whole")
	}
}

func TestConfusionErrors(t *testing.T) {
	_, err := verso.NewConfusion(nil)
	assert.ErrorIs(t, err, verso.ErrConfig)
	_, err = verso.NewConfusion([]string{"a", "b", "a"})
	assert.ErrorIs(t, err, verso.ErrConfig)
	assert.ErrorContains(t, err, `classes 0 and 2 are both named "a"`)

	m := confusion(t, 2, [2]int{0, 1})
	for _, pair := range [][2]int{{-1, 0}, {0, -1}, {2, 0}, {0, 2}, {math.MaxInt, 0}, {0, math.MinInt}} {
		assert.ErrorIs(t, m.Add(pair[0], pair[1]), verso.ErrInput)
		assert.Zero(t, m.At(pair[0], pair[1]))
	}
	assert.ErrorIs(t, m.Merge(nil), verso.ErrConfig)
	assert.ErrorIs(t, m.Merge(confusion(t, 3)), verso.ErrConfig)
	assert.Equal(t, confusion(t, 2, [2]int{0, 1}), m, "an error counts nothing")

	for _, class := range []int{-1, 2} {
		assert.True(t, math.IsNaN(m.Precision(class)))
		assert.True(t, math.IsNaN(m.Recall(class)))
		assert.True(t, math.IsNaN(m.F1(class)))
		assert.Zero(t, m.Support(class))
		assert.Zero(t, m.Predicted(class))
	}
}

// The caller's names and the matrix's are apart.
func TestConfusionOwnsItsNames(t *testing.T) {
	names := []string{"neg", "pos"}
	m, err := verso.NewConfusion(names)
	require.NoError(t, err)
	names[0] = "changed"
	m.Classes()[1] = "changed"
	assert.Equal(t, []string{"neg", "pos"}, m.Classes())
}

// A name never breaks the lines of a table, and letters of several bytes do not shift its columns.
func TestConfusionTables(t *testing.T) {
	m, err := verso.NewConfusion([]string{"", "two\nlines", "canción", "\xff"})
	require.NoError(t, err)
	for name, table := range map[string]string{"counts": m.String(), "report": m.Report()} {
		lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
		assert.Contains(t, table, `"two\nlines"`, name)
		assert.Contains(t, table, `"\xff"`, name)
		for _, line := range lines {
			assert.Len(t, []rune(line), len([]rune(lines[0])), name)
		}
	}
}

func ExampleConfusion() {
	m, err := verso.NewConfusion([]string{"negative", "neutral", "positive"})
	if err != nil {
		panic(err)
	}
	want := []int{0, 0, 0, 1, 1, 2, 2, 2, 2, 2}
	got := []int{0, 0, 1, 1, 2, 2, 2, 2, 2, 0}
	for i := range want {
		if err := m.Add(want[i], got[i]); err != nil {
			panic(err)
		}
	}
	fmt.Print(m)
	fmt.Println()
	fmt.Print(m.Report())
	// Output:
	// want \ got  negative  neutral  positive  total
	// negative           2        1         0      3
	// neutral            0        1         1      2
	// positive           1        0         4      5
	// total              3        2         5     10
	//
	//                   precision  recall      f1  support
	// negative             0.6667  0.6667  0.6667        3
	// neutral              0.5000  0.5000  0.5000        2
	// positive             0.8000  0.8000  0.8000        5
	// accuracy                             0.7000       10
	// macro average        0.6556  0.6556  0.6556       10
	// weighted average     0.7000  0.7000  0.7000       10
}
