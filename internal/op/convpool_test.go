package op_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/op"
)

func TestConvMaxPoolGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for _, c := range []struct {
		name     string
		cfg      op.ConvMaxPoolConfig
		lengths  []int
		features int
		maps     int
	}{
		{"kim", op.ConvMaxPoolConfig{Widths: []int{3, 4, 5}, Pad: 4, Activation: op.ReLU}, []int{7, 0, 1, 60, 4}, 5, 4},
		{"no padding", op.ConvMaxPoolConfig{Widths: []int{2, 3}, Activation: op.Tanh}, []int{5, 1, 2, 9}, 3, 6},
		{"across 256", op.ConvMaxPoolConfig{Widths: []int{2}, Pad: 1}, []int{3, 2}, 257, 260},
		{"all empty", op.ConvMaxPoolConfig{Widths: []int{2, 4}, Pad: 3, Activation: op.ReLU}, []int{0, 0}, 3, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			total := 0
			for _, n := range c.lengths {
				total += n
			}
			in := []gradcheck.Input{gradcheck.Random(rng, 1, max(total, 1), c.features), gradcheck.Ints(c.lengths...)}
			for _, k := range c.cfg.Widths {
				in = append(in, gradcheck.Random(rng, 0.4, c.maps, c.features, k), gradcheck.Random(rng, 0.5, c.maps))
			}
			gradcheck.Check(t, in, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
				s, _ := op.ConvMaxPool(c.cfg)
				return g.Apply("conv", s, in...)
			})
		})
	}
}

// One compiled graph serves ten batches of other lengths, empty ones among them.
func TestConvMaxPoolDynamic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	c := op.ConvMaxPoolConfig{Widths: []int{2, 3}, Pad: 2, Activation: op.Tanh}
	filters := []gradcheck.Input{
		gradcheck.Random(rng, 0.4, 3, 4, 2), gradcheck.Random(rng, 0.5, 3), gradcheck.Random(rng, 0.4, 3, 4, 3), gradcheck.Random(rng, 0.5, 3),
	}
	var batches [][]gradcheck.Input
	for _, lengths := range [][]int{{3, 2}, {1}, {0, 0}, {5, 0, 2}, {300}, {7, 7, 7, 7}, {0}, {2}, {130, 140}, {4, 1, 0, 1}} {
		total := 0
		for _, n := range lengths {
			total += n
		}
		batches = append(batches, append([]gradcheck.Input{gradcheck.Random(rng, 1, max(total, 1), 4), gradcheck.Ints(lengths...)}, filters...))
	}
	gradcheck.Dynamic(t, batches, func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
		s, _ := op.ConvMaxPool(c)
		return g.Apply("conv", s, in...)
	})
}

// The bits do not depend on the number of workers, and a sequence alone gives
// what it gives in a batch.
func TestConvMaxPoolBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	lengths, rows := []int{9, 0, 300, 1, 40, 7, 200}, 557
	x := make([]float32, rows*6)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	run := func(workers int, x []float32, lengths []int) []float32 {
		g, ps := verso.NewGraph(1), verso.NewParams(1)
		g.Mode().Workers = workers
		s := g.Sequence("x", tensor.Float32, 6)
		spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{3, 5}, Pad: 4, Activation: op.ReLU, Mode: g.Mode()})
		y := g.Apply("conv", spec, s.Rows, s.Lengths,
			g.Param(ps.New("w3", verso.Normal(0, 1), 37, 6, 3)), g.Param(ps.New("b3", verso.Normal(0, 1), 37)),
			g.Param(ps.New("w5", verso.Normal(0, 1), 20, 6, 5)), g.Param(ps.New("b5", verso.Normal(0, 1), 20)))
		m, err := g.Compile(nil)
		require.NoError(t, err)
		require.NoError(t, m.FeedSequence(s, x, lengths))
		require.NoError(t, m.Run())
		return slices.Clone(m.Float32s(y))
	}
	want := run(1, x, lengths)
	require.Equal(t, want, run(2, x, lengths))
	require.Equal(t, want, run(5, x, lengths))
	at := 0
	for i, n := range lengths {
		require.Equal(t, want[i*57:(i+1)*57], run(1, x[at*6:(at+n)*6], []int{n}), "sequence %d", i)
		at += n
	}
}

// The sums by phases equal those of the definition for filters of every width and
// sequences of every length up to some more than a block's, and where the
// definition has two equal largest windows in the padding the first wins.
func TestConvMaxPoolDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 6))
	const features, maps = 7, 5
	lengths := []int{}
	for n := range 24 {
		lengths = append(lengths, n, 0)
	}
	lengths = append(lengths, 250, 131)
	total := 0
	for _, n := range lengths {
		total += n
	}
	x := whole(rng, total*features) // whole numbers: nothing is rounded, so the windows that win are the same
	rows := op.Value[float32]{Shape: []int{total, features}, Data: x}
	for _, widths := range [][]int{{1}, {2}, {3}, {4}, {5}, {6}, {7}, {9}, {1, 2, 8}, {3, 4, 5}, {5, 5}} {
		for _, pad := range []int{0, 1, 4, 9} {
			t.Run(fmt.Sprint(widths, pad), func(t *testing.T) {
				in := []op.Value[float32]{rows, {Shape: []int{len(lengths)}, Ints: lengths}}
				for _, k := range widths {
					in = append(in, op.Value[float32]{Shape: []int{maps, features, k}, Data: whole(rng, maps*features*k)},
						op.Value[float32]{Shape: []int{maps}, Data: whole(rng, maps)})
				}
				spec, winners := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: widths, Pad: pad})
				y := forward(t, spec.F32, in...)
				at, start := 0, 0
				for s, n := range lengths {
					for w, k := range widths {
						for m := range maps {
							value, window := windowByDefinition(x[start*features:(start+n)*features], in[2+2*w].Data[m*features*k:(m+1)*features*k], n, features, k, pad)
							if window != op.NoWindow {
								value += in[3+2*w].Data[m]
							}
							require.Equal(t, value, y.Data[at], "sequence %d of %d rows, width %d, map %d", s, n, k, m)
							require.Equal(t, window, winners()[at], "sequence %d of %d rows, width %d, map %d", s, n, k, m)
							at++
						}
					}
					start += n
				}
			})
		}
	}
}

// Packed filters are kept between runs outside training, but never beyond a change.
func TestConvMaxPoolChanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 8))
	mode := &op.Mode{}
	spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{2, 3}, Mode: mode})
	in := []op.Value[float32]{
		{Shape: []int{9, 4}, Data: whole(rng, 36)}, {Shape: []int{2}, Ints: []int{4, 5}},
		{Shape: []int{3, 4, 2}, Data: whole(rng, 24)}, {Shape: []int{3}, Data: whole(rng, 3)},
		{Shape: []int{2, 4, 3}, Data: whole(rng, 24)}, {Shape: []int{2}, Data: whole(rng, 2)},
	}
	for i, train := range []bool{false, false, true, true, false, false, true, false} {
		for _, w := range []int{2, 4} {
			mode.Train = train
			in[w].Data[i] += 3
			other, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{2, 3}})
			want := forward(t, other.F32, in...).Data
			require.Equal(t, want, forward(t, spec.F32, in...).Data, "run %d", i)
			require.Equal(t, want, forward(t, spec.F32, in...).Data, "run %d again", i)
		}
	}
}

func whole(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.IntN(9) - 4)
	}
	return x
}

// windowByDefinition returns the largest sum of one filter (features, k) over a
// sequence and its first window.
func windowByDefinition(x, filter []float32, n, features, k, pad int) (best float32, at int) {
	at = op.NoWindow
	for t := -pad; t+k <= n+pad; t++ {
		var sum float32
		for j := range k {
			if t+j >= 0 && t+j < n {
				for q := range features {
					sum += x[(t+j)*features+q] * filter[q*k+j]
				}
			}
		}
		if at == op.NoWindow || sum > best {
			best, at = sum, t
		}
	}
	return best, at
}

// The sums by phases lose little: their error is a small multiple of the plain sum's.
func TestConvMaxPoolAccuracy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	const features, maps, k, n = 300, 100, 5, 5 // one window
	var squares, plain float64
	for range 20 {
		x, w := make([]float32, n*features), make([]float32, maps*features*k)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		for i := range w {
			w[i] = float32(rng.NormFloat64())
		}
		spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{k}})
		y := forward(t, spec.F32, op.Value[float32]{Shape: []int{n, features}, Data: x}, op.Value[float32]{Shape: []int{1}, Ints: []int{n}},
			op.Value[float32]{Shape: []int{maps, features, k}, Data: w}, op.Value[float32]{Shape: []int{maps}, Data: make([]float32, maps)})
		shares := make([]float32, n*maps*k)
		kernel.Gemm(false, true, n, maps*k, features, 1, x, features, tapRows(w, maps, features, k), features, 0, shares, maps*k)
		for m := range maps {
			sum, slid := 0.0, float32(0)
			for j := range k {
				slid += shares[j*maps*k+j*maps+m]
				for q := range features {
					sum += float64(x[j*features+q]) * float64(w[(m*features+q)*k+j])
				}
			}
			squares += (float64(y.Data[m]) - sum) * (float64(y.Data[m]) - sum)
			plain += (float64(slid) - sum) * (float64(slid) - sum)
		}
	}
	times := math.Sqrt(squares / plain)
	t.Logf("root mean square error: %.2f times the plain sum's", times)
	require.Less(t, times, 3.0)
}

// tapRows brings filters (maps, features, k) into the order (k, maps, features).
func tapRows(w []float32, maps, features, k int) []float32 {
	rows := make([]float32, len(w))
	for i, v := range w {
		m, q, j := i/(features*k), i/k%features, i%k
		rows[(j*maps+m)*features+q] = v
	}
	return rows
}

// A NaN in a word or in a filter is seen, in every window and with every padding.
func TestConvMaxPoolShowsNaN(t *testing.T) {
	const n, features, maps = 6, 3, 5
	numbers := func(n int, nan int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = -1 // sums below the 0 of the padding
		}
		if nan >= 0 {
			x[nan] = float32(math.NaN())
		}
		return x
	}
	for _, pad := range []int{0, 2, 4} {
		for _, act := range []op.Activation{op.Identity, op.ReLU, op.Tanh} {
			run := func(x, w []float32) []float32 {
				spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: []int{3}, Pad: pad, Activation: act})
				return forward(t, spec.F32, op.Value[float32]{Shape: []int{n, features}, Data: x}, op.Value[float32]{Shape: []int{1}, Ints: []int{n}},
					op.Value[float32]{Shape: []int{maps, features, 3}, Data: w}, op.Value[float32]{Shape: []int{maps}, Data: make([]float32, maps)}).Data
			}
			for row := range n {
				for f, y := range run(numbers(n*features, row*features), numbers(maps*features*3, -1)) {
					require.True(t, y != y, "pad %d, %s, word %d, map %d: %v", pad, act, row, f, y)
				}
			}
			for m := range maps {
				for f, y := range run(numbers(n*features, -1), numbers(maps*features*3, m*features*3)) {
					require.Equal(t, f == m, y != y, "pad %d, %s, filter %d, map %d: %v", pad, act, m, f, y)
				}
			}
		}
	}
}
