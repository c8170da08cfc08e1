package op_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/op"
)

func TestLinearGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		return g.Apply("linear", op.Linear(len(in) == 3, g.Mode()), in...)
	}
	for _, c := range []struct {
		name    string
		in, out int
		x       []int
		bias    bool
	}{
		{"small", 3, 5, []int{4, 3}, true},
		{"no bias", 7, 1, []int{2, 3, 7}, false},
		{"vector", 4, 2, []int{4}, true},
		{"across 256", 257, 130, []int{3, 257}, true},
		{"out across 512", 5, 513, []int{3, 5}, true},
		{"rows across 256", 3, 2, []int{260, 3}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := []gradcheck.Input{gradcheck.Random(rng, 1, c.x...), gradcheck.Random(rng, 0.3, c.out, c.in)}
			if c.bias {
				in = append(in, gradcheck.Random(rng, 1, c.out))
			}
			gradcheck.Check(t, in, f)
		})
	}
	var batches [][]gradcheck.Input
	w, b := gradcheck.Random(rng, 1, 5, 3), gradcheck.Random(rng, 1, 5)
	for _, rows := range []int{4, 1, 7, 300, 2, 5, 3, 257, 6, 1} {
		batches = append(batches, []gradcheck.Input{gradcheck.Random(rng, 1, rows, 3), w, b})
	}
	t.Run("dynamic", func(t *testing.T) { gradcheck.Dynamic(t, batches, f) })
}

// The products are cut between workers without changing a bit, and the bias is
// added as by itself.
func TestLinearWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows, in, out = 130, 300, 400
	normal := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	x, w, b, dy := matrix(in, normal(rows*in)...), matrix(in, normal(out*in)...), vector(normal(out)...), normal(rows*out)
	plain := op.Linear(false, nil).F32
	want := forward(t, plain, x, w)
	kernel.AddBias(rows, out, b.Data, want.Data)
	gradients := backward(t, op.Linear(true, nil).F32, want, dy, x, w, b)
	for _, workers := range []int{1, 2, 5} {
		body := op.Linear(true, &op.Mode{Workers: workers}).F32
		y := forward(t, body, x, w, b)
		require.Equal(t, want.Data, y.Data, "%d workers", workers)
		require.Equal(t, gradients, backward(t, body, y, dy, x, w, b), "%d workers", workers)
	}
}
