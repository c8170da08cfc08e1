package attention_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

// What is written step by step outside the graph has the probability, and the map,
// that the graph gives of the whole, with weights that nothing has trained.
func TestTranslatorAgreesWithGraph(t *testing.T) {
	c, _ := translatorSettings(7)
	source := vocabulary(t, attention.Unknown, "one", "two", "three", "four", "five")
	target := vocabulary(t, attention.Unknown, attention.Begin, attention.End, "uno", "dos", "tres", "cuatro")
	m, err := attention.NewTranslator(source, target, c)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(7, 1))
	for _, p := range m.Params().All() { // biases too, and far from 0
		for i := range p.Float32s() {
			p.Float32s()[i] += float32(rng.NormFloat64()) / 3
		}
	}
	ps := verso.NewParams(1)
	net := attention.NewSeq2Seq(ps, attention.Seq2SeqConfig{
		SourceWords: source.Len(), TargetWords: target.Len(), Dim: c.Dim, Hidden: c.Hidden, Attention: c.Attention,
	})
	require.NoError(t, ps.Err())
	for _, p := range ps.All() {
		own, ok := m.Params().Get(p.Name())
		require.True(t, ok, p.Name())
		require.NoError(t, p.Set(own.Float32s()))
	}
	g := verso.NewGraph(1)
	from, to := g.Tokens("source"), g.Tokens("target")
	_, weights := net.Forward(g, from, to)
	machine, err := g.Compile(nil)
	require.NoError(t, err)
	defer machine.Close()

	var texts []string
	words := source.Words()[1:]
	for range 60 {
		var s []string
		for range 1 + rng.IntN(5) {
			s = append(s, words[rng.IntN(len(words))])
		}
		texts = append(texts, strings.Join(s, " "))
	}
	checked, forked := 0, 0
	for _, beams := range []int{1, 3} {
		all, err := m.TranslateAll(t.Context(), texts, attention.SearchConfig{Beam: beams})
		require.NoError(t, err)
		for i, r := range all {
			ids := target.IDs(r.Target)
			if len(ids) == 2*len(r.Source)+10 || slices.Contains(ids, 0) {
				continue // cut, or a word copied from the source
			}
			checked++
			loss, err := m.Loss(t.Context(), []attention.Pair{{Source: texts[i], Target: r.Text}})
			require.NoError(t, err)
			require.InDelta(t, r.Score, -loss*float64(len(ids)+1), 1e-4)
			require.NoError(t, machine.FeedTokens(from, [][]int{source.IDs(r.Source)}))
			require.NoError(t, machine.FeedTokens(to, [][]int{append([]int{1}, ids...)}))
			require.NoError(t, machine.Run())
			maps, err := weights.Maps(machine)
			require.NoError(t, err)
			requireNear(t, maps[0][0].Weights[:len(r.Map.Weights)], r.Map.Weights)
			require.Len(t, r.Map.Weights, len(ids)*len(r.Source))

			several, err := m.TranslateN(t.Context(), texts[i], attention.SearchConfig{Beam: beams})
			require.NoError(t, err)
			require.Equal(t, r.Text, several[0].Text)
			require.LessOrEqual(t, len(several), beams)
			for k := 1; k < len(several); k++ {
				forked++
				require.LessOrEqual(t, several[k].Score, several[k-1].Score)
				require.NotEqual(t, several[k].Target, several[0].Target)
			}
		}
	}
	require.Greater(t, checked, 30)
	require.Greater(t, forked, 10)
}
