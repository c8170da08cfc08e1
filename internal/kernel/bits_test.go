package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// All assembly gives the same bits in a product, whatever the processor: one chain of fused multiply-adds an element.
func TestGemmBitsOnEveryProcessor(t *testing.T) {
	t.Log("paths:", Available())
	for _, isa := range assembly() {
		restore, err := Use(isa)
		require.NoError(t, err)
		defer restore()
		h, r := fnv.New64a(), seeded(11)
		for i := range 40 {
			p := newGemmCase[float32](r, i&1 == 1, i&2 == 2, 1+r.IntN(40), 1+r.IntN(70), 1+r.IntN(500), 0.75, -0.5)
			if i%8 > 3 {
				p.alpha = 1
			}
			p.run()
			for row := range p.m {
				for _, x := range p.c.data[row*p.ldc : row*p.ldc+p.n] {
					require.NoError(t, binary.Write(h, binary.LittleEndian, math.Float32bits(x)))
				}
			}
		}
		require.Equal(t, uint64(0x890d3afdfacb6f22), h.Sum64(), "%v", isa)
	}
}

// Both assembly paths of amd64 give the same bits in functions of rows, windows and sums of rows: they keep the same partial sums and add them
// up in the same order, lanes past the end left out.
func TestRowsHaveTheBitsOfEveryPath(t *testing.T) {
	paths := assembly()
	if len(paths) < 2 {
		t.Skip("one path of assembly")
	}
	r := seeded(12)
	for range few(400) {
		rows, cols := 1+r.IntN(4), 1+r.IntN(150)
		if r.IntN(10) == 0 {
			cols = 1000 + r.IntN(2000)
		}
		x, dy, gamma, beta := random[float32](r, rows*cols), random[float32](r, rows*cols), random[float32](r, cols), random[float32](r, cols)
		taps, pad := 1+r.IntN(5), r.IntN(4)
		stride, shares := taps*cols+r.IntN(3), 1+r.IntN(9)
		table := random[float32](r, shares*stride)
		picked, factors := make([]int, r.IntN(60)), random[float32](r, 60)
		for i := range picked {
			picked[i] = r.IntN(rows)
		}
		var want map[string][]float32
		for _, isa := range paths {
			restore, err := Use(isa)
			require.NoError(t, err)
			got := map[string][]float32{}
			out := func(name string, n int) []float32 {
				got[name] = make([]float32, n)
				return got[name]
			}
			SoftmaxRows(rows, cols, out("softmax", rows*cols), x)
			SoftmaxRowsGrad(rows, cols, out("softmax gradient", rows*cols), got["softmax"], dy)
			LogSoftmaxRows(rows, cols, out("log softmax", rows*cols), x)
			LogSoftmaxRowsGrad(rows, cols, out("log softmax gradient", rows*cols), got["log softmax"], dy)
			LayerNormRows(rows, cols, 1e-5, gamma, beta, x, out("layer norm", rows*cols), out("mean", rows), out("rstd", rows))
			LayerNormRowsGrad(rows, cols, gamma, x, got["mean"], got["rstd"], dy, out("layer norm dx", rows*cols), out("dgamma", cols), out("dbeta", cols))
			at := make([]int32, cols)
			WindowMax(shares, taps, pad, table, stride, out("window max", cols), at)
			places := out("places", cols)
			for f, place := range at {
				places[f] = float32(place)
			}
			AddRows(out("rows added", cols), factors[:len(picked)], picked, x)
			restore()
			if want == nil {
				want = got
				continue
			}
			for name := range want {
				sameBits(t, want[name], got[name], name, rows, cols, taps, shares, isa)
			}
		}
	}
}
