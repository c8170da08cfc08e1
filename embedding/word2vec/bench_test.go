package word2vec

import (
	"iter"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// zipf is text of words whose counts fall as those of a language do.
func zipf(sentences, length, distinct int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		for range sentences {
			words := make([]string, length)
			for i := range words {
				words[i] = strconv.Itoa(int(math.Pow(float64(distinct), r.Float64())))
			}
			if !yield(words) {
				return
			}
		}
	}
}

// BenchmarkTrain learns from 400,000 words in 20,000 sentences.
func BenchmarkTrain(b *testing.B) {
	for name, change := range map[string]func(*Config){
		"skip-gram": func(*Config) {}, "CBOW": func(c *Config) { c.Architecture = CBOW }, "blocks": func(c *Config) { c.Blocks = 4 },
	} {
		b.Run(name, func(b *testing.B) {
			c := DefaultConfig()
			c.Epochs, c.Workers = 1, 1
			change(&c)
			for b.Loop() {
				_, err := Train(b.Context(), zipf(20_000, 20, 30_000), c)
				require.NoError(b, err)
			}
			b.ReportMetric(400_000*float64(b.N)/b.Elapsed().Seconds(), "words/s")
		})
	}
}
