package verso_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// fastBLAS installs the kernels for one test and returns them.
func fastBLAS(tb testing.TB) gorgonia.BLAS {
	tb.Cleanup(gonumBLAS)
	verso.UseFastBLAS()
	return gorgonia.WhichBLAS()
}

func gonumBLAS() {
	gorgonia.Use(gonum.Implementation{})
	blas32.Use(gonum.Implementation{})
}

const epsilon32 = 0x1p-23

// numbers returns n random numbers in [-1, 1).
func numbers(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = r.Float32()*2 - 1
	}
	return x
}

// strided returns a slice that holds n numbers, inc apart, and numbers between and after them that nobody may change.
func strided(r *rand.Rand, n, inc int) []float32 {
	return numbers(r, max(n-1, 0)*max(inc, -inc)+1+r.IntN(3))
}

func near(t *testing.T, want, got []float32, bound float64, message string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i], got[i], bound, "%s: number %d", message, i)
	}
}

func TestFastBLASIsUsed(t *testing.T) {
	fast := fastBLAS(t)
	require.NotEqual(t, gorgonia.BLAS(gonum.Implementation{}), fast)
	require.Equal(t, fast, tensor.WhichBLAS())
	require.Equal(t, blas32.Implementation(), blas.Float32(fast))
}

var (
	transposes = []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}
	someFactor = []float32{0, 1, 1, -1, 0.3, 2.5}
	someStride = []int{1, 1, 2, 3, -1, -2}
)

func TestFastBLASGemmEqualsGonums(t *testing.T) {
	fast, r := fastBLAS(t), rand.New(rand.NewPCG(1, 1))
	for range 300 {
		m, n, k := r.IntN(60), r.IntN(60), r.IntN(60)
		tA, tB := transposes[r.IntN(3)], transposes[r.IntN(3)]
		alpha, beta := someFactor[r.IntN(6)], someFactor[r.IntN(6)]
		ra, ca, rb, cb := m, k, k, n
		if tA != blas.NoTrans {
			ra, ca = k, m
		}
		if tB != blas.NoTrans {
			rb, cb = n, k
		}
		lda, ldb, ldc := max(ca, 1)+r.IntN(4), max(cb, 1)+r.IntN(4), max(n, 1)+r.IntN(4)
		a, b, got := numbers(r, ra*lda), numbers(r, rb*ldb), numbers(r, m*ldc)
		want := append([]float32(nil), got...)
		gonum.Implementation{}.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
		fast.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, got, ldc)
		size := math.Abs(float64(alpha))*float64(k) + math.Abs(float64(beta))
		near(t, want, got, 4*float64(k+2)*epsilon32*size, fmt.Sprint(string(tA), string(tB), m, n, k, alpha, beta))
	}
}

func TestFastBLASVectorsEqualGonums(t *testing.T) {
	fast, r := fastBLAS(t), rand.New(rand.NewPCG(2, 1))
	clone := func(s []float32) []float32 { return append([]float32(nil), s...) }
	for range 500 {
		n, alpha := r.IntN(300), someFactor[r.IntN(6)]
		incX, incY := someStride[r.IntN(6)], someStride[r.IntN(6)]
		x, y := strided(r, n, incX), strided(r, n, incY)
		both := func(f func(b blas.Float32, x, y []float32) float32) {
			t.Helper()
			gx, gy, wx, wy := clone(x), clone(y), clone(x), clone(y)
			what := fmt.Sprint(n, alpha, incX, incY)
			require.InDelta(t, f(gonum.Implementation{}, wx, wy), f(fast, gx, gy), 4*float64(n+2)*epsilon32*float64(n+2), what)
			near(t, wx, gx, 8*epsilon32, "x "+what)
			near(t, wy, gy, 8*epsilon32, "y "+what)
		}
		both(func(b blas.Float32, x, y []float32) float32 { return b.Sdot(n, x, incX, y, incY) })
		both(func(b blas.Float32, x, y []float32) float32 { b.Saxpy(n, alpha, x, incX, y, incY); return 0 })
		both(func(b blas.Float32, x, _ []float32) float32 { b.Sscal(n, alpha, x, incX); return 0 })
	}
}

// Gonum 0.17 is no reference for these two: with a stride below zero its Sger reads outside the vectors, and its transposed Sgemv with
// β = 0 clears numbers behind y.
func TestFastBLASGemvAndGer(t *testing.T) {
	fast, r := fastBLAS(t), rand.New(rand.NewPCG(5, 1))
	at := func(i, n, inc int) int { return i*inc + max(0, (1-n)*inc) }
	for range 500 {
		m, n := 1+r.IntN(70), 1+r.IntN(70)
		tA, lda := transposes[r.IntN(3)], n+r.IntN(4)
		alpha, beta := someFactor[r.IntN(6)], someFactor[r.IntN(6)]
		incX, incY := someStride[r.IntN(6)], someStride[r.IntN(6)]
		what := fmt.Sprint(string(tA), m, n, lda, alpha, incX, beta, incY)

		a, k, l := numbers(r, m*lda), m, n // op(A): l×k
		if tA == blas.NoTrans {
			k, l = n, m
		}
		x, y := strided(r, k, incX), strided(r, l, incY)
		want := append([]float32(nil), y...)
		for i := range l {
			sum := float64(beta) * float64(want[at(i, l, incY)])
			for q := range k {
				row, column := q, i
				if tA == blas.NoTrans {
					row, column = i, q
				}
				e := a[row*lda+column]
				sum += float64(alpha) * float64(e) * float64(x[at(q, k, incX)])
			}
			want[at(i, l, incY)] = float32(sum)
		}
		fast.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		size := math.Abs(float64(alpha))*float64(k) + math.Abs(float64(beta))
		near(t, want, y, 2*float64(k+2)*epsilon32*size, "Sgemv "+what)

		x, y = strided(r, m, incX), strided(r, n, incY)
		want = append([]float32(nil), a...)
		for i := range m {
			for j := range n {
				want[i*lda+j] += alpha * x[at(i, m, incX)] * y[at(j, n, incY)]
			}
		}
		fast.Sger(m, n, alpha, x, incX, y, incY, a, lda)
		near(t, want, a, 16*epsilon32, "Sger "+what)
	}
}

// With β = 0 the old numbers are not read, with α = 0 the factors are not.
func TestFastBLASDoesNotReadWhatItNeedNot(t *testing.T) {
	fast, nan := fastBLAS(t), float32(math.NaN())
	y := []float32{nan, 7, nan}
	fast.Sgemv(blas.NoTrans, 2, 2, 1, []float32{1, 2, 3, 4}, 2, []float32{1, 1}, 1, 0, y, 2)
	require.Equal(t, []float32{3, 7, 7}, y)
	fast.Saxpy(2, 0, []float32{nan, nan}, 1, y, 1)
	require.Equal(t, []float32{3, 7, 7}, y)
	x := []float32{nan, 1}
	fast.Sscal(2, 0, x, 1)
	require.Equal(t, []float32{0, 0}, x)
}

func TestFastBLASPanicsAsGonums(t *testing.T) {
	fast := fastBLAS(t)
	panicOf := func(f func()) (v any) {
		defer func() { v = recover() }()
		f()
		return nil
	}
	s := func(n int) []float32 { return make([]float32, n) }
	const no, yes = blas.NoTrans, blas.Trans
	for i, f := range []func(b blas.Float32){
		func(b blas.Float32) { b.Sgemm('x', no, 2, 2, 2, 1, s(4), 2, s(4), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(no, 'x', 2, 2, 2, 1, s(4), 2, s(4), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(no, no, -1, 2, 2, 1, s(4), 2, s(4), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(no, no, 2, -1, 2, 1, s(4), 2, s(4), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(no, no, 2, 2, -1, 1, s(4), 2, s(4), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(yes, no, 3, 2, 2, 1, s(9), 2, s(4), 2, 0, s(9), 2) },
		func(b blas.Float32) { b.Sgemm(no, yes, 2, 2, 3, 1, s(9), 3, s(9), 2, 0, s(9), 2) },
		func(b blas.Float32) { b.Sgemm(no, no, 2, 2, 2, 1, s(4), 2, s(4), 2, 0, s(4), 1) },
		func(b blas.Float32) { b.Sgemm(no, no, 2, 2, 2, 1, s(3), 2, s(4), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(no, no, 2, 2, 2, 1, s(4), 2, s(3), 2, 0, s(4), 2) },
		func(b blas.Float32) { b.Sgemm(no, no, 2, 2, 2, 1, s(4), 2, s(4), 2, 0, s(3), 2) },
		func(b blas.Float32) { b.Sgemv('x', 2, 2, 1, s(4), 2, s(2), 1, 0, s(2), 1) },
		func(b blas.Float32) { b.Sgemv(no, 2, 2, 1, s(4), 1, s(2), 1, 0, s(2), 1) },
		func(b blas.Float32) { b.Sgemv(no, 2, 2, 1, s(4), 2, s(2), 0, 0, s(2), 1) },
		func(b blas.Float32) { b.Sgemv(no, 2, 2, 1, s(4), 2, s(2), 2, 0, s(2), 1) },
		func(b blas.Float32) { b.Sgemv(yes, 2, 3, 1, s(6), 3, s(2), 1, 0, s(2), 1) },
		func(b blas.Float32) { b.Sger(2, 3, 1, s(2), 1, s(2), 1, s(6), 3) },
		func(b blas.Float32) { b.Sger(2, 3, 1, s(2), 1, s(3), 1, s(5), 3) },
		func(b blas.Float32) { b.Sdot(3, s(2), 1, s(3), 1) },
		func(b blas.Float32) { b.Sdot(-1, s(2), 1, s(3), 1) },
		func(b blas.Float32) { b.Sdot(2, s(2), 0, s(3), 1) },
		func(b blas.Float32) { b.Saxpy(3, 1, s(3), 1, s(2), 1) },
		func(b blas.Float32) { b.Saxpy(-3, 1, s(3), 1, s(2), 1) },
		func(b blas.Float32) { b.Sscal(3, 2, s(2), 1) },
		func(b blas.Float32) { b.Sscal(3, 2, s(3), 0) },
		func(b blas.Float32) { b.Sscal(-3, 2, s(3), 1) },
	} {
		want := panicOf(func() { f(gonum.Implementation{}) })
		require.NotNil(t, want, "case %d", i)
		require.Equal(t, want, panicOf(func() { f(fast) }), "case %d", i)
	}
}

// A program of Gorgonia's own operations, with its gradient, gives the same answer before and after.
func TestFastBLASInAGorgoniaProgram(t *testing.T) {
	run := func() (loss float32, gradient []float32) {
		r := rand.New(rand.NewPCG(3, 1))
		g := gorgonia.NewGraph()
		x := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(20, 30), gorgonia.WithValue(tensor.New(tensor.WithShape(20, 30), tensor.WithBacking(numbers(r, 600)))))
		w := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(30, 17), gorgonia.WithValue(tensor.New(tensor.WithShape(30, 17), tensor.WithBacking(numbers(r, 510)))))
		v := gorgonia.NewVector(g, tensor.Float32, gorgonia.WithShape(17), gorgonia.WithValue(tensor.New(tensor.WithShape(17), tensor.WithBacking(numbers(r, 17)))))
		h := gorgonia.Must(gorgonia.Tanh(gorgonia.Must(gorgonia.Mul(x, w)))) // (20, 17)
		y := gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Mul(h, v))))))
		_, err := gorgonia.Grad(y, w, v)
		require.NoError(t, err)
		m := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w, v))
		defer m.Close()
		require.NoError(t, m.RunAll())
		for _, n := range []*gorgonia.Node{w, v} {
			d, err := n.Grad()
			require.NoError(t, err)
			gradient = append(gradient, d.Data().([]float32)...)
		}
		return y.Value().Data().(float32), gradient
	}
	wantLoss, wantGradient := run()
	fastBLAS(t)
	loss, gradient := run()
	require.InEpsilon(t, wantLoss, loss, 1e-5)
	near(t, wantGradient, gradient, 1e-5, "gradient")
}

func ExampleUseFastBLAS() {
	verso.UseFastBLAS() // first of all in main
	a := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{1, 2, 3, 4, 5, 6}))
	b := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float32{1, 10, 100}))
	c, err := tensor.MatMul(a, b)
	fmt.Println(c.Data(), err)
	// Output: [321 654] <nil>
}

// BenchmarkFastBLAS measures products of tensors and of Gorgonia's Mul with Gonum's functions and with the kernels.
func BenchmarkFastBLAS(b *testing.B) {
	b.Cleanup(gonumBLAS)
	for _, s := range [][3]int{{64, 64, 64}, {32, 400, 300}, {512, 1024, 256}} {
		m, n, k := s[0], s[1], s[2]
		r := rand.New(rand.NewPCG(4, 1))
		x := tensor.New(tensor.WithShape(m, k), tensor.WithBacking(numbers(r, m*k)))
		y := tensor.New(tensor.WithShape(k, n), tensor.WithBacking(numbers(r, k*n)))
		z := tensor.New(tensor.WithShape(m, n), tensor.Of(tensor.Float32))
		for name, use := range map[string]func(){"gonum": gonumBLAS, "verso": verso.UseFastBLAS} {
			measure := func(what string, f func() error) {
				b.Run(fmt.Sprintf("%s/%dx%dx%d/%s", what, m, n, k, name), func(b *testing.B) {
					use()
					for b.Loop() {
						require.NoError(b, f())
					}
					b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
				})
			}
			measure("MatMul", func() error {
				_, err := tensor.MatMul(x, y, tensor.WithReuse(z))
				return err
			})
			g := gorgonia.NewGraph()
			gorgonia.Must(gorgonia.Mul(gorgonia.NodeFromAny(g, x), gorgonia.NodeFromAny(g, y)))
			machine := gorgonia.NewTapeMachine(g)
			measure("Mul", func() error {
				machine.Reset()
				return machine.RunAll()
			})
			require.NoError(b, machine.Close())
		}
	}
}
