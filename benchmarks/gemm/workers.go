package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/seed6481993f/verso/benchmarks/internal/side"
	"github.com/seed6481993f/verso/internal/kernel"
)

// shared is a product with what several workers should gain on it.
type shared struct {
	shape
	goal float64 // times one worker's rate; 1: no slower
}

func sharedShapes() []shared {
	one := func(m, n, k int, goal float64) shared { return shared{shape{1, false, false, m, n, k, false}, goal} }
	return []shared{
		one(256, 256, 256, 1.7), one(512, 512, 512, 1.7), one(1024, 1024, 1024, 1.7), one(32, 400, 300, 1.5),
		{shape{256, false, true, 64, 64, 32, false}, 1.85}, {shape{256, false, false, 64, 32, 64, false}, 1.85},
		one(16, 16, 16, 1), one(32, 32, 32, 1), one(64, 64, 64, 1), one(128, 128, 128, 1), one(1, 1024, 256, 1),
	}
}

// measureWorkers prints rates of one and of several workers by the clock, not by processor time: other programs must leave the cores alone.
func measureWorkers(workers, turns int, length time.Duration) {
	runtime.GOMAXPROCS(workers)
	debug.SetGCPercent(-1)
	fmt.Printf("Verso: %v, %d workers, median of %d turns of %v by the clock, GFLOP/s\n\n", kernel.Current(), workers, turns, length)
	fmt.Printf("| m x n x k (N plain, T transposed) | 1 worker | %d workers | ratio | wanted of 2 |\n", workers)
	fmt.Println("|---|---|---|---|---|")
	for _, s := range sharedShapes() {
		a, b, c := s.operands()
		rate := func(workers int) float64 {
			return s.rate(length, wallTime, func() { s.ours(workers, a, b, c) })
		}
		var x, y, q []float64
		for range turns {
			u, v := rate(1), rate(workers)
			x, y, q = append(x, u), append(y, v), append(q, v/u)
		}
		fmt.Printf("| %v | %.1f | %.1f | %.2f | %.2f |\n", s.shape, side.Median(x), side.Median(y), side.Median(q), s.goal)
	}
}

var begun = time.Now()

func wallTime() time.Duration { return time.Since(begun) }
