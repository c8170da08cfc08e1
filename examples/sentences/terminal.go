package main

import (
	"cmp"
	"slices"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run.
type terminal struct{ *cli.Terminal }

// row writes the figures of a method; a star marks the chosen one.
func (t *terminal) row(says string, f figures, chosen bool) {
	star := ""
	if chosen {
		star = " *"
	}
	t.Printf("  %-44s %7.4f  %8.4f%s\n", says, f.pearson, f.spearman, star)
}

// examples shows the pairs of which the method thinks most and least like the people: by
// the difference of the places of cosine and score among all.
func (t *terminal) examples(c *corpus, f figures) {
	scores := make([]float64, len(c.pairs))
	for i, p := range c.pairs {
		scores[i] = p.Score
	}
	byScore, byCosine := places(scores), places(f.similarity)
	order := make([]int, len(c.pairs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(byCosine[i]-byScore[i], byCosine[j]-byScore[j]) })
	n := min(2, len(order)/2)
	for _, part := range []struct {
		heading string
		pairs   []int
	}{{"taken for more alike than people find them", order[len(order)-n:]}, {"taken for less alike", order[:n]}} {
		t.Printf("\n%s\n", part.heading)
		for _, i := range part.pairs {
			p := c.pairs[i]
			t.Printf("  cosine %.2f, score %.1f: %s | %s\n", f.similarity[i], p.Score, p.A, p.B)
		}
	}
}

// places are 0 … n-1 by size.
func places(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	places := make([]int, len(x))
	for place, i := range order {
		places[i] = place
	}
	return places
}

// last writes the last line, for scripts.
func (t *terminal) last(f, baseline figures) {
	t.Printf("\npearson=%.4f spearman=%.4f pairs=%d baseline_pearson=%.4f baseline_spearman=%.4f\n",
		f.pearson, f.spearman, len(f.similarity), baseline.pearson, baseline.spearman)
}
