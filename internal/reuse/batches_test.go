package reuse

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBatches(t *testing.T) {
	items := make([]int, 1000)
	for i := range items {
		items[i] = i
	}
	p := limited(2, func() (int, error) { return 0, nil })
	var largest atomic.Int64
	double := func(_ int, batch []int) (out []string, err error) {
		largest.Store(max(largest.Load(), int64(len(batch))))
		for _, x := range batch {
			out = append(out, strconv.Itoa(2*x))
		}
		return out, nil
	}
	for _, workers := range []int{0, 1, 3} {
		got, err := Batches(t.Context(), workers, p, 7, items, double)
		require.NoError(t, err)
		require.Len(t, got, len(items))
		for i, s := range got {
			require.Equal(t, strconv.Itoa(2*i), s)
		}
	}
	require.EqualValues(t, 7, largest.Load())
	none, err := Batches(t.Context(), 0, p, 7, nil, double)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestBatchesStop(t *testing.T) {
	p := limited(2, func() (int, error) { return 0, nil })
	bad := errors.New("bad")
	ran := 0
	_, err := Batches(t.Context(), 1, p, 1, []int{0, 1, 2, 3}, func(_ int, batch []int) ([]int, error) {
		if ran++; batch[0] == 1 {
			return nil, bad
		}
		return batch, nil
	})
	require.ErrorIs(t, err, bad)
	require.Equal(t, 2, ran, "none after the error")
	ctx, cancel := context.WithCancel(t.Context())
	ran = 0
	_, err = Batches(ctx, 1, p, 1, []int{0, 1, 2, 3}, func(_ int, batch []int) ([]int, error) {
		ran++
		cancel()
		return batch, nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, ran)
	require.Len(t, p.slots, 0, "every value came back")
}
