package conv1d_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// kimSize is a batch of the size on which the speed of Kim's classifier is
// compared with others': 50 texts of 56 words out of 20,000, vectors of 300.
func kimSize(tb testing.TB, v conv1d.Variant) (*conv1d.Classifier, []dataset.Example) {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	words := make([]string, 20000)
	for i := range words {
		words[i] = fmt.Sprint("w", i)
	}
	rows := make([]float32, len(words)*300)
	for i := range rows {
		rows[i] = rng.Float32() - 0.5
	}
	vecs, err := vectors.New(words, rows, 300)
	require.NoError(tb, err)
	data := make([]dataset.Example, 50)
	for i := range data {
		text := make([]string, 56)
		for j := range text {
			text[j] = words[rng.IntN(len(words))]
		}
		data[i] = dataset.Example{Class: fmt.Sprint(i % 2), Text: strings.Join(text, " ")}
	}
	c := conv1d.DefaultConfig()
	c.Variant = v
	vocabulary, err := conv1d.Words(data, vecs, c)
	require.NoError(tb, err)
	m, err := conv1d.New([]string{"0", "1"}, vocabulary, vecs, c)
	require.NoError(tb, err)
	return m, data
}

// BenchmarkTrainStep is one update on a batch of kimSize.
func BenchmarkTrainStep(b *testing.B) {
	for _, v := range []conv1d.Variant{conv1d.Static, conv1d.NonStatic} {
		b.Run(string(v), func(b *testing.B) {
			m, data := kimSize(b, v)
			fit := conv1d.DefaultFit()
			fit.Workers = runtime.GOMAXPROCS(0)
			fit.Epochs = 2 // compile and warm up
			_, err := m.Fit(b.Context(), data, nil, fit)
			require.NoError(b, err)
			fit.Epochs = b.N
			b.ReportAllocs()
			b.ResetTimer()
			_, err = m.Fit(b.Context(), data, nil, fit)
			require.NoError(b, err)
		})
	}
}

// BenchmarkPredict is the answer to a batch of kimSize.
func BenchmarkPredict(b *testing.B) {
	m, data := kimSize(b, conv1d.Static)
	texts := make([]string, len(data))
	for i, e := range data {
		texts[i] = e.Text
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := m.PredictAll(b.Context(), texts)
		require.NoError(b, err)
	}
}

// A training step takes little memory once the first is over.
func TestTrainStepAllocations(t *testing.T) {
	m, data := kimSize(t, conv1d.NonStatic)
	fit := conv1d.DefaultFit()
	fit.Epochs, fit.Workers = 6, 1
	var before, after runtime.MemStats
	fit.Progress = func(p verso.Progress) error {
		if p.EpochDone {
			return nil
		}
		switch p.Step {
		case 1:
			runtime.ReadMemStats(&before)
		case 6:
			runtime.ReadMemStats(&after)
		}
		return nil
	}
	_, err := m.Fit(t.Context(), data, nil, fit)
	require.NoError(t, err)
	require.Less(t, (after.Mallocs-before.Mallocs)/5, uint64(1000))
}
