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
