package glove

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkEpoch fits 100 numbers a word; the figure is pairs a second on one core.
func BenchmarkEpoch(b *testing.B) {
	words, err := BuildVocabulary(b.Context(), books(b), 3, 0)
	require.NoError(b, err)
	c := DefaultConfig()
	c.Dim, c.Workers = 100, 1
	tr := newTrainer[float32](words, shuffled(b, words.Len()), &c)
	tr.draw()
	for b.Loop() {
		tr.c.Epochs = tr.at.Epoch + 1
		_, err := tr.run(b.Context())
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.N)*float64(len(tr.tiles.pairs))/b.Elapsed().Seconds(), "pairs/s")
}
