// Imagesearch learns to find emoji by what is said of them, in English and
// Spanish, and draws what it finds for a phrase.
//
//	go run ./examples/imagesearch -out found.png "a red heart" "perro"
//	go run ./examples/imagesearch -ask                    # answers the lines of standard input
//	go run ./examples/imagesearch -train-only             # no answers, only how well they would be
//	go run ./examples/imagesearch -quick                  # a part of the emoji, some seconds
//	go run ./examples/imagesearch -vectors glove.txt      # with word vectors, for words that no name has
//
// A fifth of the emoji is held out: their names stand in no text that the model
// learns from, not even within another name, so a name of one word is a word that
// the model has never read. They are found by what their names share with others,
// and by spelling alone. -model chooses between Word2VisualVec, W2VV++ and Dual
// Encoding. All flags: -help.
//
// The last line of the output is recall_at_10=0.xxxx medr=N, then further figures:
// of all names of held-out emoji, how many have their picture among the first ten
// of all held-out ones, and the median place of the picture. Beside it, chance,
// and ridge regression, the exact solution of a linear map, twice: from the same
// features to the same vectors as the network, and from counts of words to the
// vectors as they are; both learn from the same texts. Bad input is one line on
// standard error and exit code 1; an interrupt says how far it came and gives exit
// code 130.
//
// Data: Twemoji and the Unicode CLDR's names; see data/README.md.
package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
	"github.com/seed6481993f/verso/multimodal"
)

func main() { cli.Main(run) }

// once goes the whole way: names and vectors, trained, judged, asked, drawn.
func once(ctx context.Context, o options, c *corpus, stdin io.Reader, t *terminal) error {
	p := c.cut(o.seed)
	if o.dev {
		if err := c.leaveOut(p.unseen); err != nil {
			return err
		}
		p = c.cut(o.seed)
	}
	t.corpus(c, p)
	base, err := judgeBaselines(ctx, o, c, p)
	if err != nil {
		return err
	}
	m, err := o.train(ctx, c, p, t)
	if err != nil {
		return err
	}
	r, _, err := multimodal.Evaluate(ctx, m, p.queries, c.pictures)
	if err != nil {
		return err
	}
	t.judged(r, base)
	if !o.trainOnly {
		x, err := multimodal.IndexPictures(ctx, m, c.pictures, c.pictures.IDs())
		if err != nil {
			return err
		}
		if err := answer(ctx, o, c, p, m, x, stdin, t); err != nil {
			return err
		}
	}
	t.figures(r, base)
	return nil
}
