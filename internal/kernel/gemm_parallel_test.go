package kernel

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// helped has n processors and looks for help with all work.
func helped(t *testing.T, n int) {
	procs, old := runtime.GOMAXPROCS(n), recently
	recently = time.Hour
	t.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		recently = old
	})
}

// Any number of goroutines gives the bits of one, in every way to cut C.
func TestWorkersGiveTheSameBits(t *testing.T) {
	helped(t, 5)
	onEachPath(t, func(t *testing.T) {
		r := seeded(41)
		for _, s := range [][4]int{{1, 120, 130, 210}, {1, 32, 400, 300}, {1, 3000, 40, 30}, {1, 1, 4000, 800}, {1, 40, 33, 3000}, {40, 60, 50, 30}, {3, 120, 100, 90}} {
			count, m, n, k := s[0], s[1], s[2], s[3]
			for flags := range 4 {
				transA, transB := flags&1 == 1, flags&2 == 2
				if raceEnabled && flags != r.IntN(4) {
					continue
				}
				alpha, beta := factors[float32](r)
				lda, ldb := k, n
				if transA {
					lda = m
				}
				if transB {
					ldb = k
				}
				a, b, old := random[float32](r, count*m*k), random[float32](r, count*k*n), random[float32](r, count*m*n)
				o, _ := randomOptions[float32](r, m, n, n)
				if o.Add != nil {
					o.Add = random[float32](r, len(old))
				}
				run := func(workers int) []float32 {
					o.Workers = workers
					c := append([]float32(nil), old...)
					GemmBatch(o, transA, transB, count, m, n, k, alpha, a, lda, m*k, b, ldb, k*n, beta, c, n, m*n)
					if count == 1 {
						var packed Packed[float32]
						packed.Pack(transB, k, n, b, ldb)
						d := append([]float32(nil), old...)
						GemmPacked(o, transA, m, alpha, a, lda, &packed, beta, d, n)
						sameBits(t, c, d, "packed", s)
					}
					return c
				}
				want := run(1)
				for _, workers := range []int{2, 3, 8} {
					sameBits(t, want, run(workers), fmt.Sprint(workers, " workers ", s, flags))
				}
			}
		}
	})
}

// Calls from many goroutines, also from within pieces of others, share the helpers.
func TestWorkersOfManyCallers(t *testing.T) {
	helped(t, 4)
	const m, n, k = 60, 200, 150
	r := seeded(42)
	a, b, want := random[float32](r, m*k), random[float32](r, k*n), make([]float32, m*n)
	Gemm(false, false, m, n, k, 1, a, k, b, n, 0, want, n)
	var group sync.WaitGroup
	results := make([][]float32, 24)
	for i := range 6 {
		group.Go(func() {
			Parallel(2, 4, func(j int) {
				c := make([]float32, m*n)
				for range 5 {
					GemmWith(Options[float32]{Workers: 3}, false, false, m, n, k, 1, a, k, b, n, 0, c, n)
				}
				results[4*i+j] = c
			})
		})
	}
	group.Wait()
	for _, c := range results {
		sameBits(t, want, c)
	}
}

// counting is work that counts the calls of each piece; pieces of it may have pieces of their own.
type counting struct {
	calls []atomic.Int32
	inner *counting
}

func (c *counting) piece(i int) {
	c.calls[i].Add(1)
	if c.inner != nil {
		together(3, len(c.inner.calls), c.inner)
	}
}

func TestTogetherDoesEachPieceOnce(t *testing.T) {
	helped(t, 4)
	for _, workers := range []int{-1, 0, 1, 2, 3, 50} {
		for _, n := range []int{0, 1, 2, 7, 100} {
			work := &counting{calls: make([]atomic.Int32, n), inner: &counting{calls: make([]atomic.Int32, 5)}}
			together(workers, n, work)
			for i := range work.calls {
				require.EqualValues(t, 1, work.calls[i].Load())
			}
			for i := range work.inner.calls {
				require.EqualValues(t, n, work.inner.calls[i].Load())
			}
		}
	}
}

// Small work that comes alone wakes nobody; what follows does.
func TestLoneWorkIsNotWorthwhile(t *testing.T) {
	helped(t, 4)
	for idle := -1; idle != 0; runtime.Gosched() { // helpers of other tests end
		team.Lock()
		idle = team.live
		team.Unlock()
	}
	recently = time.Minute
	team.last = time.Time{}
	require.False(t, worthwhile())
	require.True(t, worthwhile())
}

// Helpers that nobody asks for end.
func TestHelpersEnd(t *testing.T) {
	helped(t, 4)
	work := &counting{calls: make([]atomic.Int32, 100)}
	together(4, 100, work)
	for {
		team.Lock()
		live, idle := team.live, len(team.idle)
		team.Unlock()
		require.LessOrEqual(t, idle, live)
		require.Less(t, live, 4)
		if live == 0 {
			return
		}
		runtime.Gosched()
	}
}

func TestWorkersTakeNoMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("a pool forgets at random under the race detector")
	}
	helped(t, 4)
	const m, n, k = 144, 160, 144
	a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
	o := Options[float32]{Workers: 2, Bias: b[:n]}
	require.Less(t, testing.AllocsPerRun(50, func() {
		GemmWith(o, false, true, m, n, k, 1, a, k, b, k, 0, c, n)
		GemmBatch(Options[float32]{Workers: 2}, false, true, 64, 8, 16, 512, 1, a, 512, 0, b, 512, 0, 0, c, 16, 128)
	}), 3.0, "at most a helper that had ended, and its goroutine")
}

func TestGridCoversTheWhole(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {128, 128, 128}, {32, 400, 300}, {4096, 100, 300}, {1, 100000, 300}, {100000, 1, 300}, {27, 63, 5000}, {1024, 1024, 1024}} {
		for _, workers := range []int{2, 3, 16, 64} {
			p := product[float32]{m: s[0], n: s[1], k: s[2]}
			rows, cols := p.grid(workers)
			require.Positive(t, rows)
			require.Positive(t, cols)
			require.LessOrEqual(t, rows, p.m)
			require.True(t, cols == p.n || cols%32 == 0, "%d of %d columns", cols, p.n)
			pieces := ((p.m + rows - 1) / rows) * ((p.n + cols - 1) / cols)
			require.Less(t, pieces, 8*workers)
		}
	}
}

// Every way to compute a product gives the same bits.
func FuzzGemmWays(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(17), uint8(5), uint8(0))
	f.Add(uint64(2), uint8(1), uint8(100), uint8(200), uint8(2))
	f.Add(uint64(3), uint8(200), uint8(250), uint8(180), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, m8, n8, k8, flags uint8) {
		m, n, k := int(m8), int(n8), int(k8)
		if m == 0 || n == 0 {
			t.Skip("nothing to compare")
		}
		onEachPath(t, func(t *testing.T) {
			r := seeded(seed)
			alpha, beta := factors[float32](r)
			p := newGemmCase(r, flags&1 != 0, flags&2 != 0, m, n, k, alpha, beta)
			o, _ := randomOptions[float32](r, m, n, p.ldc)
			old := append([]float32(nil), p.c.data...)
			GemmWith(o, p.transA, p.transB, m, n, k, alpha, p.a.data, p.lda, p.b.data, p.ldb, beta, p.c.data, p.ldc)
			again := append([]float32(nil), old...)
			o.Workers = 3
			GemmWith(o, p.transA, p.transB, m, n, k, alpha, p.a.data, p.lda, p.b.data, p.ldb, beta, again, p.ldc)
			sameBits(t, p.c.data, again, "three workers", p)
			var packed Packed[float32]
			packed.Pack(p.transB, k, n, p.b.data, p.ldb)
			copy(again, old)
			GemmPacked(o, p.transA, m, alpha, p.a.data, p.lda, &packed, beta, again, p.ldc)
			sameBits(t, p.c.data, again, "packed", p)
			if p.transA || o.RowBias != nil {
				return
			}
			copy(again, old)
			GemmBatch(o, false, p.transB, m, 1, n, k, alpha, p.a.data, p.lda, p.lda, p.b.data, p.ldb, 0, beta, again, p.ldc, p.ldc)
			sameBits(t, p.c.data, again, "row by row", p)
		})
	})
}
