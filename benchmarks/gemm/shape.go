package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed6481993f/verso/benchmarks/internal/side"
	"github.com/seed6481993f/verso/internal/kernel"
)

// shape is a batch of products C = op(A)·op(B).
type shape struct {
	batch          int
	transA, transB bool
	m, n, k        int
	vector         bool // against OpenBLAS's matrix-vector function
}

func shapes() (all []shape) {
	sizes := [][3]int{{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {32, 400, 300}, {512, 1024, 256}, {4096, 100, 300}}
	for _, t := range [][2]bool{{false, false}, {false, true}, {true, false}} {
		for _, s := range sizes {
			all = append(all, shape{1, t[0], t[1], s[0], s[1], s[2], false})
		}
	}
	return append(all,
		shape{256, false, true, 64, 64, 32, false}, shape{256, false, false, 64, 32, 64, false},
		shape{1, false, false, 1, 1024, 256, false}, shape{1, false, true, 1, 1024, 256, false},
		shape{1, false, false, 1, 1024, 256, true}, shape{1, false, true, 1, 1024, 256, true})
}

func (s shape) String() string {
	flag := map[bool]string{false: "N", true: "T"}
	name := fmt.Sprintf("%s%s %dx%dx%d", flag[s.transA], flag[s.transB], s.m, s.n, s.k)
	if s.batch > 1 {
		name += fmt.Sprintf(" x%d", s.batch)
	}
	if s.vector {
		name += " (sgemv)"
	}
	return name
}

// groups are those whose geometric means it counts for.
func (s shape) groups() []string {
	switch {
	case s.vector:
		return []string{"one row, sgemv"}
	case s.batch > 1 || s.m == 1:
		return []string{"batched, one row", "all but sgemv"}
	}
	return []string{s.String()[:2], "all but sgemv"}
}

func (s shape) strides() (lda, ldb int) {
	lda, ldb = s.k, s.n
	if s.transA {
		lda = s.m
	}
	if s.transB {
		ldb = s.k
	}
	return lda, ldb
}

func (s shape) operations() float64 { return 2 * float64(s.batch*s.m) * float64(s.n) * float64(s.k) }

func (s shape) ours(workers int, a, b, c []float32) {
	lda, ldb := s.strides()
	kernel.GemmBatch(kernel.Options[float32]{Workers: workers}, s.transA, s.transB, s.batch, s.m, s.n, s.k, 1, a, lda, s.m*s.k, b, ldb, s.k*s.n, 0, c, s.n, s.m*s.n)
}

func (s shape) operands() (a, b, c []float32) {
	r := rand.New(rand.NewPCG(1, 1))
	return random(r, s.batch*s.m*s.k), random(r, s.batch*s.k*s.n), make([]float32, s.batch*s.m*s.n)
}

// measure returns the median rates of both sides in GFLOP/s and the median ratio.
func (s shape) measure(turns int, length time.Duration) (ours, theirs, ratio float64) {
	a, b, c := s.operands()
	d := make([]float32, len(c))
	other := s.openBLAS
	if s.vector {
		other = s.openBLASVector
	}
	s.ours(1, a, b, c)
	other(a, b, d)
	for i := range c {
		if math.Abs(float64(c[i]-d[i])) > 1e-5*float64(s.k) {
			log.Fatalf("%v: element %d is %v here, %v in OpenBLAS", s, i, c[i], d[i])
		}
	}
	var x, y, q []float64
	for range turns {
		u := s.rate(length, used, func() { s.ours(1, a, b, c) })
		v := s.rate(length, used, func() { other(a, b, d) })
		x, y, q = append(x, u), append(y, v), append(q, u/v)
	}
	return side.Median(x), side.Median(y), side.Median(q)
}

// rate runs f for about as long as said on the given clock.
func (s shape) rate(length time.Duration, clock func() time.Duration, f func()) float64 {
	f()
	for times := 1; ; {
		begin := clock()
		for range times {
			f()
		}
		took := clock() - begin
		if took >= length*3/4 {
			return s.operations() * float64(times) / took.Seconds() * 1e-9
		}
		times = max(times+1, int(float64(times)*min(20, float64(length)/float64(max(took, 1)))))
	}
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = r.Float32()*2 - 1
	}
	return x
}

// used is the processor time of this process so far.
func used() time.Duration {
	t, err := side.Used()
	if err != nil {
		log.Fatal(err)
	}
	return t
}
