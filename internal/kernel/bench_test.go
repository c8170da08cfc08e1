package kernel

import (
	"fmt"
	"runtime"
	"testing"
)

// gemmShapes are the products of the benchmarks: cubes, layers and attention, count at a time.
var gemmShapes = []struct{ count, m, n, k int }{
	{1, 16, 16, 16}, {1, 32, 32, 32}, {1, 64, 64, 64}, {1, 128, 128, 128}, {1, 256, 256, 256}, {1, 512, 512, 512}, {1, 1024, 1024, 1024},
	{1, 32, 400, 300}, {1, 512, 1024, 256}, {1, 4096, 100, 300}, {1, 1, 1024, 256}, {1, 4, 1024, 256}, {256, 64, 64, 32}, {256, 64, 32, 64},
}

// BenchmarkGemm measures every path on one goroutine, and the best on two: NN, NT and TN, and P with a packed B.
func BenchmarkGemm(b *testing.B) {
	r := seeded(1)
	for _, s := range gemmShapes {
		x, y, z := random[float32](r, s.count*s.m*s.k), random[float32](r, s.count*s.k*s.n), make([]float32, s.count*s.m*s.n)
		run := func(isa ISA, workers int, kind string) {
			b.Run(fmt.Sprintf("%s-%dx%dx%dx%d/%v/%d", kind, s.count, s.m, s.n, s.k, isa, workers), func(b *testing.B) {
				restore, err := Use(isa)
				if err != nil {
					b.Fatal(err)
				}
				defer restore()
				o := Options[float32]{Workers: workers}
				transA, transB, lda, ldb := kind == "TN", kind == "NT", s.k, s.n
				if transA {
					lda = s.m
				}
				if transB {
					ldb = s.k
				}
				var packed Packed[float32]
				if kind == "P" {
					packed.Pack(false, s.k, s.n, y, ldb)
				}
				for b.Loop() {
					if kind == "P" {
						GemmPacked(o, false, s.m, 1, x, lda, &packed, 0, z, s.n)
					} else {
						GemmBatch(o, transA, transB, s.count, s.m, s.n, s.k, 1, x, lda, s.m*s.k, y, ldb, s.k*s.n, 0, z, s.n, s.m*s.n)
					}
				}
				b.ReportMetric(2*float64(s.count*s.m*s.n*s.k)*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
			})
		}
		kinds := []string{"NN", "NT", "TN", "P"}
		if s.count > 1 {
			kinds = kinds[:3]
		}
		best := Available()[len(Available())-1]
		for _, kind := range kinds {
			for _, isa := range Available() {
				run(isa, 1, kind)
			}
			if runtime.GOMAXPROCS(0) > 1 {
				run(best, 2, kind)
			}
		}
	}
}

// BenchmarkEpilogue measures what bias and activation add to a layer of 300 and 400 units.
func BenchmarkEpilogue(b *testing.B) {
	const m, n, k = 32, 400, 300
	r := seeded(2)
	x, y, z, bias := random[float32](r, m*k), random[float32](r, k*n), make([]float32, m*n), random[float32](r, n)
	for _, c := range []struct {
		name string
		o    Options[float32]
	}{
		{"none", Options[float32]{}}, {"bias", Options[float32]{Bias: bias}}, {"bias+ReLU", Options[float32]{Bias: bias, Activation: ActivationReLU}},
		{"bias+tanh", Options[float32]{Bias: bias, Activation: ActivationTanh}}, {"bias+GELU", Options[float32]{Bias: bias, Activation: ActivationGeluErf}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				GemmWith(c.o, false, false, m, n, k, 1, x, k, y, n, 0, z, n)
			}
		})
	}
}
