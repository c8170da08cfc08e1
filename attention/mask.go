package attention

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso/internal/op"
)

// Mask says what queries may see of the keys of their sequence. The zero Mask hides
// nothing. A query that sees no key takes 0.
type Mask struct {
	// Keys has an integer for each row of the keys, 0 to hide it from all queries:
	// the padding of a padded batch. nil hides none.
	Keys *gorgonia.Node // (Σ lk)

	// Bias is added to the scores before the softmax, and −∞ hides a key from one
	// query: PyTorch's attn_mask as floats. Sequence after sequence, and within one
	// as (heads, queries, keys), with one head for all or each its own; a batch
	// without a score wants one number. Its gradient is that of the scores.
	// [Biases] computes such numbers. nil adds nothing.
	Bias *gorgonia.Node // (Σ lq·lk) or (heads · Σ lq·lk)
}

// with says in c what there is of the mask, and adds it to the inputs of an
// operation.
func (m Mask) with(c *op.AttentionConfig, in ...*gorgonia.Node) []*gorgonia.Node {
	if c.Mask = m.Keys != nil; c.Mask {
		in = append(in, m.Keys)
	}
	if c.Bias = m.Bias != nil; c.Bias {
		in = append(in, m.Bias)
	}
	return in
}

// Biases returns what [Mask.Bias] wants for sequences of these lengths, by a function
// of the head and of the places of the query and of the key. A negative length
// counts as 0.
//
// A window of two on either side, or the slopes of Press et al. 2022, Train short,
// test long, are one line:
//
//	func(_, query, key int) float32 { if max(query-key, key-query) > 2 { return −∞ }; return 0 }
//	func(head, query, key int) float32 { return slope[head] * float32(key-query) }
func Biases(queries, keys []int, heads int, f func(head, query, key int) float32) []float32 {
	var out []float32
	for s := range min(len(queries), len(keys)) {
		for h := range heads {
			for i := range queries[s] {
				for j := range keys[s] {
					out = append(out, f(h, i, j))
				}
			}
		}
	}
	if out == nil {
		return []float32{0} // belongs to no score
	}
	return out
}
