// Sentences compares sentences by vectors that are made of those of their words, and
// judges that by pairs of sentences that people have compared.
//
//	go run ./examples/sentences                   # about a second, with the data that come along
//	go run ./examples/sentences -method idf       # rare words weigh more
//	go run ./examples/sentences -vectors glove.txt -sts stsb.tsv
//	go run ./examples/sentences The doctor visits a sick child   # the nearest sentences of the set
//
// The method is mean, the mean of the word vectors; content, that without stop words; idf,
// with v_s = 1/|s| · Σ IDF_w v_w and IDF_w = log((1+N)/(1+N_w)) over the sentences of the
// set; or sif, with weights a/(a+p_w) and what all sentences share taken out. Pairs are a
// score, a tab, a sentence, a tab and a sentence a line. All flags: -help.
//
// The last line of the output is pearson=0.xxxx and further figures. Bad input is one line
// on standard error and exit code 1; an interrupt gives exit code 130.
//
// Sources: Cer et al. 2017, SemEval-2017 Task 1: Semantic Textual Similarity; Arora et al.
// 2017, A Simple but Tough-to-Beat Baseline for Sentence Embeddings. See data/README.md.
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

// judge compares all methods, and shows what the chosen one gets right and wrong.
func judge(ctx context.Context, o options, c *corpus, t *terminal) error {
	t.Printf("%d pairs of sentences: %s\n%d words of %d numbers: %s\n\n", len(c.pairs), c.name, c.v.Len(), c.v.Dim(), c.vectors)
	t.Printf("%-46s Pearson  Spearman\n", "cosines of")
	t.Begin("methods")
	var chosen figures
	for i, m := range methods {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := c.judge(m)
		if err != nil {
			return err
		}
		t.row(m.says, f, m.name == o.method)
		t.Advance(float64(i+1) / float64(len(methods)+1))
		if m.name == o.method {
			chosen = f
		}
	}
	baseline := c.overlap()
	t.row("baseline: words in common (Jaccard)", baseline, false)
	t.examples(c, chosen)
	t.last(chosen, baseline)
	return nil
}
