package kernel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackedGivesTheBitsOfGemm(t *testing.T) {
	paths := Available()
	onEachPath(t, func(t *testing.T) {
		r := seeded(31)
		var packed Packed[float32]
		for i := range few(150) {
			alpha, beta := factors[float32](r)
			m, n, k := 1+r.IntN(40)*r.IntN(2), 1+r.IntN(150), 1+r.IntN(60)
			if i%10 == 0 {
				n, k = 600, 1+r.IntN(900) // several blocks
			}
			p := newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, m, n, k, alpha, beta)
			o, _ := randomOptions[float32](r, m, n, p.ldc)
			got := guard[float32](len(p.c.data))
			copy(got.data, p.c.data)
			GemmWith(o, p.transA, p.transB, m, n, k, alpha, p.a.data, p.lda, p.b.data, p.ldb, beta, p.c.data, p.ldc)
			packed.Pack(p.transB, k, n, p.b.data, p.ldb)
			p.b.check(t)
			GemmPacked(o, p.transA, m, alpha, p.a.data, p.lda, &packed, beta, got.data, p.ldc)
			sameBits(t, p.c.data, got.data, p)
			got.check(t)
			p.a.check(t)
		}
		// Packed on this path, read on another: right, with the bits of the one that multiplies.
		p := newGemmCase[float32](r, false, false, 9, 75, 300, 1, 0)
		packed.Pack(false, p.k, p.n, p.b.data, p.ldb)
		for _, other := range paths {
			restore, err := Use(other)
			require.NoError(t, err)
			for m := 1; m <= p.m; m++ {
				p.m = m
				p.run()
				got := make([]float32, len(p.c.data))
				copy(got, p.c.data)
				GemmPacked(Options[float32]{}, false, m, 1, p.a.data, p.lda, &packed, 0, got, p.ldc)
				sameBits(t, p.c.data, got, other, p)
			}
			restore()
		}
	})
}

func TestPackedFloat64(t *testing.T) {
	r := seeded(32)
	var packed Packed[float64]
	for range 20 {
		p := newGemmCase[float64](r, r.IntN(2) == 1, r.IntN(2) == 1, 1+r.IntN(20), 1+r.IntN(20), 1+r.IntN(20), 1.5, 0.5)
		got := append([]float64(nil), p.c.data...)
		p.run()
		packed.Pack(p.transB, p.k, p.n, p.b.data, p.ldb)
		clear(p.b.data) // a copy
		GemmPacked(Options[float64]{}, p.transA, p.m, 1.5, p.a.data, p.lda, &packed, 0.5, got, p.ldc)
		require.Equal(t, p.c.data, got, p)
	}
}

func TestPackedKeepsItsMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("a pool forgets at random under the race detector")
	}
	onEachPath(t, func(t *testing.T) {
		var packed Packed[float32]
		b, c := make([]float32, 70*50), make([]float32, 3*70)
		packed.Pack(false, 50, 70, b, 70)
		require.Less(t, testing.AllocsPerRun(100, func() {
			packed.Pack(true, 50, 70, b, 50)
			packed.Pack(false, 20, 30, b, 70)
			GemmPacked(Options[float32]{Bias: b[:30], Activation: ActivationTanh}, false, 3, 1, b, 20, &packed, 1, c, 70)
		}), 1.0)
		k, n := packed.Dims()
		require.Equal(t, []int{20, 30}, []int{k, n})
	})
}

func TestPackedOfNothing(t *testing.T) {
	c := []float32{1, 2}
	var packed Packed[float32]
	GemmPacked(Options[float32]{}, false, 3, 1, nil, 0, &packed, 0, c, 1) // no columns
	require.Equal(t, []float32{1, 2}, c)
	packed.Pack(false, 0, 2, nil, 2)
	GemmPacked(Options[float32]{}, false, 1, 1, nil, 0, &packed, 3, c, 2) // no sum
	require.Equal(t, []float32{3, 6}, c)
	packed.Pack(true, 2, 0, nil, 2)
	GemmPacked(Options[float32]{}, false, 1, 1, c, 2, &packed, 0, c, 2)
	packed.Pack(false, 2, 2, []float32{1, 0, 0, 1}, 2)
	GemmPacked(Options[float32]{}, false, 1, 0, nil, 2, &packed, 2, c, 2) // α = 0
	require.Equal(t, []float32{6, 12}, c)
}

func TestPackedRefuses(t *testing.T) {
	x := make([]float32, 12)
	var packed Packed[float32]
	require.Panics(t, func() { packed.Pack(false, -1, 2, x, 2) })
	require.Panics(t, func() { packed.Pack(false, 4, 4, x, 4) })
	require.Panics(t, func() { packed.Pack(true, 4, 3, x, 3) })
	packed.Pack(false, 4, 3, x, 3)
	plain := Options[float32]{}
	require.Panics(t, func() { GemmPacked(plain, false, -1, 1, x, 4, &packed, 0, x, 3) })
	require.Panics(t, func() { GemmPacked(plain, false, 4, 1, x, 4, &packed, 0, make([]float32, 12), 3) })
	require.Panics(t, func() { GemmPacked(plain, true, 4, 1, x, 3, &packed, 0, make([]float32, 12), 3) })
	require.Panics(t, func() { GemmPacked(plain, false, 3, 1, x, 4, &packed, 0, make([]float32, 8), 3) })
	require.Panics(t, func() {
		GemmPacked(Options[float32]{Bias: x[:4]}, false, 3, 1, x, 4, &packed, 0, make([]float32, 9), 3)
	})
}

func TestGemmBatchIsALoop(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		r := seeded(33)
		for range few(60) {
			alpha, beta := factors[float32](r)
			count := r.IntN(6)
			transA, transB := r.IntN(2) == 1, r.IntN(2) == 1
			m, n, k := 1+r.IntN(20), 1+r.IntN(40), r.IntN(30)
			ra, ca, rb, cb := m, k, k, n
			if transA {
				ra, ca = k, m
			}
			if transB {
				rb, cb = n, k
			}
			operand := func(rows, cols int, shared bool) (guarded[float32], int, int) {
				ld := cols + r.IntN(3)
				size := max(0, rows-1)*ld + cols
				stride := size + r.IntN(5)
				if shared {
					stride = 0
				}
				g := guard[float32](max(0, count-1)*stride + size)
				randomise(r, g.data)
				return g, ld, stride
			}
			a, lda, strideA := operand(ra, ca, r.IntN(4) == 0)
			b, ldb, strideB := operand(rb, cb, r.IntN(4) == 0)
			c, ldc, strideC := operand(m, n, false)
			o, _ := randomOptions[float32](r, m, n, ldc)
			if o.Add != nil {
				o.Add = random[float32](r, len(c.data))
			}
			want := append([]float32(nil), c.data...)
			for i := range count {
				one := o
				if o.Add != nil {
					one.Add = o.Add[i*strideC:]
				}
				GemmWith(one, transA, transB, m, n, k, alpha, a.data[i*strideA:], lda, b.data[i*strideB:], ldb, beta, want[i*strideC:], ldc)
			}
			GemmBatch(o, transA, transB, count, m, n, k, alpha, a.data, lda, strideA, b.data, ldb, strideB, beta, c.data, ldc, strideC)
			sameBits(t, want, c.data, fmt.Sprint(count, transA, transB, m, n, k))
			a.check(t)
			b.check(t)
			c.check(t)
		}
	})
}

func TestGemmBatchRefuses(t *testing.T) {
	x := make([]float32, 24)
	batch := func(count, strideA, strideB, strideC int, c []float32) func() {
		return func() {
			GemmBatch(Options[float32]{}, false, false, count, 2, 3, 2, 1, x, 2, strideA, x, 3, strideB, 0, c, 3, strideC)
		}
	}
	y := make([]float32, 24)
	require.NotPanics(t, batch(4, 4, 6, 6, y))
	require.NotPanics(t, batch(0, 4, 6, 6, nil))
	require.Panics(t, batch(-1, 4, 6, 6, y), "negative count")
	require.Panics(t, batch(4, 7, 6, 6, y), "short A")
	require.Panics(t, batch(4, 4, 7, 6, y), "short B")
	require.Panics(t, batch(4, 4, 6, 7, y), "short C")
	require.Panics(t, batch(4, 4, 6, 5, y), "overlapping C")
	require.Panics(t, batch(4, -4, 6, 6, y), "negative stride")
}
