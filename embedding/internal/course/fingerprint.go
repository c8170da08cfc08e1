package course

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// hash is the 64-bit FNV-1a hash over numbers, such as ids and the bytes of names.
type hash uint64

func (h *hash) add(x uint64) {
	if *h == 0 {
		*h = 14695981039346656037
	}
	*h = (*h ^ hash(x)) * 1099511628211
}

const end = 1 << 32 // of a name or a sequence: no byte and no id

// Fingerprint tells corpora and their names apart.
func Fingerprint(c *loglinear.Corpus, lists ...[]string) string {
	var h hash
	for _, list := range lists {
		for _, name := range list {
			for i := range len(name) {
				h.add(uint64(name[i]))
			}
			h.add(end)
		}
		h.add(end + 1)
	}
	for _, ids := range c.All() {
		for _, id := range ids {
			h.add(uint64(id))
		}
		h.add(end)
	}
	return fmt.Sprintf("%016x", uint64(h))
}

// fingerprintOf tells tables of vectors apart.
func fingerprintOf(v *vectors.Vectors) uint64 {
	var h hash
	for _, x := range v.Data() {
		h.add(uint64(math.Float32bits(x)))
	}
	return uint64(h)
}
