// Package reuse keeps what is dear to build and serves one goroutine at a time,
// such as compiled graphs over shared weights, for the next one who needs it.
package reuse

import (
	"runtime"
	"sync"
)

// Pool hands out values and takes them back. It may be used from many goroutines.
// Values are built as they are needed, and no more than there were cores when it was
// made: whoever comes when all are out waits for one. A goroutine that has one must
// not ask for a second.
type Pool[T any] struct {
	slots chan struct{} // one for each value that is out
	mu    sync.Mutex
	free  []T
	build func() (T, error)
}

// New returns an empty pool, which makes values with build. Several goroutines
// may be in build at once.
func New[T any](build func() (T, error)) *Pool[T] { return limited(runtime.GOMAXPROCS(0), build) }

func limited[T any](most int, build func() (T, error)) *Pool[T] {
	return &Pool[T]{slots: make(chan struct{}, most), build: build}
}

// Get returns the value that was put back last, or a new one where none is free.
// Its caller has it alone until [Pool.Put]. An error is that of build.
func (p *Pool[T]) Get() (T, error) {
	p.slots <- struct{}{}
	if x, ok := p.take(); ok {
		return x, nil
	}
	x, err := p.build()
	if err != nil {
		<-p.slots
	}
	return x, err
}

func (p *Pool[T]) take() (x T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.free) - 1
	if n < 0 {
		return x, false
	}
	x = p.free[n]
	clear(p.free[n:]) // the pool no longer holds it
	p.free = p.free[:n]
	return x, true
}

// Put takes back a value of [Pool.Get], which its caller no longer uses.
func (p *Pool[T]) Put(x T) {
	p.mu.Lock()
	p.free = append(p.free, x)
	p.mu.Unlock()
	<-p.slots
}

// With runs f with a value of the pool and puts it back. An error is that of
// building the value or of f.
func (p *Pool[T]) With(f func(T) error) error {
	x, err := p.Get()
	if err != nil {
		return err
	}
	defer p.Put(x)
	return f(x)
}
