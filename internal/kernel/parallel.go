package kernel

import (
	"sync"
	"sync/atomic"
)

// Parallel calls f(0), …, f(n-1) on at most workers goroutines, the caller's among them, and returns when all are done.
// Goroutines take the next index as they become free, so pieces need not be of equal cost. The result does not depend on workers as long
// as no two calls write the same memory. With n < 2 or workers < 2 the calls are made in order on the caller's goroutine.
//
// If calls panic, the other pieces that have begun are finished, no more are begun, and the panic of the lowest index is raised again in the caller.
func Parallel(workers, n int, f func(i int)) {
	workers = min(workers, n)
	if workers < 2 {
		for i := range n {
			f(i)
		}
		return
	}
	var (
		next  atomic.Int64
		group sync.WaitGroup
		lock  sync.Mutex
		first = n // index of the panic to raise
		value any
	)
	work := func() {
		i := n
		defer func() {
			if v := recover(); v != nil {
				next.Store(int64(n))
				lock.Lock()
				defer lock.Unlock()
				if i < first {
					first, value = i, v
				}
			}
		}()
		for {
			i = int(next.Add(1)) - 1
			if i >= n {
				return
			}
			f(i)
		}
	}
	for range workers - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	if value != nil {
		panic(value)
	}
}
