package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/seed6481993f/verso/benchmarks/internal/side"
	"github.com/seed6481993f/verso/internal/kernel"
)

// sharedShapes are products that several workers share, and the smallest, which one keeps to itself.
func sharedShapes() []shape {
	one := func(m, n, k int) shape { return shape{1, false, false, m, n, k, false} }
	return []shape{
		one(256, 256, 256), one(512, 512, 512), one(1024, 1024, 1024), one(32, 400, 300),
		{256, false, true, 64, 64, 32, false}, {256, false, false, 64, 32, 64, false},
		one(16, 16, 16), one(32, 32, 32), one(64, 64, 64), one(128, 128, 128), one(1, 1024, 256),
	}
}

// measureWorkers prints rates of one and of several workers by the clock, not by processor time: other programs must leave the cores alone.
func measureWorkers(workers, turns int, length time.Duration) {
	runtime.GOMAXPROCS(workers)
	debug.SetGCPercent(-1)
	fmt.Printf("Verso: %v, %d workers, median of %d turns of %v by the clock, GFLOP/s\n\n", kernel.Current(), workers, turns, length)
	fmt.Printf("| m x n x k (N plain, T transposed) | 1 worker | %d workers | ratio |\n", workers)
	fmt.Println("|---|---|---|---|")
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
		fmt.Printf("| %v | %.1f | %.1f | %.2f |\n", s, side.Median(x), side.Median(y), side.Median(q))
	}
}

var begun = time.Now()

func wallTime() time.Duration { return time.Since(begun) }
