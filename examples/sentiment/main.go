// Sentiment trains a classifier of sentences on film reviews, Kim's convolutional
// one by default, says what it learned and why, saves the model and loads it again.
//
//	go run ./examples/sentiment              # 10,662 sentences, under a minute
//	go run ./examples/sentiment -quick       # a part of them, some seconds
//	go run ./examples/sentiment -model gru   # or lstm, or attention
//	go run ./examples/sentiment -folds 10 -epochs 25             # Kim's protocol
//	go run ./examples/sentiment -data train.tsv -test test.tsv   # texts of your own
//	go run ./examples/sentiment -variant nonstatic -vectors glove.txt -plot curve.png
//
// A file has one example a line: a class, a tab, a text, in UTF-8; it may be
// gzip'ed (.gz). Without -test a tenth of the examples, drawn with -seed, is held
// out for the test; without -dev a tenth of the rest chooses the epoch whose
// weights are kept. All flags: -help.
//
// The last line of the output is accuracy=0.xxxx, the mean over the folds or
// seeds with std=0.xxxx where several are asked for, then further figures. Bad
// input is one line on standard error and exit code 1; an interrupt says how far
// it came and gives exit code 130.
//
// Sources: Kim 2014, Convolutional Neural Networks for Sentence Classification; of
// the other models: see their packages.
// Data: Pang and Lee 2005; see data/README.md.
package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

func main() {
	cli.Main(func(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
		return run(ctx, args, stdout, stderr)
	})
}

// once goes the whole way with one model: raw text, trained, judged, explained,
// saved, loaded, answer.
func once(ctx context.Context, o options, c *corpus, t *terminal) error {
	p, err := c.cut(o.seed)
	if err != nil {
		return err
	}
	t.corpus(c, p)

	m, history, err := c.train(ctx, o, o.seed, p, t.curve())
	if err != nil {
		return err
	}
	confusion, err := m.Evaluate(ctx, p.test)
	if err != nil {
		return err
	}
	base := judgeBaselines(p, c.classes)
	t.judged(history, confusion, base)
	if err := explain(ctx, t, m, p.test); err != nil {
		return err
	}

	path, remove, err := o.savePath()
	if err != nil {
		return err
	}
	defer remove()
	if err := m.SaveFile(path); err != nil {
		return err
	}
	again, err := kinds[o.model].load(path)
	if err != nil {
		return err
	}
	if err := sameAnswers(ctx, m, again, p.test); err != nil {
		return err
	}
	t.saved(path, o.save != "", len(p.test))
	if err := drawCurves(o.plot, history); err != nil {
		return err
	}
	t.figures(verso.Scores{confusion.Accuracy()}, base, len(p.test))
	return nil
}
