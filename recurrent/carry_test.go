package recurrent_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

// TestCarry reads sequences in pieces and compares with reading them at once.
func TestCarry(t *testing.T) {
	const in, hidden = 3, 9
	rng := rand.New(rand.NewPCG(1, 1))
	for _, kind := range kinds {
		layer := newLayer(verso.NewParams(1), kind, in, hidden, recurrent.Config{Layers: 2, Bias: true})
		whole := newNet(t, layer, in)
		g := verso.NewGraph(1)
		x := g.Sequence("x", tensor.Float32, in)
		carry := recurrent.NewCarry(g, layer, "state")
		y, final := layer.Forward(g, x, carry.State())
		m, err := g.Compile(nil)
		require.NoError(t, err)
		for _, lengths := range [][]int{{7}, {6, 8, 4}, {5, 5}} { // of texts side by side
			rows := normal(rng, sum(lengths)*in)
			whole.run(t, rows, lengths)
			want := whole.Float32s(whole.y.Rows)
			carry.Reset(len(lengths))
			read := make([]int, len(lengths))
			for !slices.Equal(read, lengths) {
				var piece []float32
				var take, at []int
				first := 0
				for s, n := range lengths {
					k := min(3, n-read[s])
					take, at = append(take, k), append(at, first+read[s])
					piece = append(piece, rows[(first+read[s])*in:(first+read[s]+k)*in]...)
					first += n
				}
				require.NoError(t, m.FeedSequence(x, piece, take))
				require.NoError(t, m.Run())
				require.NoError(t, carry.Keep(final))
				got := m.Float32s(y.Rows)
				for s, k := range take {
					require.Equal(t, want[at[s]*hidden:(at[s]+k)*hidden], got[:k*hidden], "%s, sequence %d from row %d", kind, s, read[s])
					got = got[k*hidden:]
					read[s] += k
				}
			}
			h, c := carry.Values()
			assert.Equal(t, whole.Float32s(whole.final.H), h)
			if kind == "lstm" {
				assert.Equal(t, whole.Float32s(whole.final.C), c)
			} else {
				assert.Nil(t, c)
			}
		}
		require.NoError(t, m.Close())
	}
}

func TestCarryErrors(t *testing.T) {
	layer := recurrent.NewLSTM(verso.NewParams(1), 2, 3, recurrent.DefaultConfig())
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, 2)
	carry := recurrent.NewCarry(g, layer, "state")
	_, final := layer.Forward(g, x, carry.State())
	m, err := g.Compile(nil)
	require.NoError(t, err)
	defer m.Close()
	err = carry.Keep(final)
	require.ErrorIs(t, err, recurrent.ErrState)
	assert.ErrorContains(t, err, "H has no value")
	require.NoError(t, m.FeedSequence(x, make([]float32, 4), []int{1, 1}))
	err = m.Run() // the state is that of one sequence
	require.ErrorIs(t, err, verso.ErrShape)
	assert.ErrorContains(t, err, "h_0 wants [2 3]")
	carry.Reset(2)
	require.NoError(t, m.Run())
	require.NoError(t, carry.Keep(final))
	err = carry.Keep(recurrent.State{H: final.H})
	require.ErrorIs(t, err, recurrent.ErrState)
	assert.ErrorContains(t, err, "the layer has C, got none")
	carry.Reset(1)
	err = carry.Keep(final)
	require.ErrorIs(t, err, recurrent.ErrState)
	assert.ErrorContains(t, err, "H wants (1, 1, 3) of float32, got (1, 2, 3) of float32")

	g = verso.NewGraph(1)
	recurrent.NewCarry(g, nil, "state").Reset(3)
	assert.ErrorIs(t, g.Err(), recurrent.ErrState)
}
