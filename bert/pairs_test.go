package bert_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// portions are pairs of texts that are of a class when they name the same animal.
func portions(n int, seed uint64) (out []bert.PairExample) {
	r := rand.New(rand.NewPCG(seed, 4))
	for range n {
		a, b, class := r.IntN(len(diet)), r.IntN(len(diet)), "other"
		if r.IntN(2) == 0 {
			b, class = a, "same"
		} else if a == b {
			b = (a + 1) % len(diet)
		}
		out = append(out, bert.PairExample{Class: class, Pair: bert.Pair{
			A: fmt.Sprintf("the %s eats %s .", diet[a].animal, diet[a].food), B: fmt.Sprintf("every %s dreams of %s .", diet[b].animal, diet[b].food),
		}})
	}
	return out
}

func TestPairs(t *testing.T) {
	m := trained(t)
	k, h, err := bert.FineTunePairs(t.Context(), m, portions(300, 1), portions(40, 3), bert.DefaultClassifierConfig(), menuFit())
	require.NoError(t, err)
	require.Equal(t, []string{"other", "same"}, k.Classes())
	test := portions(100, 2)
	confusion, err := k.EvaluatePairs(t.Context(), test)
	require.NoError(t, err)
	t.Log("accuracy", confusion.Accuracy())
	require.Greater(t, confusion.Accuracy(), 0.9)
	require.Greater(t, h.Epochs[len(h.Epochs)-1].Score, 0.8, "of the held-out pairs")
	p, err := k.PredictPairs(t.Context(), []bert.Pair{test[0].Pair, test[1].Pair})
	require.NoError(t, err)
	alone, err := k.PredictPairs(t.Context(), []bert.Pair{test[1].Pair})
	require.NoError(t, err)
	require.Equal(t, p[1], alone[0])
	joined, err := k.Predict(test[1].A + " " + test[1].B)
	require.NoError(t, err)
	require.NotEqual(t, alone[0].Probabilities, joined.Probabilities, "a pair is not one text")

	pairs, err := bert.Pairs([]dataset.Example{{Class: "x", Text: "a b\tc\td"}})
	require.NoError(t, err)
	require.Equal(t, []bert.PairExample{{Class: "x", Pair: bert.Pair{A: "a b", B: "c\td"}}}, pairs)
	_, err = bert.Pairs([]dataset.Example{{Class: "x", Text: "a\tb"}, {Class: "x", Text: "ab"}})
	require.ErrorIs(t, err, bert.ErrExamples)
	require.ErrorContains(t, err, "example 1")
	_, err = k.FitPairs(t.Context(), []bert.PairExample{{Class: "third"}}, nil, menuFit())
	require.ErrorIs(t, err, bert.ErrClass)
	_, err = k.EvaluatePairs(t.Context(), []bert.PairExample{{Class: "third"}})
	require.ErrorIs(t, err, bert.ErrClass)
}
