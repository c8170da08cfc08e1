package recurrent_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

// TestCellEqualsLayer steps through sequences of one length and compares every
// row and the last states with those of the layer.
func TestCellEqualsLayer(t *testing.T) {
	const in, hidden, batch, length = 7, 40, 5, 6
	rng := rand.New(rand.NewPCG(1, 1))
	rows := normal(rng, batch*length*in)
	for _, kind := range kinds {
		for _, bias := range []bool{true, false} {
			layer := newLayer(verso.NewParams(1), kind, in, hidden, recurrent.Config{Layers: 3, Bias: bias})
			n := newNet(t, layer, in)
			n.run(t, rows, slices.Repeat([]int{length}, batch))
			cell, err := recurrent.NewCell(layer)
			require.NoError(t, err)
			assert.Equal(t, []int{in, hidden, 3}, []int{cell.Inputs(), cell.Features(), cell.Layers()})
			s, y := cell.NewState(batch), n.Float32s(n.y.Rows)
			for step := range length {
				var x, want []float32
				for b := range batch {
					at := b*length + step
					x, want = append(x, rows[at*in:(at+1)*in]...), append(want, y[at*hidden:(at+1)*hidden]...)
				}
				got, err := cell.Step(x, s)
				require.NoError(t, err)
				require.Equal(t, want, got, "%s, step %d", kind, step)
			}
			require.Equal(t, n.Float32s(n.final.H), s.H)
			if kind == "lstm" {
				require.Equal(t, n.Float32s(n.final.C), s.C)
			}
		}
	}
}

func TestCellStates(t *testing.T) {
	layer := recurrent.NewLSTM(verso.NewParams(1), 2, 3, recurrent.Config{Layers: 2, Bias: true})
	cell, err := recurrent.NewCell(layer)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 2))
	s := cell.NewState(3)
	_, err = cell.Step(normal(rng, 6), s)
	require.NoError(t, err)

	beams, err := s.Select([]int{2, 0, 2, 2})
	require.NoError(t, err)
	require.Equal(t, 4, beams.Batch())
	x := normal(rng, 2)
	wide, err := cell.Step(slices.Concat(x, x, x, x), beams)
	require.NoError(t, err)
	wide = slices.Clone(wide)
	copied := s.Clone()
	narrow, err := cell.Step(slices.Concat(x, x, x), copied)
	require.NoError(t, err)
	assert.Equal(t, narrow[6:9], wide[0:3])
	assert.Equal(t, narrow[0:3], wide[3:6])
	assert.Equal(t, narrow[6:9], wide[9:12])
	assert.NotEqual(t, s.H, copied.H)

	fresh := cell.NewState(3)
	require.NoError(t, fresh.Set(s.H, s.C))
	assert.Equal(t, s.C, fresh.C)
	assert.ErrorIs(t, fresh.Set(s.H[1:], nil), recurrent.ErrState)
	assert.ErrorIs(t, fresh.Set(s.H, s.C[1:]), recurrent.ErrState)
	for _, rows := range [][]int{nil, {3}, {-1}} {
		_, err = s.Select(rows)
		assert.ErrorIs(t, err, recurrent.ErrState)
	}
}

func TestCellErrors(t *testing.T) {
	ps := verso.NewParams(1)
	_, err := recurrent.NewCell(recurrent.NewGRU(ps.Scope("a"), 2, 3, recurrent.Config{Layers: 1, Bidirectional: true}))
	assert.ErrorIs(t, err, recurrent.ErrCell)
	_, err = recurrent.NewCell(recurrent.NewGRU(verso.NewParams64(1), 2, 3, recurrent.DefaultConfig()))
	assert.ErrorIs(t, err, recurrent.ErrCell)
	_, err = recurrent.NewCell(recurrent.NewGRU(verso.NewParams(1), 2, 3, recurrent.Config{}))
	assert.ErrorIs(t, err, recurrent.ErrCell)
	_, err = recurrent.NewCell(nil)
	assert.ErrorIs(t, err, recurrent.ErrCell)

	gru, err := recurrent.NewCell(recurrent.NewGRU(ps.Scope("b"), 2, 3, recurrent.DefaultConfig()))
	require.NoError(t, err)
	lstm, err := recurrent.NewCell(recurrent.NewLSTM(ps.Scope("c"), 2, 3, recurrent.DefaultConfig()))
	require.NoError(t, err)
	_, err = gru.Step(make([]float32, 3), gru.NewState(2))
	assert.ErrorIs(t, err, verso.ErrShape)
	assert.ErrorContains(t, err, "2 sequences wants rows of 2, together 4 numbers, got 3")
	for _, s := range []*recurrent.CellState{nil, {}, lstm.NewState(2)} {
		_, err = gru.Step(make([]float32, 4), s)
		assert.ErrorIs(t, err, recurrent.ErrState)
	}
	rnn, err := recurrent.NewCell(recurrent.NewRNN(ps.Scope("d"), 2, 3, recurrent.DefaultConfig()))
	require.NoError(t, err)
	used := rnn.NewState(2) // of the same sizes as the other's
	_, err = rnn.Step(make([]float32, 4), used)
	require.NoError(t, err)
	_, err = gru.Step(make([]float32, 4), used)
	require.ErrorIs(t, err, recurrent.ErrState)
	assert.ErrorContains(t, err, `"gru" of width 3 wants a state of its NewState, got one of "rnn" of width 3`)
	short := lstm.NewState(2)
	short.C = short.C[:1]
	_, err = lstm.Step(make([]float32, 4), short)
	require.ErrorIs(t, err, recurrent.ErrState)
	assert.ErrorContains(t, err, "1 layers over 2 sequences want 6 numbers of H and 6 of C, got 6 and 1")
}

func TestCellFromManyGoroutines(t *testing.T) {
	layer := recurrent.NewLSTM(verso.NewParams(1), 4, 20, recurrent.Config{Layers: 2, Bias: true})
	cell, err := recurrent.NewCell(layer)
	require.NoError(t, err)
	x := normal(rand.New(rand.NewPCG(1, 3)), 4)
	run := func() []float32 {
		s := cell.NewState(1)
		for range 20 {
			if _, err := cell.Step(x, s); err != nil {
				return nil
			}
		}
		return s.H
	}
	want, got := run(), make([][]float32, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = run() })
	}
	wg.Wait()
	for _, h := range got {
		assert.Equal(t, want, h)
	}
}
