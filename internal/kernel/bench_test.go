package kernel

import (
	"fmt"
	"testing"
)

func BenchmarkGemm(b *testing.B) {
	for _, s := range []struct {
		transA, transB bool
		m, n, k        int
	}{
		{false, false, 64, 64, 64}, {false, false, 256, 256, 256}, {false, false, 512, 512, 512}, {false, false, 1024, 1024, 1024},
		{false, false, 32, 400, 300}, {false, true, 32, 400, 300}, {true, false, 400, 300, 32},
		{false, false, 512, 1024, 256}, {false, true, 512, 1024, 256}, {true, false, 1024, 256, 512},
		{false, false, 4096, 100, 300}, {false, false, 4, 1024, 256}, {false, false, 1, 1024, 256}, {false, true, 1, 1024, 256},
		{false, true, 64, 64, 32}, {false, false, 64, 32, 64},
	} {
		flag := map[bool]string{false: "N", true: "T"}
		b.Run(fmt.Sprintf("%s%s-%dx%dx%d", flag[s.transA], flag[s.transB], s.m, s.n, s.k), func(b *testing.B) {
			r := seeded(1)
			x, y, z := random[float32](r, s.m*s.k), random[float32](r, s.k*s.n), make([]float32, s.m*s.n)
			lda, ldb := s.k, s.n
			if s.transA {
				lda = s.m
			}
			if s.transB {
				ldb = s.k
			}
			for b.Loop() {
				Gemm(s.transA, s.transB, s.m, s.n, s.k, 1, x, lda, y, ldb, 0, z, s.n)
			}
			b.ReportMetric(2*float64(s.m*s.n*s.k)*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
		})
	}
}
