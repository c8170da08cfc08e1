package loglinear

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Huffman is the binary tree of least Σ count·depth over n ids. Its n-1 inner nodes are numbered in the order in which they are made, so the
// root is node n-2.
type Huffman struct {
	start  []int // path of id i: start[i] … start[i+1]
	points []int32
	bits   []uint8
}

// NewHuffman builds the tree: of two nodes that are joined the lesser gets bit 0, of equal ones the inner node before the leaf and the later
// id before the earlier, as in word2vec's C program. There must be two ids at least, and no count below 0 ([ErrCounts]).
// Cost: O(n log n), and the codes' length in memory.
func NewHuffman(counts []int64) (*Huffman, error) {
	n := len(counts)
	if n < 2 || n > math.MaxInt32/2 {
		return nil, fmt.Errorf("%w: %d, want 2 … 2^30 for a Huffman tree", ErrCounts, n)
	}
	leaves := make([]int32, n) // by rising count
	total := int64(0)
	for i, c := range counts {
		if c < 0 || c > math.MaxInt64-total {
			return nil, fmt.Errorf("%w: %d for id %d, want 0 or more, and a sum below 2^63", ErrCounts, c, i)
		}
		total += c
		leaves[i] = int32(n - 1 - i)
	}
	slices.SortStableFunc(leaves, func(a, b int32) int { return cmp.Compare(counts[a], counts[b]) })

	parent, bit := make([]int32, 2*n-1), make([]uint8, 2*n-1) // nodes: ids, then inner nodes from n on
	weight := make([]int64, n-1)                              // of inner nodes; they rise too
	leaf, inner := 0, 0
	for made := range n - 1 {
		for b := range uint8(2) {
			var child int32
			if leaf < n && (inner >= made || counts[leaves[leaf]] < weight[inner]) {
				child = leaves[leaf]
				weight[made] += counts[child]
				leaf++
			} else {
				child = int32(n + inner)
				weight[made] += weight[inner]
				inner++
			}
			parent[child], bit[child] = int32(n+made), b
		}
	}

	h := &Huffman{start: make([]int, n+1)}
	root := int32(2*n - 2)
	for i := range n {
		from := len(h.points)
		for node := int32(i); node != root; node = parent[node] {
			h.points = append(h.points, parent[node]-int32(n))
			h.bits = append(h.bits, bit[node])
		}
		slices.Reverse(h.points[from:])
		slices.Reverse(h.bits[from:])
		h.start[i+1] = len(h.points)
	}
	return h, nil
}

// Len is the number of ids.
func (h *Huffman) Len() int { return len(h.start) - 1 }

// Path returns the inner nodes from the root to id i, and the bit taken at each. Read them only.
func (h *Huffman) Path(i int) (points []int32, bits []uint8) {
	a, b := h.start[i], h.start[i+1]
	return h.points[a:b:b], h.bits[a:b:b]
}
