package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// BenchmarkAgainstGo measures functions over 1 Mi numbers by each path beside a loop over package math, by turns in one run, and reports the
// quickest of each and their ratio, which other work on the machine disturbs least.
func BenchmarkAgainstGo(b *testing.B) {
	const n = 1 << 20
	x, y := make([]float32, n), make([]float32, n)
	r := seeded(1)
	for i := range x {
		x[i] = float32(3 * r.NormFloat64())
	}
	loop := func(f func(float64) float64) func() {
		return func() {
			for i, v := range x {
				y[i] = float32(f(float64(v)))
			}
		}
	}
	for _, f := range []struct {
		name   string
		kernel func(dst, src []float32)
		loop   func()
	}{
		{"exp", Exp[float32], func() {
			for i, v := range x {
				y[i] = float32(math.Exp(float64(v)))
			}
		}},
		{"tanh", Tanh[float32], func() {
			for i, v := range x {
				y[i] = float32(math.Tanh(float64(v)))
			}
		}},
		{"sigmoid", Sigmoid[float32], func() {
			for i, v := range x {
				y[i] = float32(1 / (1 + math.Exp(-float64(v))))
			}
		}},
		{"gelu erf", GeluErf[float32], func() {
			for i, v := range x {
				y[i] = float32(0.5 * float64(v) * (1 + math.Erf(float64(v)/math.Sqrt2)))
			}
		}},
		{"gelu tanh", GeluTanh[float32], func() {
			for i, v := range x {
				u := float64(v)
				y[i] = float32(0.5 * u * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(u+0.044715*u*u*u))))
			}
		}},
		{"silu", SiLU[float32], func() {
			for i, v := range x {
				y[i] = v / float32(1+math.Exp(-float64(v)))
			}
		}},
		{"log", Log[float32], loop(math.Log)},
		{"expm1", Expm1[float32], loop(math.Expm1)},
		{"log1p", Log1p[float32], loop(math.Log1p)},
		{"softplus", Softplus[float32], loop(func(v float64) float64 { return math.Log1p(math.Exp(v)) })},
		{"gelu erf gradient", func(d, s []float32) { GeluErfGrad(d, s, s) }, loop(func(v float64) float64 {
			return v * (0.5*(1+math.Erf(v/math.Sqrt2)) + v*math.Exp(-0.5*v*v)/math.Sqrt(2*math.Pi))
		})},
	} {
		for _, isa := range assembly() {
			b.Run(fmt.Sprintf("%s/%v", f.name, isa), func(b *testing.B) {
				restore, err := Use(isa)
				if err != nil {
					b.Fatal(err)
				}
				defer restore()
				var fast, slow []float64
				clock := func(f func()) float64 {
					begin := time.Now()
					f()
					return float64(time.Since(begin).Nanoseconds()) / n
				}
				for b.Loop() {
					slow = append(slow, clock(f.loop))
					for range 4 {
						fast = append(fast, clock(func() { f.kernel(y, x) }))
					}
				}
				b.ReportMetric(slices.Min(fast), "ns/element")
				b.ReportMetric(slices.Min(slow), "ns/element-Go")
				b.ReportMetric(slices.Min(slow)/slices.Min(fast), "times-Go")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkVectorFunctions has operands that stay in the second-level cache.
func BenchmarkVectorFunctions(b *testing.B) {
	r := seeded(1)
	const n = 1 << 14
	x, y, z := random[float32](r, n), random[float32](r, n), random[float32](r, n)
	small := make([]float32, n)
	at := make([]int32, 100)
	rows := make([]int, 50)
	for i := range rows {
		rows[i] = r.IntN(54)
	}
	halves := make([]uint16, n)
	table := random[float32](r, 10_000*300)
	into := make([]Match[float32], 0, 10)
	run := func(name string, n int, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(n), "ns/element")
		})
	}
	for _, f := range elementwise {
		run(f.name, n, func() { f.f32(y, x) })
	}
	for _, g := range derivatives {
		run(g.name+" gradient", n, func() { g.f32(y, x, z) })
	}
	run("dot", n, func() { Dot(x, y) })
	run("dot of 300", 300, func() { Dot(x[:300], y[:300]) })
	run("sum", n, func() { Sum(x) })
	run("max", n, func() { Max(x) })
	run("sum of squares", n, func() { SumSquares(x) })
	run("axpy", n, func() { Axpy(1e-9, x, z) })
	run("axpy of 300", 300, func() { Axpy(1e-9, x[:300], z[:300]) })
	run("add", n, func() { Add(y, x, z) })
	run("mul", n, func() { Mul(y, x, z) })
	run("scale", n, func() { Scale(1, z) })
	run("gather 50 rows of 300", 50*300, func() { Gather(y[:50*300], 300, table, rows) })
	run("scatter-add 50 rows of 300", 50*300, func() { ScatterAdd(table, 300, small[:50*300], rows) })
	run("add bias 64x256", n, func() { AddBias(64, 256, x[:256], y) })
	run("sum rows 64x256", n, func() { SumRows(64, 256, x, y[:256], false) })
	run("softmax 64x64", 4096, func() { SoftmaxRows(64, 64, y[:4096], x[:4096]) })
	run("softmax 16x1024", n, func() { SoftmaxRows(16, 1024, y, x) })
	run("log softmax 16x1024", n, func() { LogSoftmaxRows(16, 1024, y, x) })
	run("softmax gradient 64x64", 4096, func() { SoftmaxRowsGrad(64, 64, y[:4096], x[:4096], z[:4096]) })
	run("log softmax gradient 64x64", 4096, func() { LogSoftmaxRowsGrad(64, 64, y[:4096], x[:4096], z[:4096]) })
	run("layer norm 64x256", n, func() { LayerNormRows(64, 256, 1e-5, x[:256], z[:256], x, y, small[:64], small[64:128]) })
	run("layer norm gradient 64x256", n, func() {
		LayerNormRowsGrad(64, 256, x[:256], x, small[:64], small[64:128], z, y, small[256:512], small[512:768])
	})
	run("LSTM step 16x256", 16*256, func() { copy(y, x); LSTMStep(16, 256, y, x[:4096], z[:4096], small[:4096], small[4096:8192]) })
	run("LSTM step gradient 16x256", 16*256, func() {
		copy(y, x)
		LSTMStepGrad(16, 256, y, x[:4096], z[:4096], x[:4096], small[:4096])
	})
	run("GRU step 16x256", 16*256, func() { copy(y[:12288], x); GRUStep(16, 256, y[:12288], x[:12288], x[:4096], small[:4096]) })
	run("GRU step gradient 16x256", 16*256, func() {
		copy(y[:12288], x)
		copy(z[:12288], x)
		GRUStepGrad(16, 256, y[:12288], z[:12288], x[:4096], small[:4096])
	})
	for name, step := range updates[float32]() {
		w, g, a, v := random[float32](r, n), random[float32](r, n), make([]float32, n), make([]float32, n)
		run(name+" step", n, func() { step(w, g, a, v) })
	}
	run("float16", n, func() { Float16ToFloat32(y, halves) })
	run("bfloat16", n, func() { BFloat16ToFloat32(y, halves) })
	run("window max 56x100x4", 53*4*100, func() { WindowMax(56, 4, 0, table, 1200, small[:100], at) })
	run("add 50 rows of 300", 50*300, func() { AddRows(small[:300], x[:50], rows, table) })
	run("top 10 of 10000x300", 10_000, func() { TopK(10, x[:300], table, into) })
}
