package attention_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

// The words of the languages below.
const beginWord, endWord, allWords = 0, 1, 5

// language says log P of the words after a beginning.
type language func(beginning []int) []float32

// randomLanguage draws the probabilities after each beginning.
func randomLanguage(seed uint64) language {
	return func(beginning []int) []float32 {
		h := fnv.New64a()
		fmt.Fprint(h, beginning)
		rng := rand.New(rand.NewPCG(seed, h.Sum64()))
		logp := make([]float32, allWords)
		sum := 0.0
		for i := range logp {
			x := 2 * rng.NormFloat64()
			logp[i], sum = float32(x), sum+math.Exp(x)
		}
		for i := range logp {
			logp[i] -= float32(math.Log(sum))
		}
		return logp
	}
}

// step writes several texts of a language, or of one each.
func step(of ...language) attention.Step {
	var beginnings [][]int
	var languages []language
	return func(last, parents []int) ([]float32, error) {
		var next [][]int
		var own []language
		var logp []float32
		for i, p := range parents {
			if beginnings == nil {
				next, own = append(next, []int{}), append(own, of[p])
			} else {
				next, own = append(next, append(slices.Clip(beginnings[p]), last[i])), append(own, languages[p])
			}
			logp = append(logp, own[i](next[i])...)
		}
		beginnings, languages = next, own
		return logp, nil
	}
}

// everything lists all texts of at most limit words, the best first.
func everything(l language, limit int, penalty float64) []attention.Hypothesis {
	var all []attention.Hypothesis
	var write func(words []int, sum float64)
	write = func(words []int, sum float64) {
		if len(words) == limit {
			all = append(all, attention.Hypothesis{Words: words, Score: sum / math.Pow(float64(limit), penalty)})
			return
		}
		for word, p := range l(words) {
			switch word {
			case beginWord:
			case endWord:
				all = append(all, attention.Hypothesis{Words: words, Score: (sum + float64(p)) / math.Pow(float64(len(words)+1), penalty)})
			default:
				write(append(slices.Clip(words), word), sum+float64(p))
			}
		}
	}
	write([]int{}, 0)
	slices.SortStableFunc(all, func(x, y attention.Hypothesis) int { return cmp.Compare(y.Score, x.Score) })
	return all
}

func requireHypotheses(t *testing.T, want, got []attention.Hypothesis) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, h := range got {
		require.Equal(t, append([]int{}, want[i].Words...), append([]int{}, h.Words...), "number %d", i)
		require.InDelta(t, want[i].Score, h.Score, 1e-5, "number %d", i)
	}
}

// A search as wide as the language finds the best of all texts, whole ones and cut
// ones, and the others in their order.
func TestSearchFindsTheBest(t *testing.T) {
	cut := 0
	for seed := range uint64(20) {
		for _, penalty := range []float64{0, 1} {
			l := randomLanguage(seed)
			want := everything(l, 3, penalty)
			found, err := attention.Search(t.Context(), step(l), []int{3}, beginWord, endWord, attention.SearchConfig{Beam: 100, LengthPenalty: penalty})
			require.NoError(t, err)
			requireHypotheses(t, want, found[0])
			if len(want[0].Words) == 3 {
				cut++
			}
		}
	}
	require.Greater(t, cut, 0)
	require.Less(t, cut, 40)
}

// Texts written side by side are those written alone, and each has its own limit.
func TestSearchSideBySide(t *testing.T) {
	limits := []int{4, 0, 2, 6}
	languages := []language{randomLanguage(1), randomLanguage(2), randomLanguage(3), randomLanguage(4)}
	c := attention.SearchConfig{Beam: 3, LengthPenalty: 1}
	all, err := attention.Search(t.Context(), step(languages...), limits, beginWord, endWord, c)
	require.NoError(t, err)
	require.Nil(t, all[1])
	for i, l := range languages {
		alone, err := attention.Search(t.Context(), step(l), limits[i:i+1], beginWord, endWord, c)
		require.NoError(t, err)
		requireHypotheses(t, alone[0], all[i])
		for _, h := range all[i] {
			require.LessOrEqual(t, len(h.Words), limits[i])
		}
	}
}

// An end that is not among the likeliest choices is none: with one beam the search
// is greedy.
func TestSearchGreedy(t *testing.T) {
	l := func(beginning []int) []float32 { // word 2 is likelier than the end until there are three
		p := []float32{0, 0.4, 0.6, 0, 0}
		if len(beginning) == 3 {
			p = []float32{0.1, 0.5, 0.4, 0, 0}
		}
		for i, x := range p {
			p[i] = float32(math.Log(float64(x)))
		}
		return p
	}
	found, err := attention.Search(t.Context(), step(l), []int{9}, beginWord, endWord, attention.SearchConfig{Beam: 1})
	require.NoError(t, err)
	require.Len(t, found[0], 1)
	require.Equal(t, []int{2, 2, 2}, found[0][0].Words)
	require.InDelta(t, 3*math.Log(0.6)+math.Log(0.5), found[0][0].Score, 1e-6)
	require.Equal(t, []int{0, 0, 0, 0}, found[0][0].Rows)
}

func TestSearchRefuses(t *testing.T) {
	one := attention.SearchConfig{Beam: 1}
	search := func(ctx context.Context, s attention.Step, end int, c attention.SearchConfig) error {
		found, err := attention.Search(ctx, s, []int{2}, beginWord, end, c)
		require.Nil(t, found)
		return err
	}
	require.ErrorIs(t, search(t.Context(), step(randomLanguage(1)), endWord, attention.SearchConfig{}), verso.ErrConfig)
	require.ErrorIs(t, search(t.Context(), step(randomLanguage(1)), allWords, one), verso.ErrShape)
	require.ErrorIs(t, search(t.Context(), step(randomLanguage(1)), -1, one), verso.ErrShape)
	none := func([]int) []float32 { return nil }
	require.ErrorContains(t, search(t.Context(), step(none), endWord, one), "over 1 rows wants log P")
	nan := func([]int) []float32 { return slices.Repeat([]float32{float32(math.NaN())}, allWords) }
	require.ErrorIs(t, search(t.Context(), step(nan), endWord, one), verso.ErrNotFinite)
	fails := func(_, _ []int) ([]float32, error) { return nil, verso.ErrInput }
	require.ErrorIs(t, search(t.Context(), fails, endWord, one), verso.ErrInput)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, search(ctx, step(randomLanguage(1)), endWord, one), context.Canceled)
}

// A search with a Transformer's cache finds the best text that the graph knows of.
func TestSearchTransformer(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	ps := verso.NewParams(1)
	d := attention.NewDecoder(ps, width, smallDecoder())
	out := verso.NewLinear(ps.Scope("out"), width, allWords)
	require.NoError(t, ps.Err())
	table, memory := randomFloats(rng, allWords*width), randomFloats(rng, 3*width)
	embed := func(word, place int, row []float32) {
		attention.SinusoidAt(place, row)
		for i := range row {
			row[i] += table[word*width+i]
		}
	}

	g := verso.NewGraph(1)
	x, source := g.Sequence("x", tensor.Float32, width), g.Sequence("memory", tensor.Float32, width)
	logp := verso.LogSoftmax(g, out.Forward(g, d.Forward(g, x, source, attention.Mask{}, attention.Mask{}).Rows), -1)
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	whole := func(beginning []int) []float32 {
		rows := make([]float32, (len(beginning)+1)*width)
		for i, word := range append([]int{beginWord}, beginning...) {
			embed(word, i, rows[i*width:(i+1)*width])
		}
		require.NoError(t, m.FeedSequence(x, rows, []int{len(beginning) + 1}))
		require.NoError(t, m.FeedSequence(source, memory, []int{3}))
		require.NoError(t, m.Run())
		return slices.Clone(m.Float32s(logp)[len(beginning)*allWords:])
	}
	for _, beams := range []int{1, 2, 100} {
		c := attention.SearchConfig{Beam: beams, LengthPenalty: 1}
		want, err := attention.Search(t.Context(), step(whole), []int{3}, beginWord, endWord, c)
		require.NoError(t, err)
		cache, err := d.NewCache(memory)
		require.NoError(t, err)
		got, err := attention.Search(t.Context(), cache.Words(embed, out), []int{3}, beginWord, endWord, c)
		require.NoError(t, err)
		requireHypotheses(t, want[0], got[0])
	}
	best := everything(whole, 3, 1)
	cache, err := d.NewCache(memory)
	require.NoError(t, err)
	got, err := attention.Search(t.Context(), cache.Words(embed, out), []int{3}, beginWord, endWord, attention.SearchConfig{Beam: 100, LengthPenalty: 1})
	require.NoError(t, err)
	requireHypotheses(t, best, got[0])

	cache, err = d.NewCache(memory)
	require.NoError(t, err)
	_, err = attention.Search(t.Context(), cache.Words(embed, verso.NewLinear(verso.NewParams(1), width+1, 2)), []int{3}, beginWord, endWord, attention.SearchConfig{Beam: 1})
	require.ErrorIs(t, err, verso.ErrShape)
}
