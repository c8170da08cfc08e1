// Word2vec learns word vectors from text, in one of four ways, and shows what they know.
//
//	go run ./examples/word2vec                       # skip-gram on six novels, under two minutes
//	go run ./examples/word2vec -quick                # a part of them, some seconds
//	go run ./examples/word2vec -model cbow           # or glove, or fasttext
//	go run ./examples/word2vec -corpus text.txt -epochs 3 -save vectors.txt
//	go run ./examples/word2vec -corpus text.txt.gz -pairs ws353.tsv house,river,walked
//
// A corpus has a sentence a line, in UTF-8; it may be gzip'ed (.gz). Words are runs of letters, digits and apostrophes, lower-cased. Pairs are two
// words and a score a line. Words after the flags are those whose neighbours are shown. All flags: -help.
//
// The last line of the output is words_per_s=… spearman=0.xxxx and further figures: words of the corpus times epochs to seconds of training, and how the
// cosines of the pairs agree with their scores. Beside it stand two baselines: vectors drawn at random, and of a word's neighbours only how
// often each stood there. Bad input is one line on standard error and exit code 1; an interrupt shows what was learned until then and
// gives exit code 130.
//
// Sources: Mikolov et al. 2013, Efficient estimation of word representations in vector space; Pennington et al. 2014, GloVe; Bojanowski et al.
// 2017, Enriching word vectors with subword information. Data: see data/README.md.
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
