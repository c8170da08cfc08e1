package safetensors

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/kernel"
)

var formats = []struct {
	name   string
	widen  func(uint16) float32
	narrow func(float32) uint16
	inf    uint16
}{
	{"F16", one(kernel.Float16ToFloat32), float32ToF16, 0x7c00},
	{"BF16", one(kernel.BFloat16ToFloat32), float32ToBF16, 0x7f80},
}

// one widens a single number.
func one(widen func([]float32, []uint16)) func(uint16) float32 {
	return func(h uint16) float32 {
		var f [1]float32
		widen(f[:], []uint16{h})
		return f[0]
	}
}

// A tensor longer than a chunk, with every bit pattern.
func TestHalfTensors(t *testing.T) {
	values := make([]float32, 1<<16+5)
	for i := range values {
		values[i] = formats[1].widen(uint16(i)) // bfloat16 has the range of float32
	}
	for _, d := range []DType{F16, BF16} {
		f, err := Read(bytes.NewReader(encoded(t, []Tensor{{"w", d, []int{len(values)}, values}}, nil)))
		require.NoError(t, err)
		h := formats[map[DType]int{F16: 0, BF16: 1}[d]]
		f32, err := f.Float32s("w")
		require.NoError(t, err)
		f64, err := f.Float64s("w")
		require.NoError(t, err)
		for i, v := range values {
			want := h.widen(h.narrow(v))
			if want != want {
				require.True(t, f32[i] != f32[i] && f64[i] != f64[i], "%s %v", d, v)
				continue
			}
			require.Equal(t, want, f32[i], "%s %v", d, v)
			require.Equal(t, float64(want), f64[i], "%s %v", d, v)
		}
	}
}

func TestHalfKnownValues(t *testing.T) {
	for h, want := range map[uint16]float32{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x0001: 0x1p-24, 0x03ff: 0x3ffp-24, 0x3555: 0.333251953125,
	} {
		assert.Equal(t, want, formats[0].widen(h), "%#04x", h)
		assert.Equal(t, h, float32ToF16(want), "%v", want)
	}
	for f, want := range map[float32]uint16{
		65519.996: 0x7bff, 65520: 0x7c00, math.MaxFloat32: 0x7c00, 0x1p-25: 0, 0x1.000002p-25: 1, 0x3p-25: 2, 0x1p-26: 0,
		1 + 0x1p-11: 0x3c00, 1 + 0x3p-11: 0x3c02, 0x1.ffcp-15 + 0x1p-25: 0x0400, math.SmallestNonzeroFloat32: 0,
	} {
		assert.Equal(t, want, float32ToF16(f), "%v", f)
	}
	for f, want := range map[float32]uint16{1: 0x3f80, 1 + 0x1p-8: 0x3f80, 1 + 0x3p-8: 0x3f82, math.MaxFloat32: 0x7f80, 0x1p-149: 0, 0x1p-133: 1} {
		assert.Equal(t, want, float32ToBF16(f), "%v", f)
	}
	for _, h := range formats {
		nan := h.widen(h.narrow(float32(math.NaN())))
		assert.True(t, math.IsNaN(float64(nan)), h.name)
		// A NaN whose payload lies in the dropped bits must not turn into an infinity.
		assert.True(t, math.IsNaN(float64(h.widen(h.narrow(math.Float32frombits(0x7f800001))))), h.name)
		assert.True(t, math.IsInf(float64(h.widen(h.narrow(float32(math.Inf(-1))))), -1), h.name)
		assert.Equal(t, uint16(0x8000), h.narrow(float32(math.Copysign(0, -1))), h.name)
	}
}

func TestHalfRoundTripsAllBitPatterns(t *testing.T) {
	for _, h := range formats {
		for bits := range 1 << 16 {
			f := h.widen(uint16(bits))
			back := h.narrow(f)
			if math.IsNaN(float64(f)) {
				require.True(t, math.IsNaN(float64(h.widen(back))), "%s %#04x", h.name, bits)
				continue
			}
			require.Equal(t, uint16(bits), back, "%s %#04x", h.name, bits)
		}
	}
}

// Rounding a float32 gives the nearer of its two neighbours, and the one with an even last bit if they are equally near.
func TestHalfRoundsToNearestEven(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, h := range formats {
		for range 200_000 {
			low := uint16(r.IntN(int(h.inf) - 1)) // low and its successor are finite
			a, b := float64(h.widen(low)), float64(h.widen(low+1))
			x := float32(a + (b-a)*[]float64{r.Float64(), 0.5}[r.IntN(2)])
			want := low
			if below, above := float64(x)-a, b-float64(x); above < below || above == below && low&1 == 1 {
				want++
			}
			require.Equal(t, want, h.narrow(x), "%s %v", h.name, x)
			require.Equal(t, want|0x8000, h.narrow(-x), "%s %v", h.name, -x)
		}
	}
}
