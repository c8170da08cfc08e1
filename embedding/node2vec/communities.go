package node2vec

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Communities parts nodes into k groups by the directions of their vectors: spherical k-means (Dhillon & Modha 2001),
// which looks for groups S_g and unit vectors m_g with a high
//
//	Σ_g Σ_{i ∈ S_g} m_g · v_i/|v_i|
//
// It begins 20 times with k-means++ (Arthur & Vassilvitskii 2007), drawn with the seed, and returns the best: the group
// of each node, 0 … k−1 by falling size, equal sizes by their first node. A group can be empty where vectors coincide. Cost: 20 · k·n·D
// operations times some tens of passes. A k outside 1 … n, or a vector that is not finite, is [ErrConfig].
func Communities(v *vectors.Vectors, k int, seed uint64) ([]int, error) {
	n, dim := v.Len(), v.Dim()
	if k < 1 || k > n {
		return nil, fmt.Errorf("%w: %d groups of %d nodes, want 1 … %d", ErrConfig, k, n, n)
	}
	rows := slices.Clone(v.Data()) // (n, dim)
	for i := range n {
		if !normalise(rows[i*dim : (i+1)*dim]) {
			word, _, _ := v.At(i)
			return nil, fmt.Errorf("%w: the vector of %q is not finite", ErrConfig, word)
		}
	}
	const starts, passes = 20, 100
	var best []int
	bestScore := math.Inf(-1)
	for start := range starts {
		m := means{rows: rows, n: n, dim: dim, k: k, r: rand.New(rand.NewPCG(seed, uint64(start)))}
		m.begin()
		m.assign()
		for range passes {
			m.update()
			if !m.assign() {
				break
			}
		}
		if m.score > bestScore {
			best, bestScore = m.group, m.score
		}
	}
	return bySize(best, k), nil
}

// normalise makes a vector one of length 1, or leaves it 0; false says that it is not finite.
func normalise(x []float32) bool {
	norm := math.Sqrt(kernel.SumSquares(x))
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return false
	}
	if norm > 0 {
		for i, v := range x { // 1/norm may be more than a float32 can be
			x[i] = float32(float64(v) / norm)
		}
	}
	return true
}

// means is one run of k-means.
type means struct {
	rows      []float32 // (n, dim), of length 1
	n, dim, k int
	r         *rand.Rand
	centres   []float32 // (k, dim)
	group     []int     // of each row
	score     float64
}

// begin draws the first centre among the rows, and each further one with the chance of its distance 1−cos to the
// nearest so far.
func (m *means) begin() {
	m.group = make([]int, m.n)
	m.centres = make([]float32, 0, m.k*m.dim)
	far := make([]float64, m.n)
	next := m.r.IntN(m.n)
	for range m.k {
		centre := m.rows[next*m.dim : (next+1)*m.dim]
		first := len(m.centres) == 0
		m.centres = append(m.centres, centre...)
		sum := 0.0
		for i := range far {
			d := max(0, 1-float64(kernel.Dot(centre, m.rows[i*m.dim:(i+1)*m.dim])))
			if first || d < far[i] {
				far[i] = d
			}
			sum += far[i]
		}
		at := m.r.Float64() * sum
		next = 0
		for i, d := range far {
			if at -= d; at < 0 {
				next = i
				break
			}
		}
	}
}

// assign puts each row to its nearest centre and tells whether any has changed.
func (m *means) assign() bool {
	changed := false
	m.score = 0
	for i := range m.n {
		row := m.rows[i*m.dim : (i+1)*m.dim]
		best, cos := 0, float32(math.Inf(-1))
		for g := range m.k {
			if c := kernel.Dot(row, m.centres[g*m.dim:(g+1)*m.dim]); c > cos {
				best, cos = g, c
			}
		}
		if best != m.group[i] {
			m.group[i], changed = best, true
		}
		m.score += float64(cos)
	}
	return changed
}

// update makes each centre the direction of the sum of its rows; that of an empty group stays.
func (m *means) update() {
	sums := make([]float32, m.k*m.dim)
	sizes := make([]int, m.k)
	for i, g := range m.group {
		kernel.Axpy(1, m.rows[i*m.dim:(i+1)*m.dim], sums[g*m.dim:(g+1)*m.dim])
		sizes[g]++
	}
	for g, size := range sizes {
		if size > 0 {
			centre := m.centres[g*m.dim : (g+1)*m.dim]
			copy(centre, sums[g*m.dim:(g+1)*m.dim])
			normalise(centre)
		}
	}
}

// bySize renumbers groups.
func bySize(group []int, k int) []int {
	size, first := make([]int, k), make([]int, k)
	for i := len(group) - 1; i >= 0; i-- {
		size[group[i]]++
		first[group[i]] = i
	}
	order := make([]int, k)
	for g := range order {
		order[g] = g
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(first[a], first[b])) })
	rank := make([]int, k)
	for i, g := range order {
		rank[g] = i
	}
	into := make([]int, len(group))
	for i, g := range group {
		into[i] = rank[g]
	}
	return into
}
