package kernel

import (
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// randomSteps draws steps of different targets; every third word of many targets goes on in the next step.
func randomSteps(r *rand.Rand, n, rows, targets int) []SGNSStep {
	steps := make([]SGNSStep, n)
	more := false
	for i := range steps {
		s := &steps[i]
		s.Count = uint8(1 + r.IntN(min(SGNSTargets, targets)))
		s.In = int32(r.IntN(rows))
		s.First = !more
		if more {
			s.In = steps[i-1].In
		}
		more = i+1 < n && r.IntN(3) == 0
		s.Last = !more
		for j, row := range r.Perm(targets)[:s.Count] {
			s.Out[j], s.Labels[j] = int32(row), float32(r.IntN(2))
		}
	}
	return steps
}

func TestSGNSLayout(t *testing.T) {
	var s SGNSStep
	require.EqualValues(t, 64, unsafe.Sizeof(s))
	require.EqualValues(t, 24, unsafe.Offsetof(s.In))
	require.EqualValues(t, 28, unsafe.Offsetof(s.Count))
	require.EqualValues(t, 29, unsafe.Offsetof(s.First))
	require.EqualValues(t, 30, unsafe.Offsetof(s.Last))
	require.EqualValues(t, 32, unsafe.Offsetof(s.Labels))
}

func TestSGNSAgainstFloat64(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for _, dim := range []int{1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 33, 48, 100, 112, 300} {
			r := seeded(uint64(dim))
			const rows, targets = 5, 9
			in, out, e := random[float32](r, rows*dim), random[float32](r, targets*dim), guard[float32](dim)
			in64, out64, e64 := widen(in), widen(out), make([]float64, dim)
			steps := randomSteps(r, 150, rows, targets)
			SGNS(dim, in, out, e.data, steps, 0.05)
			SGNS(dim, in64, out64, e64, steps, 0.05)
			e.check(t)
			require.InDeltaSlice(t, in64, widen(in), 2e-5, dim)
			require.InDeltaSlice(t, out64, widen(out), 2e-5, dim)
		}
	})
}

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// Padding a row with zeros changes nothing, and both widths of amd64 give the same bits.
func TestSGNSBits(t *testing.T) {
	var first []float32
	for _, isa := range Available() {
		if isa == Generic {
			continue
		}
		restore, err := Use(isa)
		require.NoError(t, err)
		for _, stride := range []int{100, 112} {
			r := seeded(3)
			spread := func(rows int) []float32 {
				x := make([]float32, rows*stride)
				for i := range rows {
					randomise(r, x[i*stride:][:100])
				}
				return x
			}
			in, out := spread(20), spread(50)
			SGNS(stride, in, out, make([]float32, stride), randomSteps(r, 200, 20, 50), 0.1)
			var got []float32
			for _, table := range [][]float32{in, out} {
				for row := range slices.Chunk(table, stride) {
					got = append(got, row[:100]...)
				}
			}
			if first == nil {
				first = got
			}
			sameBits(t, first, got, isa, stride)
		}
		restore()
	}
}

func TestSGNSRefusesRowsOutside(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for name, spoil := range map[string]func(s *SGNSStep){
			"target":       func(s *SGNSStep) { s.Out[2] = 9 },
			"negative":     func(s *SGNSStep) { s.Out[5] = -1 },
			"input":        func(s *SGNSStep) { s.In = 4 },
			"below":        func(s *SGNSStep) { s.In = -2 },
			"no targets":   func(s *SGNSStep) { s.Count = 0 },
			"many targets": func(s *SGNSStep) { s.Count = 7 },
		} {
			r := seeded(1)
			in, out, e := random[float32](r, 4*10), random[float32](r, 9*10), make([]float32, 10)
			steps := randomSteps(r, 100, 4, 9)
			for _, at := range []int{0, 1, 63, 64, 99} {
				broken := slices.Clone(steps)
				spoil(&broken[at])
				a, b, x, y := slices.Clone(in), slices.Clone(in), slices.Clone(out), slices.Clone(out)
				require.Panics(t, func() { SGNS(10, a, x, e, broken, 0.1) }, "%s at %d", name, at)
				SGNS(10, b, y, e, steps[:at], 0.1)
				require.Equal(t, b, a, "%s at %d: the steps before are done", name, at)
				require.Equal(t, y, x)
			}
		}
		require.Panics(t, func() { SGNS(10, nil, make([]float32, 10), make([]float32, 10), []SGNSStep{{Count: 1}}, 0.1) })
		require.Panics(t, func() { SGNS(10, make([]float32, 10), make([]float32, 10), make([]float32, 9), nil, 0.1) })
	})
}

func TestSGNSOfAVX2KeepsToAVX2(t *testing.T) {
	beyond := regexp.MustCompile(`\b([XY](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	vex := regexp.MustCompile(`\b(VHADDPS|VPTEST|VPCMPEQD)\b.*\b[XY](1[6-9]|2\d|3[01])\b`)
	source, err := os.ReadFile("sgns_amd64.s")
	require.NoError(t, err)
	function := ""
	for line := range strings.Lines(string(source)) {
		if strings.HasPrefix(line, "TEXT") {
			function = strings.Fields(line)[1]
		}
		if strings.Contains(function, "256(") {
			require.NotRegexp(t, beyond, line)
		}
		require.NotRegexp(t, vex, line, "these know no such register")
	}
	require.Contains(t, function, "sgns")
}

func BenchmarkSGNS(b *testing.B) {
	for _, c := range []struct {
		name string
		rows int
	}{{"cached", 200}, {"50k", 50000}} {
		b.Run(c.name, func(b *testing.B) {
			r := seeded(1)
			const dim = 112
			in, out, e := random[float32](r, c.rows*dim), random[float32](r, c.rows*dim), make([]float32, dim)
			steps := make([]SGNSStep, 4096)
			for i := range steps {
				s := &steps[i]
				s.In, s.Count, s.First, s.Last, s.Labels[0] = int32(r.IntN(c.rows)), 6, true, true, 1
				for j := range s.Out {
					s.Out[j] = int32(r.IntN(c.rows/6)*6 + j)
				}
			}
			b.ResetTimer()
			for b.Loop() {
				SGNS(dim, in, out, e, steps, 1e-4)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(steps)), "ns/step")
		})
	}
}
