// Wordspace asks word vectors what they know: which words are near to a word, what is to
// king as woman is to man, which of some words is the odd one out. Then it judges them by
// analogies and by pairs of words that people have compared.
//
//	go run ./examples/wordspace                      # some seconds, with the vectors that come along
//	go run ./examples/wordspace -quick               # a part of the questions
//	go run ./examples/wordspace king - man + woman   # one question
//	go run ./examples/wordspace -i                   # a conversation
//	go run ./examples/wordspace -vectors glove.txt -analogies questions-words.txt -pairs ws353.tsv
//
// Vectors may be word2vec's (text or binary), GloVe's, fastText's .vec or .bin; all may be
// gzip'ed (.gz) but the .bin. Analogies are four words a line, in sections that begin with
// ": name"; pairs are two words and a score a line. Case is ignored, and questions with an
// unknown word are left out, as gensim does. All flags: -help.
//
// The last line of the output is accuracy=0.xxxx spearman=0.xxxx and further figures. Bad
// input is one line on standard error and exit code 1; an interrupt gives exit code 130.
//
// Sources: Mikolov et al. 2013, Efficient Estimation of Word Representations in Vector
// Space; Pennington et al. 2014, GloVe. See data/README.md.
package main

import (
	"context"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

func main() { cli.Main(run) }

// judge goes the whole way: what the vectors answer, and how right they are.
func judge(ctx context.Context, o options, s *space, t *terminal) error {
	questions, pairs, err := o.load()
	if err != nil {
		return err
	}
	t.Printf("%d words of %d numbers: %s\n", s.v.Len(), s.v.Dim(), s.name)
	s.show(t)
	analogies, err := judgeAnalogies(ctx, o, s, questions, t)
	if err != nil {
		return err
	}
	compared, err := judgePairs(o, s, pairs, t)
	if err != nil {
		return err
	}
	t.figures(analogies, compared)
	return nil
}
