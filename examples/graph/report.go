package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// subject says what is studied.
func (t *terminal) subject(s subject) {
	t.Printf("%s: %d nodes, %d edges", s.name, s.graph.Len(), s.graph.Size())
	if s.truth != nil {
		t.Printf("; true groups %q", s.truth)
	}
	t.Printf("\n\n")
}

// groups prints who stands together, those with most edges first; a star marks who stands in a wrong group.
func (t *terminal) groups(s subject, found []int) {
	names := s.graph.Nodes()
	strength := make([]float64, len(names))
	for i, name := range names {
		for _, w := range s.graph.Neighbours(name) {
			strength[i] += w
		}
	}
	wrong := wrongNodes(s, found)
	for g := range 1 + slices.Max(found) {
		var members []int
		for i, of := range found {
			if of == g {
				members = append(members, i)
			}
		}
		slices.SortStableFunc(members, func(a, b int) int { return cmp.Compare(strength[b], strength[a]) })
		var list []string
		for _, i := range members {
			if wrong[i] {
				list = append(list, names[i]+"*")
			} else {
				list = append(list, names[i])
			}
		}
		t.Printf("%s\n", wrap(fmt.Sprintf("group %d, %d nodes: ", g+1, len(list)), list))
	}
	if s.labels != nil {
		t.Printf("(a star: in the wrong group)\n")
	}
	t.Printf("\n")
}

// wrongNodes are those that stand in a group most of whose nodes have another label.
func wrongNodes(s subject, found []int) []bool {
	wrong := make([]bool, len(found))
	if s.labels == nil {
		return wrong
	}
	counts := table(s.labels, found)
	for i, g := range found {
		wrong[i] = counts[g][s.labels[i]] < slices.Max(counts[g])
	}
	return wrong
}

// wrap sets words in lines of at most 100 characters, indented after the first.
func wrap(title string, words []string) string {
	var b strings.Builder
	b.WriteString(title)
	at := len(title)
	for i, w := range words {
		if i < len(words)-1 {
			w += ", "
		}
		if at += len([]rune(w)); at > 100 {
			b.WriteString("\n    ")
			at = 4 + len([]rune(w))
		}
		b.WriteString(w)
	}
	return b.String()
}

// similar prints the nodes nearest to the two with most edges.
func (t *terminal) similar(s subject, v *vectors.Vectors) {
	names := s.graph.Nodes()
	degree := map[string]float64{}
	for _, name := range names {
		for _, w := range s.graph.Neighbours(name) {
			degree[name] += w
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(degree[b], degree[a]) })
	for _, name := range names[:min(2, len(names))] {
		t.Printf("nearest to %s:", name)
		for _, near := range nearest(v, name, 5) {
			t.Printf("  %s %.2f", near.name, near.cos)
		}
		t.Printf("\n")
	}
	t.Printf("\n")
}

type neighbour struct {
	name string
	cos  float64
}

func nearest(v *vectors.Vectors, of string, n int) []neighbour {
	row, _ := v.Row(of)
	var all []neighbour
	for name, other := range v.All() {
		if name != of {
			all = append(all, neighbour{name, cosine(row, other)})
		}
	}
	slices.SortStableFunc(all, func(a, b neighbour) int { return cmp.Compare(b.cos, a.cos) })
	return all[:min(n, len(all))]
}

// judged sets the groups beside those of random vectors.
func (t *terminal) judged(s subject, f figures) {
	n := len(f.modularity)
	t.Printf("over %d seed(s)            mean    worst\n", n)
	if f.labelled {
		t.Printf("misplaced, node2vec     %6.1f   %6.0f   of %d\n", mean(f.misplaced), slices.Max(f.misplaced), s.graph.Len())
		t.Printf("misplaced, random       %6.1f   %6.0f\n", mean(f.misplacedRandom), slices.Max(f.misplacedRandom))
		t.Printf("misplaced, one group    %6.0f\n", f.misplacedOneGroup)
	}
	t.Printf("modularity, node2vec    %6.3f   %6.3f\n", mean(f.modularity), slices.Min(f.modularity))
	t.Printf("modularity, random      %6.3f   %6.3f\n\n", mean(f.modularityRandom), slices.Min(f.modularityRandom))
}

// lastLine writes the figures for scripts: those of the graph with labels, then the modularity of the last graph.
func (t *terminal) lastLine(all []figures) {
	var line []string
	for _, f := range all {
		if f.labelled {
			line = append(line, fmt.Sprintf("misplaced=%.0f mean=%.2f worst=%.0f random=%.2f one_group=%.0f",
				f.misplaced[0], mean(f.misplaced), slices.Max(f.misplaced), mean(f.misplacedRandom), f.misplacedOneGroup))
		}
	}
	last := all[len(all)-1]
	line = append(line, fmt.Sprintf("modularity=%.3f random_modularity=%.3f seeds=%d",
		mean(last.modularity), mean(last.modularityRandom), len(last.modularity)))
	t.Printf("%s\n", strings.Join(line, " "))
}
