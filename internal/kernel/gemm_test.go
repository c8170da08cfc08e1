package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// gemmCase is a product with guarded operands.
type gemmCase[T Float] struct {
	transA, transB bool
	m, n, k        int
	alpha, beta    T
	lda, ldb, ldc  int
	a, b, c        guarded[T]
}

func matrix[T Float](r *rand.Rand, rows, cols, pad int) (guarded[T], int) {
	ld := cols + pad
	g := guard[T](max(0, (rows-1)*ld+cols)) // the last row ends at its last column
	if rows == 0 {
		g = guard[T](0)
	}
	for i := range rows {
		randomise(r, g.data[i*ld:i*ld+cols])
	}
	return g, ld
}

func newGemmCase[T Float](r *rand.Rand, transA, transB bool, m, n, k int, alpha, beta T) *gemmCase[T] {
	p := &gemmCase[T]{transA: transA, transB: transB, m: m, n: n, k: k, alpha: alpha, beta: beta}
	pad := func() int { return max(0, r.IntN(7)-3) }
	ra, ca, rb, cb := m, k, k, n
	if transA {
		ra, ca = k, m
	}
	if transB {
		rb, cb = n, k
	}
	p.a, p.lda = matrix[T](r, ra, ca, pad())
	p.b, p.ldb = matrix[T](r, rb, cb, pad())
	p.c, p.ldc = matrix[T](r, m, n, pad())
	return p
}

func (p *gemmCase[T]) String() string {
	return fmt.Sprintf("%T tA=%v tB=%v m=%d n=%d k=%d ld=%d,%d,%d α=%v β=%v", p.alpha, p.transA, p.transB, p.m, p.n, p.k, p.lda, p.ldb, p.ldc, p.alpha, p.beta)
}

func (p *gemmCase[T]) run() {
	Gemm(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a.data, p.lda, p.b.data, p.ldb, p.beta, p.c.data, p.ldc)
}

// check runs the product and compares it with float64 sums: |error| ≤ 2(k+2)·ε·(|α|·|A|·|B| + |β·C|).
func (p *gemmCase[T]) check(t *testing.T) {
	t.Helper()
	old := append([]T(nil), p.c.data...)
	p.run()
	eps := math.Nextafter(1, 2) - 1
	if isFloat32[T]() {
		eps = 0x1p-23
	}
	for i := range p.m {
		for j := range p.n {
			var sum, size float64
			for q := range p.k {
				ia, ib := i*p.lda+q, q*p.ldb+j
				if p.transA {
					ia = q*p.lda + i
				}
				if p.transB {
					ib = j*p.ldb + q
				}
				v := float64(p.a.data[ia]) * float64(p.b.data[ib])
				sum += v
				size += math.Abs(v)
			}
			sum *= float64(p.alpha)
			size *= math.Abs(float64(p.alpha))
			if p.beta != 0 {
				v := float64(p.beta) * float64(old[i*p.ldc+j])
				sum += v
				size += math.Abs(v)
			}
			got := float64(p.c.data[i*p.ldc+j])
			if e := math.Abs(got - sum); !(e <= 2*float64(p.k+2)*eps*size) {
				require.Failf(t, "wrong product", "%v: C[%d,%d] = %v, want %v", p, i, j, got, sum)
			}
		}
		if i < p.m-1 { // between the rows
			for j := p.n; j < p.ldc; j++ {
				require.EqualValues(t, canary, p.c.data[i*p.ldc+j], "%v: C[%d,%d] is padding", p, i, j)
			}
		}
	}
	p.a.check(t)
	p.b.check(t)
	p.c.check(t)
}

func factors[T Float](r *rand.Rand) (alpha, beta T) {
	some := []T{0, 1, 1, 1, -1, 0.125, 1.7}
	return some[1+r.IntN(len(some)-1)], some[r.IntN(len(some))]
}

func TestGemm(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(1)
		for range few(250) {
			alpha, beta := factors[float32](r)
			newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, r.IntN(131), r.IntN(131), r.IntN(131), alpha, beta).check(t)
		}
		for range few(30) {
			alpha, beta := factors[float64](r)
			newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, r.IntN(90), r.IntN(90), r.IntN(90), alpha, beta).check(t)
		}
	})
}

// Every tile: all numbers of rows with all numbers of columns round the widths of the vectors, k round the unrolling.
func TestGemmTiles(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(2)
		for m := 1; m <= 16; m++ {
			for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40, 47, 48, 49, 63, 64, 65} {
				alpha, beta := factors[float32](r)
				newGemmCase(r, r.IntN(2) == 1, r.IntN(4) == 0, m, n, 1+r.IntN(21), alpha, beta).check(t)
			}
		}
	})
}

// One row has ways of its own.
func TestGemmOneRow(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(7)
		for _, n := range []int{1, 20, 31, 32, 33, 64, 70, 130} {
			for k := 1; k < 20; k++ {
				for _, beta := range []float32{0, 1, -0.5} {
					for _, transB := range []bool{false, true} {
						alpha, _ := factors[float32](r)
						newGemmCase(r, r.IntN(2) == 1, transB, 1, n, k, alpha, beta).check(t)
					}
				}
			}
		}
	})
}

// Sizes beyond one block of m, n and k, and strides that make both operands be packed.
func TestGemmBlocks(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(3)
		for _, s := range [][3]int{{1, 4100, 9}, {1, 3, 1000}, {113, 33, 20}, {350, 40, 30}, {3, 2060, 7}, {20, 40, 900}, {2, 20, 9000}, {230, 20, 580}, {65, 1024, 9}, {40, 128, 512}, {17, 9, 600}} {
			for range few(4) {
				alpha, beta := factors[float32](r)
				newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, s[0], s[1], s[2], alpha, beta).check(t)
			}
		}
		for _, transA := range []bool{false, true} { // row lengths of whole pages
			p := newGemmCase[float32](r, transA, false, 70, 140, 30, 1, 1)
			p.a, p.lda = guard[float32](70*1024), 1024
			p.b, p.ldb = guard[float32](30*1024), 1024
			randomise(r, p.a.data)
			randomise(r, p.b.data)
			p.check(t)
		}
	})
}

func TestGemmNothingToMultiply(t *testing.T) {
	nan := math.NaN()
	onEachPath(t, func(t *testing.T) {
		c := []float32{1, 2, 3, 4}
		Gemm(false, false, 2, 2, 0, 1, nil, 0, nil, 2, 3, c, 2)
		require.Equal(t, []float32{3, 6, 9, 12}, c)
		Gemm(false, false, 2, 2, 5, 0, nil, 5, nil, 2, 1, c, 2)
		require.Equal(t, []float32{3, 6, 9, 12}, c)
		Gemm(true, true, 0, 2, 5, 1, nil, 0, nil, 0, 0, c, 2)
		Gemm(true, true, 2, 0, 5, 1, nil, 0, nil, 0, 0, c, 2)
		require.Equal(t, []float32{3, 6, 9, 12}, c)
		Gemm(false, false, 2, 2, 0, 1, nil, 0, nil, 2, 0, c, 2)
		require.Equal(t, []float32{0, 0, 0, 0}, c)

		c32 := []float32{float32(nan), float32(nan)}
		Gemm(false, false, 1, 2, 1, 1, []float32{2}, 1, []float32{3, 4}, 2, 0, c32, 2)
		require.Equal(t, []float32{6, 8}, c32, "β = 0 does not read C")
		c32[1] = float32(nan)
		Gemm(false, false, 1, 2, 0, 1, nil, 1, nil, 2, 0, c32, 2)
		require.Equal(t, []float32{0, 0}, c32, "β = 0 does not read C")
		c64 := []float64{nan, nan}
		Gemm(false, false, 1, 2, 1, 1, []float64{2}, 1, []float64{3, 4}, 2, 0, c64, 2)
		require.Equal(t, []float64{6, 8}, c64, "β = 0 does not read C")
	})
}

// A NaN or an infinity touches its own row and column only, also where rows are masked or repeated in a register.
func TestGemmSpecialValues(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for _, m := range []int{1, 3, 9} {
			const n, k = 21, 13
			r := seeded(4)
			a, b, c := random[float32](r, m*k), random[float32](r, k*n), make([]float32, m*n)
			b[(k-1)*n+4] = float32(math.Inf(1))
			b[2*n+7] = float32(math.NaN())
			Gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n)
			for i, v := range c {
				switch i % n {
				case 4:
					require.True(t, math.IsInf(float64(v), 0))
				case 7:
					require.True(t, v != v)
				default:
					require.False(t, math.IsInf(float64(v), 0) || v != v, "row %d column %d", i/n, i%n)
				}
			}
		}
	})
}

// A row alone, a column alone and the whole give the same bits: what lets callers split C.
func TestGemmBitsDoNotDependOnTheRest(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(5)
		for _, s := range [][3]int{{9, 70, 30}, {130, 40, 450}, {330, 33, 900}, {40, 100, 777}} {
			for flags := range 4 {
				if raceEnabled && flags%3 != 0 {
					continue
				}
				alpha, beta := factors[float32](r)
				p := newGemmCase(r, flags&1 == 1, flags&2 == 2, s[0], s[1], s[2], alpha, beta)
				old := append([]float32(nil), p.c.data...)
				p.run()
				again := append([]float32(nil), old...)
				Gemm(p.transA, p.transB, p.m, p.n, p.k, alpha, p.a.data, p.lda, p.b.data, p.ldb, beta, again, p.ldc)
				sameBits(t, p.c.data, again, "the same call twice", p)
				for i := 0; i < p.m; {
					rows := min(1+r.IntN(20)*r.IntN(3), p.m-i)
					a := p.a.data[min(i*p.lda, len(p.a.data)):]
					if p.transA {
						a = p.a.data[i:]
					}
					for j := 0; j < p.n; {
						cols := min(1+r.IntN(50), p.n-j)
						b := p.b.data[j:]
						if p.transB {
							b = p.b.data[j*p.ldb:]
						}
						Gemm(p.transA, p.transB, rows, cols, p.k, alpha, a, p.lda, b, p.ldb, beta, old[i*p.ldc+j:], p.ldc)
						j += cols
					}
					i += rows
				}
				sameBits(t, p.c.data, old, "in pieces", p)
			}
		}
	})
}

func TestGemmPathsAgree(t *testing.T) {
	paths := assembly()
	if len(paths) < 2 {
		t.Skip("one assembly path at most")
	}
	r := seeded(6)
	for range 60 {
		alpha, beta := factors[float32](r)
		p := newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, 1+r.IntN(60), 1+r.IntN(100), 1+r.IntN(500), alpha, beta)
		old := append([]float32(nil), p.c.data...)
		var results [][]float32
		for _, isa := range paths {
			restore, err := Use(isa)
			require.NoError(t, err)
			copy(p.c.data, old)
			p.run()
			results = append(results, append([]float32(nil), p.c.data...))
			restore()
		}
		sameBits(t, results[0], results[1], p)
	}
}

func TestGemmRefuses(t *testing.T) {
	s := func(n int) []float32 { return make([]float32, n) }
	for name, f := range map[string]func(){
		"negative size": func() { Gemm(false, false, -1, 2, 2, 1, s(4), 2, s(4), 2, 0, s(4), 2) },
		"short A":       func() { Gemm(false, false, 2, 2, 3, 1, s(5), 3, s(6), 2, 0, s(4), 2) },
		"short A'":      func() { Gemm(true, false, 2, 2, 3, 1, s(5), 2, s(6), 2, 0, s(4), 2) },
		"short B":       func() { Gemm(false, false, 2, 2, 3, 1, s(6), 3, s(5), 2, 0, s(4), 2) },
		"short B'":      func() { Gemm(false, true, 2, 2, 3, 1, s(6), 3, s(5), 3, 0, s(4), 2) },
		"short C":       func() { Gemm(false, false, 2, 2, 3, 1, s(6), 3, s(6), 2, 0, s(3), 2) },
		"row of A":      func() { Gemm(false, false, 2, 2, 3, 1, s(60), 2, s(6), 2, 0, s(4), 2) },
		"row of B":      func() { Gemm(false, true, 2, 2, 3, 1, s(6), 3, s(60), 2, 0, s(4), 2) },
		"row of C":      func() { Gemm(false, false, 2, 2, 3, 1, s(6), 3, s(6), 2, 0, s(40), 1) },
		"overflow":      func() { Gemm(false, false, 5, 2, 2, 1, s(60), math.MaxInt/2, s(6), 2, 0, s(40), 2) },
	} {
		require.Panics(t, f, name)
	}
	require.NotPanics(t, func() { Gemm(false, false, 1, 2, 3, 1, s(3), math.MaxInt, s(6), 2, 0, s(2), math.MaxInt) })
}

func TestGemmTakesNoMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("a pool forgets at random under the race detector")
	}
	onEachPath(t, func(t *testing.T) {
		a, b, c := make([]float32, 40*40), make([]float32, 40*40), make([]float32, 40*40)
		require.Less(t, testing.AllocsPerRun(200, func() {
			Gemm(false, true, 40, 40, 40, 0.5, a, 40, b, 40, 1, c, 40)
			Gemm(true, false, 1, 40, 40, 1, a, 40, b, 40, 0, c, 40)
		}), 1.0)
	})
}

func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(17), uint8(5), uint8(0), float32(1), float32(0))
	f.Add(uint64(2), uint8(14), uint8(33), uint8(50), uint8(3), float32(-2), float32(1))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k, flags uint8, alpha, beta float32) {
		if !(math.Abs(float64(alpha)) < 1e3 && math.Abs(float64(beta)) < 1e3) || alpha != 0 && math.Abs(float64(alpha)) < 1e-3 || beta != 0 && math.Abs(float64(beta)) < 1e-3 {
			t.Skip("the bound is for ordinary factors")
		}
		onEachPath(t, func(t *testing.T) {
			newGemmCase(seeded(seed), flags&1 != 0, flags&2 != 0, int(m), int(n), int(k), alpha, beta).check(t)
		})
	})
}
