package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// show prints the nearest words of each that is asked for.
func show(t *cli.Terminal, v *vectors.Vectors, ask []string) error {
	for _, word := range ask {
		near, err := v.Nearest(strings.ToLower(word), 6)
		if errors.Is(err, vectors.ErrUnknown) {
			t.Printf("  %-10s is not in the text often enough\n", word)
			continue
		}
		if err != nil {
			return err
		}
		t.Printf("  %-10s", word)
		for _, m := range near {
			t.Printf("  %s %.2f", m.Word, m.Score)
		}
		t.Printf("\n")
	}
	return nil
}

// judge compares cosines with the pairs' scores, and two baselines beside them.
func judge(t *cli.Terminal, o options, c *corpus, v *vectors.Vectors, speed float64) error {
	words := v.Words()
	chance, err := random(words, v.Dim(), o.seed)
	if err != nil {
		return err
	}
	counted, err := counts(words, c.sentences, o.window)
	if err != nil {
		return err
	}
	var spearman [3]float64
	var used int
	for i, table := range []*vectors.Vectors{v, counted, chance} {
		report, err := table.EvaluatePairs(c.pairs, vectors.DefaultEvaluateConfig())
		if err != nil {
			return err
		}
		spearman[i], used = report.Spearman, report.Pairs
		if math.IsNaN(spearman[i]) { // fewer than two pairs are known
			spearman[i] = 0
		}
	}
	t.Printf("%d of %d word pairs, Spearman of cosine and score: %s %.4f, counts of neighbours %.4f, random vectors %.4f\n",
		used, len(c.pairs), o.model, spearman[0], spearman[1], spearman[2])
	t.Printf("words_per_s=%.0f spearman=%.4f counts=%.4f random=%.4f pairs=%d\n", speed, spearman[0], spearman[1], spearman[2], used)
	return nil
}

// random draws a vector for each word.
func random(words []string, dim int, seed uint64) (*vectors.Vectors, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	data := make([]float32, len(words)*dim)
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	return vectors.New(words, data, dim)
}

// counts gives each word a vector of how often each of the most frequent words stood near it, which is what the models condense.
func counts(words []string, sentences [][]string, window int) (*vectors.Vectors, error) {
	const most = 1000
	dim := min(most, len(words))
	index := make(map[string]int, len(words))
	for i, w := range words {
		index[w] = i
	}
	data := make([]float32, len(words)*dim)
	for _, s := range sentences {
		for i, w := range s {
			row, ok := index[w]
			if !ok {
				continue
			}
			for j := max(0, i-window); j < min(len(s), i+window+1); j++ {
				if near, ok := index[s[j]]; ok && near < dim && j != i {
					data[row*dim+near]++
				}
			}
		}
	}
	return vectors.New(words, data, dim)
}
