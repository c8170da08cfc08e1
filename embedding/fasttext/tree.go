package fasttext

// tree is the Huffman tree of n targets: nodes 0 … n-1 are the targets, the root is node 2n-2. Inner node i belongs to output row i-n,
// whose sigmoid is the probability of going right.
type tree struct {
	leaves      int
	left, right []int32 // of inner node i at i-leaves
}

// newTree joins the two rarest nodes until one is left, as fastText does: counts fall, so the next leaf is the last that is left, and of equal
// counts the inner node goes first.
func newTree(counts []int64) tree {
	n := len(counts)
	t := tree{leaves: n}
	inner := make([]int64, 0, max(n-1, 0)) // counts of inner nodes, which rise
	leaf, node := n-1, 0
	next := func() (int32, int64) {
		if leaf >= 0 && (node >= len(inner) || counts[leaf] < inner[node]) {
			leaf--
			return int32(leaf + 1), counts[leaf+1]
		}
		node++
		return int32(n + node - 1), inner[node-1]
	}
	for range n - 1 {
		left, a := next()
		right, b := next()
		t.left, t.right = append(t.left, left), append(t.right, right)
		inner = append(inner, a+b)
	}
	return t
}
