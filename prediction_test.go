package verso_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

func TestPredictionTop(t *testing.T) {
	p := verso.NewPrediction([]string{"a", "b", "c"}, []float64{0.25, 0.5, 0.25})
	require.Equal(t, "b", p.Class)
	require.Equal(t, 1, p.Index)
	require.Equal(t, []verso.ClassProbability{{"b", 1, 0.5}, {"a", 0, 0.25}}, p.Top(2))
	require.Len(t, p.Top(9), 3)
	require.Empty(t, p.Top(-1))
	require.Equal(t, verso.Prediction{}, verso.NewPrediction(nil, nil))
}

func ExamplePrediction_Top() {
	p := verso.NewPrediction([]string{"neg", "neutral", "pos"}, []float64{0.1, 0.2, 0.7})
	for _, c := range p.Top(2) {
		fmt.Printf("%s %.1f\n", c.Class, c.Probability)
	}
	// Output:
	// pos 0.7
	// neutral 0.2
}
