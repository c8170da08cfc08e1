package reuse

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPoolHandsBackWhatItWasGiven(t *testing.T) {
	built := 0
	p := limited(2, func() (*int, error) {
		built++
		return new(built), nil
	})
	a, err := p.Get()
	require.NoError(t, err)
	b, err := p.Get()
	require.NoError(t, err)
	require.NotSame(t, a, b, "the first is still out")
	p.Put(a)
	p.Put(b)
	for _, want := range []*int{b, a} {
		got, err := p.Get()
		require.NoError(t, err)
		require.Same(t, want, got)
	}
	require.Equal(t, 2, built)
}

func TestPoolErrors(t *testing.T) {
	bad := errors.New("no graph")
	fails := true
	p := New(func() (int, error) {
		if fails {
			return 0, bad
		}
		return 7, nil
	})
	_, err := p.Get()
	require.ErrorIs(t, err, bad)
	require.ErrorIs(t, p.With(func(int) error { return nil }), bad)
	fails = false // what failed was not kept
	worse := errors.New("no answer")
	require.ErrorIs(t, p.With(func(x int) error { assert.Equal(t, 7, x); return worse }), worse)
	require.Len(t, p.free, 1, "put back after an error")
	require.Panics(t, func() { _ = p.With(func(int) error { panic("halt") }) })
	require.Len(t, p.free, 1, "put back after a panic")
}

// No value is with two goroutines, and no more are built than the limit.
func TestPoolIsForManyGoroutines(t *testing.T) {
	type value struct{ used int }
	var built atomic.Int64
	const goroutines, times, most = 8, 200, 3
	p := limited(most, func() (*value, error) { built.Add(1); return &value{}, nil })
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range times {
				assert.NoError(t, p.With(func(v *value) error { v.used++; runtime.Gosched(); return nil })) // a race if shared
			}
		})
	}
	wg.Wait()
	used := 0
	for _, v := range p.free {
		used += v.used
	}
	require.Equal(t, goroutines*times, used)
	require.LessOrEqual(t, built.Load(), int64(most))
	require.Len(t, p.free, int(built.Load()))
}
