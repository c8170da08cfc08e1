package recurrent_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/recurrent"
)

// On texts that say nothing a model answers with the shares of the classes in its
// loss: those of the examples, or equal ones where classes are balanced.
func TestClassifierBalanced(t *testing.T) {
	data := make([]dataset.Example, 100)
	for i := range data {
		data[i] = dataset.Example{Class: "common", Text: fmt.Sprint("word ", i%7)}
		if i%10 == 0 {
			data[i].Class = "rare"
		}
	}
	rare := func(balanced bool, smoothing float64) float64 {
		c, fit := models[0].tiny(1)
		c.Balanced, c.LabelSmoothing = balanced, smoothing
		fit.Batch = 100 // the mean of a batch divides by its own weights
		fit.Epochs = 60
		m, _, err := recurrent.TrainClassifier(t.Context(), data, nil, nil, c, fit)
		require.NoError(t, err)
		sum := 0.0
		for _, e := range data {
			p, err := m.Predict(e.Text)
			require.NoError(t, err)
			sum += p.Probabilities[1]
		}
		return sum / float64(len(data))
	}
	require.InDelta(t, 0.1, rare(false, 0), 0.05)
	require.InDelta(t, 0.5, rare(true, 0), 0.1)
	require.InDelta(t, 0.5*0.1+0.5*0.5, rare(false, 0.5), 0.06)
}
