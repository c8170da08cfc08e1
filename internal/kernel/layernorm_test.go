package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLayerNorm(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testLayerNorm[float32](t, 2e-6, 3e-5)
		testLayerNorm[float64](t, 1e-12, 1e-7)
	})
}

// normAlone is the definition, in float64.
func normAlone(x, gamma, beta []float64, eps float64) []float64 {
	n := float64(len(x))
	var mean, variance float64
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	y := make([]float64, len(x))
	for j, v := range x {
		y[j] = (v-mean)/math.Sqrt(variance+eps)*gamma[j] + beta[j]
	}
	return y
}

func testLayerNorm[T Float](t *testing.T, eps, slopeEps float64) {
	const rows, e = 2, 1e-5
	for _, cols := range []int{1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 70, 1023, 1025, 2500} {
		x, dy := guardedRandom[T](1, rows*cols), guardedRandom[T](2, rows*cols)
		gamma, beta := guardedRandom[T](3, cols), guardedRandom[T](4, cols)
		for i := range cols { // a row far from 0
			x.data[i] += 100
		}
		y, mean, rstd := guard[T](rows*cols), guard[T](rows), guard[T](rows)
		LayerNormRows(rows, cols, e, gamma.data, beta.data, x.data, y.data, mean.data, rstd.data)
		dx, dg, db := guard[T](rows*cols), guard[T](cols), guard[T](cols)
		for j := range cols {
			dg.data[j], db.data[j] = 1, 2
		}
		LayerNormRowsGrad(rows, cols, gamma.data, x.data, mean.data, rstd.data, dy.data, dx.data, dg.data, db.data)
		wantG, wantB := make([]float64, cols), make([]float64, cols)
		for j := range cols {
			wantG[j], wantB[j] = 1, 2
		}
		for i := range rows {
			row, g, b, d := wide(x.data[i*cols:(i+1)*cols]), wide(gamma.data), wide(beta.data), wide(dy.data[i*cols:(i+1)*cols])
			scale := 1.0
			if i == 0 {
				scale = 100 // the mean's rounding counts
			}
			near(t, normAlone(row, g, b, e), y.data[i*cols:(i+1)*cols], scale*eps*(1+math.Abs(float64(rstd.data[i]))), cols)
			ones, noughts := make([]float64, cols), make([]float64, cols)
			for j := range ones {
				ones[j] = 1
			}
			for j, v := range normAlone(row, ones, noughts, e) {
				wantG[j] += d[j] * v
				wantB[j] += d[j]
			}
			for j := 0; j < cols; j += 1 + cols/9 {
				loss := func(by float64) (s float64) {
					moved := append([]float64(nil), row...)
					moved[j] += by
					for k, v := range normAlone(moved, g, b, e) {
						s += v * d[k]
					}
					return s
				}
				const step = 1e-4
				near(t, []float64{(loss(step) - loss(-step)) / (2 * step)}, dx.data[i*cols+j:i*cols+j+1], scale*slopeEps*(1+math.Abs(float64(rstd.data[i]))), cols)
			}
		}
		near(t, wantG, dg.data, 100*eps*(1+math.Abs(float64(rstd.data[0]))), cols)
		near(t, wantB, db.data, 100*eps, cols)

		// without scale and shift, in place
		plain, one := append([]T(nil), x.data...), make([]T, cols)
		for j := range one {
			one[j] = 1
		}
		LayerNormRows(rows, cols, e, nil, nil, plain, plain, mean.data, rstd.data)
		LayerNormRows(rows, cols, e, one, make([]T, cols), x.data, y.data, mean.data, rstd.data)
		require.Equal(t, y.data, plain)
		LayerNormRowsGrad(rows, cols, one, x.data, mean.data, rstd.data, dy.data, dx.data, dg.data, db.data)
		LayerNormRowsGrad(rows, cols, nil, x.data, mean.data, rstd.data, dy.data, dy.data, nil, nil)
		require.Equal(t, dx.data, dy.data)
		for _, g := range []guarded[T]{x, dy, gamma, beta, y, mean, rstd, dx, dg, db} {
			g.check(t)
		}
	}
	LayerNormRows(3, 0, 1, nil, nil, nil, nil, make([]T, 3), make([]T, 3))
	z := make([]T, 6)
	require.Panics(t, func() { LayerNormRows(2, 3, 0, z[:2], nil, z, z, z[:2], z[:2]) })
	require.Panics(t, func() { LayerNormRows(2, 3, 0, nil, nil, z, z, z[:1], z[:2]) })
	require.Panics(t, func() { LayerNormRowsGrad(2, 3, nil, z, z[:2], z[:2], z, z[:5], nil, nil) })
	require.Panics(t, func() { LayerNormRowsGrad(2, 3, nil, z, z[:2], z[:2], z, z, z[:2], nil) })
}

func TestSoftmaxGradients(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testSoftmaxGradients[float32](t, 2e-6)
		testSoftmaxGradients[float64](t, 1e-14)
	})
}

func testSoftmaxGradients[T Float](t *testing.T, eps float64) {
	const rows = 3
	for cols := range 71 {
		x, dy := guardedRandom[T](1, rows*cols), guardedRandom[T](2, rows*cols)
		y, dx := guard[T](rows*cols), guard[T](rows*cols)
		for i, logarithm := range []bool{false, true} {
			if logarithm {
				LogSoftmaxRows(rows, cols, y.data, x.data)
				LogSoftmaxRowsGrad(rows, cols, dx.data, y.data, dy.data)
			} else {
				SoftmaxRows(rows, cols, y.data, x.data)
				SoftmaxRowsGrad(rows, cols, dx.data, y.data, dy.data)
			}
			for r := range rows {
				p, d := wide(y.data[r*cols:(r+1)*cols]), wide(dy.data[r*cols:(r+1)*cols])
				var dot, sum float64
				for j := range p {
					dot += p[j] * d[j]
					sum += d[j]
				}
				want := make([]float64, cols)
				for j := range want {
					want[j] = p[j] * (d[j] - dot)
					if logarithm {
						want[j] = d[j] - math.Exp(p[j])*sum
					}
				}
				near(t, want, dx.data[r*cols:(r+1)*cols], eps*math.Sqrt(float64(cols)), cols, i)
			}
			if !logarithm { // dx may be y
				SoftmaxRowsGrad(rows, cols, y.data, y.data, dy.data)
				require.Equal(t, dx.data, y.data)
			}
		}
		for _, g := range []guarded[T]{x, dy, y, dx} {
			g.check(t)
		}
	}
	z := make([]T, 6)
	require.Panics(t, func() { SoftmaxRowsGrad(2, 3, z, z, z[:5]) })
	require.Panics(t, func() { LogSoftmaxRowsGrad(2, 3, z[:5], z, z) })
}
