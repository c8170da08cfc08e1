package bert_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert"
)

func TestReadCorpus(t *testing.T) {
	got, err := bert.ReadCorpus(strings.NewReader("\n one .\ntwo .\n\n\nthree .\r\n"))
	require.NoError(t, err)
	require.Equal(t, []bert.Document{{"one .", "two ."}, {"three ."}}, got)
	for in, want := range map[string]string{"": "no sentence", " \n\n": "no sentence", "a\n\xff\n": "line 2 is not UTF-8", strings.Repeat("x", 17<<20): "line 1 has over"} {
		_, err := bert.ReadCorpus(strings.NewReader(in))
		require.ErrorIs(t, err, bert.ErrCorpus)
		require.ErrorContains(t, err, want)
	}
}

func FuzzReadCorpus(f *testing.F) {
	f.Add("a\nb\n\nc")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := bert.ReadCorpus(strings.NewReader(in))
		if err != nil {
			return
		}
		require.NotEmpty(t, got)
		for _, d := range got {
			require.NotEmpty(t, d)
			for _, s := range d {
				require.NotEmpty(t, s)
			}
		}
	})
}

// A tiny BERT learns what animals eat, and is asked.
func ExamplePretrain() {
	c := bert.DefaultPretrainConfig()
	c.Model = bert.Config{
		Hidden: 32, Layers: 2, Heads: 2, Intermediate: 64, Positions: 32, Types: 2,
		Activation: "gelu", InitializerRange: 0.1, LayerNormEps: 1e-12,
	}
	c.Vocabulary.Size, c.MaxPieces, c.Rate = 100, 32, 5e-3
	var corpus []bert.Document
	for range 30 {
		corpus = append(corpus,
			bert.Document{"the cat eats fish", "a cat likes fish"},
			bert.Document{"the cow eats grass", "a cow likes grass"})
	}
	fit := bert.DefaultPretraining()
	fit.Batch = 16
	m, _, err := bert.Pretrain(context.Background(), corpus, c, fit)
	if err != nil {
		fmt.Println(err)
		return
	}
	words, err := m.FillMask(context.Background(), "the cow eats [MASK]", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(words[0][0].Text)
	// Output: grass
}
