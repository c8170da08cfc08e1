package fasttext

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// steps lets an Emit learn some sentences, from targets that are not zero.
func steps(t *testing.T, c Config, sentences [][]string, negatives int, emit func(*features) loglinear.Emit[float32]) (*features, *loglinear.Tables[float32]) {
	text := kind.NewText(t.Context())
	text.Stop = EndOfSentence
	require.NoError(t, text.Sentences(slices.Values(sentences)))
	words, counts, corpus, err := text.Cut(1, 0, 2)
	require.NoError(t, err)
	f, err := newFeatures(&c, entries(words, counts, false), 9, words)
	require.NoError(t, err)
	tables, err := loglinear.NewTables[float32](len(words)+c.Bucket, len(words), c.Dim)
	require.NoError(t, err)
	tables.Randomise(1)
	for i := range len(words) {
		for j := range c.Dim {
			tables.Target(i)[j] = float32(i+1) / float32(j+2)
		}
	}
	noise, err := loglinear.NewNoise(counts, 1)
	require.NoError(t, err)
	l, err := loglinear.NewLearner(tables, loglinear.Objective{Noise: noise, Negatives: negatives, Redraw: true}, rand.NewPCG(1, 1))
	require.NoError(t, err)
	l.SetRate(0.05)
	for i, words := range corpus.All() {
		emit(f)(l, i, words)
	}
	l.Flush()
	return f, tables
}

// One mean for all words around gives what a mean for each does, also where few buckets let rows stand twice.
func TestOneMeanForAllAround(t *testing.T) {
	for _, buckets := range []int{50_000, 3} {
		c := smallConfig()
		c.Bucket = buckets
		f, got := steps(t, c, planted(8), 3, func(f *features) loglinear.Emit[float32] { return f.skipGram(c.Window) })
		_, want := steps(t, c, planted(8), 3, func(f *features) loglinear.Emit[float32] {
			return func(l *loglinear.Learner[float32], _ int, words []int32) { // fastText's loop
				for i, w := range words {
					from, to := loglinear.Around(l.Rand, i, len(words), c.Window, true)
					for j := from; j < to; j++ {
						if j != i {
							l.Bag(f.rows.At(int(w)), words[j], loglinear.Mean)
						}
					}
				}
			}
		})
		require.Equal(t, buckets == 3, slices.Contains(f.distinct, false))
		require.Len(t, got.In, len(want.In))
		for i := range got.In {
			require.InDelta(t, want.In[i], got.In[i], 2e-5*(1+math.Abs(float64(want.In[i]))))
		}
		first, err := loglinear.NewTables[float32](got.Inputs(), 0, c.Dim)
		require.NoError(t, err)
		first.Randomise(1)
		require.NotEqual(t, first.In, got.In, "something was learned")
	}
}

// A step of CBOW is the formula, in float64: h = the mean of all rows around, e = Σ_j g_j c_j, g_j = η(y_j − σ(h·c_j)), c_j += g_j h, and
// every row around gets e, as often as it stands there.
func TestBagOfRows(t *testing.T) {
	c := smallConfig()
	c.Dim, c.Window = 4, 1
	sentence := []string{"one"} // and the end of the sentence: each is told by the other, by one negative, which is the other
	f, got := steps(t, c, [][]string{sentence}, 1, func(f *features) loglinear.Emit[float32] { return f.cbow(1) })
	in := make([][4]float64, got.Inputs())
	first, err := loglinear.NewTables[float32](got.Inputs(), 0, 4)
	require.NoError(t, err)
	first.Randomise(1)
	for i := range in {
		for j := range 4 {
			in[i][j] = float64(first.Input(i)[j])
		}
	}
	out := [2][4]float64{}
	for i := range out {
		for j := range 4 {
			out[i][j] = float64(float32(i+1) / float32(j+2))
		}
	}
	require.Equal(t, []string{"one", EndOfSentence}, f.dict.Words())
	for target := range 2 {
		rows := f.rows.At(1 - target)
		var h, e [4]float64
		for _, r := range rows {
			for j := range 4 {
				h[j] += in[r][j] / float64(len(rows))
			}
		}
		var g [2]float64
		for i := range out {
			s := 0.0
			for j := range 4 {
				s += h[j] * out[i][j]
			}
			y := 0.0
			if i == target {
				y = 1
			}
			g[i] = 0.05 * (y - 1/(1+math.Exp(-s)))
		}
		for i := range out {
			for j := range 4 {
				e[j] += g[i] * out[i][j]
				out[i][j] += g[i] * h[j]
			}
		}
		for _, r := range rows {
			for j := range 4 {
				in[r][j] += e[j]
			}
		}
	}
	for i := range in {
		for j := range 4 {
			require.InDelta(t, in[i][j], got.Input(i)[j], 1e-6, "input %d", i)
		}
	}
	for i := range out {
		for j := range 4 {
			require.InDelta(t, out[i][j], got.Target(i)[j], 1e-6, "target %d", i)
		}
	}
}
