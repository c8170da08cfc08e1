package reuse

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Batches answers items, in their order, on so many cores, 0 for all: in batches of
// size at most, each by answer with a value of the pool, which goes back after the
// batch. An answer must not depend on what else is in its batch. Of several errors it
// returns that of the first batch; after one, and when ctx is done, it begins no more
// batches.
func Batches[V, E, A any](ctx context.Context, workers int, p *Pool[V], size int, items []E, answer func(v V, batch []E) ([]A, error)) ([]A, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	batches := slices.Collect(slices.Chunk(items, size))
	answers, errs := make([][]A, len(batches)), make([]error, len(batches))
	var failed atomic.Bool
	kernel.Parallel(workers, len(batches), func(i int) {
		if failed.Load() {
			return
		}
		if err := ctx.Err(); err != nil {
			errs[i] = fmt.Errorf("stopped between batches: %w", err)
		} else {
			errs[i] = p.With(func(v V) (err error) {
				answers[i], err = answer(v, batches[i])
				return err
			})
		}
		if errs[i] != nil {
			failed.Store(true)
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(answers...), nil
}
