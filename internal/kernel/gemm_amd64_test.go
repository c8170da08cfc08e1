//go:build amd64 && !purego && !noasm

package kernel

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Processors choose between two tile widths on AVX-512: this one's choice is tested everywhere else, the other here.
func TestBothWidthsOfAVX512(t *testing.T) {
	if !slices.Contains(Available(), AVX512) {
		t.Skip("no AVX-512")
	}
	restore, err := Use(AVX512)
	require.NoError(t, err)
	defer restore()
	old := wide512
	defer func() { wide512 = old }()
	r := seeded(51)
	for i := range few(150) {
		alpha, beta := factors[float32](r)
		m, n, k := 1+r.IntN(60), 1+r.IntN(150), 1+r.IntN(100)
		if i%30 == 0 {
			m, n, k = 330, 600, 700
		}
		p := newGemmCase(r, r.IntN(2) == 1, r.IntN(2) == 1, m, n, k, alpha, beta)
		before := append([]float32(nil), p.c.data...)
		wide512 = 1
		p.run()
		want := append([]float32(nil), p.c.data...)
		copy(p.c.data, before)
		wide512 = 2
		p.check(t)
		sameBits(t, want, p.c.data, p)
	}
}
