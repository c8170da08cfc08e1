// Graph learns a vector for every node of a graph from walks on it, and parts the nodes into groups that keep together.
//
//	go run ./examples/graph                     # a karate club before it split, and the characters of Les Misérables
//	go run ./examples/graph -quick              # fewer seeds, some seconds
//	go run ./examples/graph -graph karate -p 4 -q 0.5 -plot club.png
//	go run ./examples/graph -graph edges.tsv -labels groups.tsv -k 3
//
// Of the karate club it is known who went with whom when the club split (Zachary 1977): the program, which sees only who
// met whom, is trained with several seeds and counts the members that it puts on the wrong side. For the characters of
// the novel it prints the groups and their modularity. Beside stand random vectors, parted in the same way, and one large
// group.
//
// A file has an edge a line: two names and perhaps a weight, parted by tabs or blanks. Labels are lines of a name, a tab
// and a group. All flags: -help.
//
// The last line of the output holds figures: misplaced=… (of the first seed), mean, worst, those of random vectors and of
// one group, then modularity=… of the last graph. Bad input is one line on standard error and exit code 1.
//
// Sources: Grover & Leskovec 2016, node2vec; data: see data/README.md.
package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

func main() {
	cli.Main(func(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
		return run(ctx, args, stdout, stderr)
	})
}

// study goes the whole way with one graph: walks, vectors, groups, judgement.
func study(ctx context.Context, o options, s subject, t *terminal) (figures, error) {
	t.subject(s)
	f := figures{labelled: s.labels != nil}
	for i := range o.seeds {
		v, err := o.train(ctx, s.graph, o.seed+uint64(i), t.training(s.name, i, o.seeds))
		if err != nil {
			return f, err
		}
		found, err := o.groups(v, s, o.seed+uint64(i))
		if err != nil {
			return f, err
		}
		guessed, err := o.groups(randomVectors(s.graph, v.Dim(), o.seed+uint64(i)), s, o.seed+uint64(i))
		if err != nil {
			return f, err
		}
		f.add(s, found, guessed)
		if i > 0 {
			continue
		}
		t.groups(s, found)
		t.similar(s, v)
		if err := o.draw(s, v, found); err != nil {
			return f, err
		}
	}
	t.judged(s, f)
	return f, nil
}
