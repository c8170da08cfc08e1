package verso_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
)

// walk is a bag of words that learns another text than it is asked for: what it
// carries says which.
type walk struct {
	*bag
	at []float64
}

func (w *walk) State() []verso.StateVector {
	return []verso.StateVector{{Name: "at", Values: w.at}}
}

var errWalk = errors.New("no place")

func (w *walk) SetState(state []verso.StateVector) error {
	if state == nil {
		w.at = []float64{0}
		return nil
	}
	if len(state) != 1 || state[0].Name != "at" {
		return fmt.Errorf("%w: %v", errWalk, state)
	}
	w.at = append([]float64{}, state[0].Values.([]float64)...)
	return nil
}

func (w *walk) task() verso.Task {
	t := w.bag.task()
	build := t.Build
	t.Carry = w
	t.Build = func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
		loss, feed, err := build(g)
		return loss, func(m *verso.Machine, examples []int) error {
			var other []int
			for _, e := range examples {
				other = append(other, (e*e+int(w.at[0]))%len(w.texts))
			}
			w.at[0] = float64((other[0] + 3) % len(w.texts))
			return feed(m, other)
		}, err
	}
	return t
}

func newWalk(seed uint64) *walk { return &walk{newBag(seed, 40), []float64{17}} }

// What a model carries begins anew with a training, and is in its checkpoint.
func TestFitCarry(t *testing.T) {
	whole := newWalk(1)
	_, err := verso.Fit(t.Context(), whole.task(), fitConfig())
	require.NoError(t, err)
	elsewhere := newWalk(1)
	elsewhere.at = []float64{3}
	_, err = verso.Fit(t.Context(), elsewhere.task(), fitConfig())
	require.NoError(t, err)
	require.Equal(t, whole.weights(), elsewhere.weights())
	for stop := 1; stop <= 20; stop += 3 {
		c := fitConfig()
		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "x"), true
		ctx, cancel := context.WithCancel(t.Context())
		c.Progress = func(p verso.Progress) error {
			if p.Step == stop {
				cancel()
			}
			return nil
		}
		_, err := verso.Fit(ctx, newWalk(1).task(), c)
		require.ErrorIs(t, err, context.Canceled)
		cancel()
		c.Progress = nil
		again := newWalk(99)
		_, err = verso.Fit(t.Context(), again.task(), c)
		require.NoError(t, err)
		assert.Equal(t, whole.weights(), again.weights(), "stopped after step %d", stop)
		assert.Equal(t, whole.at, again.at)

		_, err = verso.Fit(t.Context(), newBag(1, 40).task(), c)
		require.ErrorIs(t, err, verso.ErrCheckpoint)
		require.ErrorContains(t, err, `tensor "carry/at" is unexpected`)
	}
}

// A checkpoint without what the model carries is not gone on with.
func TestFitCarryMissing(t *testing.T) {
	c := fitConfig()
	c.Epochs, c.Checkpoint = 1, filepath.Join(t.TempDir(), "x")
	_, err := verso.Fit(t.Context(), newBag(1, 40).task(), c)
	require.NoError(t, err)
	w := newWalk(2)
	before := w.weights()
	c.Resume = true
	_, err = verso.Fit(t.Context(), w.task(), c)
	require.ErrorIs(t, err, verso.ErrCheckpoint)
	require.ErrorIs(t, err, errWalk)
	assert.Equal(t, before, w.weights())
}
