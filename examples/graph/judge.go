package main

import (
	"math/rand/v2"

	"github.com/seed6481993f/verso/embedding/node2vec"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// figures are what is said of a graph, one number a seed.
type figures struct {
	labelled                     bool
	misplaced, misplacedRandom   []float64
	modularity, modularityRandom []float64
	misplacedOneGroup            float64
}

// add judges the groups found with a seed, and those of random vectors.
func (f *figures) add(s subject, found, guessed []int) {
	f.modularity = append(f.modularity, modularity(s.graph, found))
	f.modularityRandom = append(f.modularityRandom, modularity(s.graph, guessed))
	if f.labelled {
		f.misplaced = append(f.misplaced, float64(misplaced(s.labels, found)))
		f.misplacedRandom = append(f.misplacedRandom, float64(misplaced(s.labels, guessed)))
		f.misplacedOneGroup = float64(misplaced(s.labels, make([]int, len(found))))
	}
}

// misplaced is how many nodes stand in a wrong group when groups are matched with true ones, each with one at most, as
// well as can be. most[taken] is the best so far over the sets of true groups that are matched.
func misplaced(labels, found []int) int {
	counts := table(labels, found)
	most := make([]int, 1<<len(counts[0]))
	for _, row := range counts {
		for taken := len(most) - 1; taken > 0; taken-- { // from large to small: a row is matched once
			for label, n := range row {
				if rest := taken &^ (1 << label); rest != taken {
					most[taken] = max(most[taken], most[rest]+n)
				}
			}
		}
	}
	return len(labels) - most[len(most)-1]
}

// table counts the nodes of each found group (rows) by their true one (columns).
func table(labels, found []int) [][]int {
	rows, cols := 0, 0
	for i, g := range found {
		rows, cols = max(rows, g+1), max(cols, labels[i]+1)
	}
	counts := make([][]int, rows)
	for g := range counts {
		counts[g] = make([]int, cols)
	}
	for i, g := range found {
		counts[g][labels[i]]++
	}
	return counts
}

// modularity is the part of the edges' weight that lies within groups, less what would lie there if edges were drawn
// at random between nodes of the same degrees (Newman & Girvan 2004). Directions are not looked at.
func modularity(g *node2vec.Graph, group []int) float64 {
	var total, within float64
	degree := map[int]float64{}
	for e := range g.Edges() {
		from, _ := g.Index(e.From)
		to, _ := g.Index(e.To)
		total += e.Weight
		degree[group[from]] += e.Weight
		degree[group[to]] += e.Weight
		if group[from] == group[to] {
			within += e.Weight
		}
	}
	q := within / total
	for i := range len(group) {
		if d, ok := degree[i]; ok { // a group's number is below that of nodes; in order, for the same sum each time
			q -= d / (2 * total) * d / (2 * total)
		}
	}
	return q
}

// randomVectors are what vectors are before they learn.
func randomVectors(g *node2vec.Graph, dim int, seed uint64) *vectors.Vectors {
	r := rand.New(rand.NewPCG(seed, 0x72616e64)) // a stream of its own
	data := make([]float32, g.Len()*dim)
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	v, err := vectors.New(g.Nodes(), data, dim)
	if err != nil {
		return &vectors.Vectors{}
	}
	return v
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}
