package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// halfByDefinition is sign·2^(e-15)·(1+f/1024), with gradual underflow.
func halfByDefinition(h uint16) float64 {
	sign := 1 - 2*float64(h>>15)
	e, f := int(h>>10&31), float64(h&1023)
	switch e {
	case 0:
		return sign * math.Ldexp(f, -24)
	case 31:
		if f != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+f, e-25)
}

func TestHalves(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		src := make([]uint16, 1<<16)
		for i := range src {
			src[i] = uint16(i)
		}
		dst := make([]float32, len(src))
		Float16ToFloat32(dst, src)
		for i, got := range dst {
			want := halfByDefinition(uint16(i))
			if math.IsNaN(want) {
				require.True(t, got != got, "%#x", i)
				require.Equal(t, uint32(i)<<13&0x7fe000|0x400000, math.Float32bits(got)&0x7fffff, "the payload of %#x, quiet", i)
				continue
			}
			require.Equal(t, math.Float32bits(float32(want)), math.Float32bits(got), "%#x", i)
		}
		BFloat16ToFloat32(dst, src)
		for i, got := range dst {
			require.Equal(t, uint32(i)<<16, math.Float32bits(got))
		}
		for n := range 71 {
			g := guard[float32](n)
			Float16ToFloat32(g.data, src[0x3c00:0x3c00+n])
			for i, got := range g.data {
				require.EqualValues(t, halfByDefinition(uint16(0x3c00+i)), got)
			}
			BFloat16ToFloat32(g.data, src[0x3f80:0x3f80+n])
			for i, got := range g.data {
				require.EqualValues(t, 1+float32(i)/128, got)
			}
			g.check(t)
		}
		require.Panics(t, func() { Float16ToFloat32(dst, src[1:]) })
		require.Panics(t, func() { BFloat16ToFloat32(dst, src[1:]) })
	})
}

// The sum of squares has the bits of exact products added up in float64 in 32 parts: within the rounding of as many additions.
func TestSumSquares(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		for n := range 140 {
			x := guardedRandom[float32](uint64(n), n)
			if n > 1 {
				x.data[0], x.data[n-1] = 1e30, 1e-30 // squares beyond float32
			}
			want := 0.0
			for _, v := range x.data {
				want += float64(v) * float64(v)
			}
			require.InDelta(t, want, SumSquares(x.data), 1e-14*want, n)
			x.check(t)
		}
		big := make([]float32, 65536*2+37)
		for i := range big {
			big[i] = 3
		}
		require.EqualValues(t, 9*len(big), SumSquares(big))
	})
	var sums []float64
	for _, isa := range assembly() {
		restore, err := Use(isa)
		require.NoError(t, err)
		sums = append(sums, SumSquares(guardedRandom[float32](5, 1003).data))
		require.Equal(t, sums[0], sums[len(sums)-1], "paths agree")
		restore()
	}
}
