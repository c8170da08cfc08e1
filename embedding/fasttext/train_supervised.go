package fasttext

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Example is a text with its labels. A label gets [LabelPrefix] where it lacks it, and words of the text that begin so are labels too.
type Example struct {
	Labels []string
	Text   string
}

// TrainSupervised learns a classifier of texts, which it goes over once and keeps as ids, 4 bytes a word. With h the mean of the rows of a
// text's words, their n-grams and the runs of up to WordNgrams words, w_l the row of label l, and y_l 1 for the text's label and 0 for others,
//
//	softmax               L = -log softmax(w·h)_l             one of the text's labels is drawn, each time anew
//	negative sampling     L = -log σ(w_l·h) - Σ_{k labels n ≠ l drawn ∝ count^NoisePower} log σ(-w_n·h)
//	hierarchical softmax  L = -Σ_{nodes p from the root of a Huffman tree to l} log σ(±w_p·h)
//	one-vs-all            L = -Σ_l [y_l log σ(w_l·h) + (1-y_l) log σ(-w_l·h)]      all of the text's labels at once
//
// and each of the n rows of h gets 1/n of its error (Joulin et al. 2016). Texts without a label or without any row are passed over. A step costs
// 4·D operations a label looked at, and n additions of D numbers. It works on one goroutine: rows of n-grams are shared by all words.
//
// The same examples, settings and seed give the same bytes. Errors, cancelling and going on are as in [Train]; a corpus without labels, or with
// one label where negatives or a tree want two, is [ErrCorpus].
func TrainSupervised(ctx context.Context, examples iter.Seq[Example], c Config) (*Model, error) {
	return trainSupervised(ctx, c, func(r *supervised) error {
		for e := range examples {
			if err := r.example(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// TrainSupervisedLines is [TrainSupervised] on a text of one example a line, its words and labels cut as [Split] does: fastText's own input.
//
//	__label__HUM who invented the lightbulb ?
func TrainSupervisedLines(ctx context.Context, text io.Reader, c Config) (*Model, error) {
	return trainSupervised(ctx, c, func(r *supervised) error {
		in := bufio.NewReader(text)
		for n := 1; ; n++ {
			line, err := in.ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("fasttext: reading line %d: %w", n, err)
			}
			if line != "" {
				if err := r.example(Example{Text: line}); err != nil {
					return err
				}
			}
			if err != nil {
				return nil
			}
		}
	})
}

// supervised is what is read of examples.
type supervised struct {
	text   *course.Text // a sequence an example
	labels *course.Text // the same of its labels
}

func (r *supervised) example(e Example) error {
	for _, label := range e.Labels {
		if err := add(r.labels, prefixed(label)); err != nil {
			return err
		}
	}
	for _, word := range append(Split(e.Text), EndOfSentence) {
		into := r.text
		if strings.HasPrefix(word, LabelPrefix) {
			into = r.labels
		}
		if err := add(into, word); err != nil {
			return err
		}
	}
	r.text.Next()
	r.labels.Next()
	return nil
}

// add reads a word of a sequence that is not cut, however long.
func add(t *course.Text, word string) error {
	id, err := t.ID([]byte(word))
	if err == nil {
		t.Add(id)
	}
	return err
}

func trainSupervised(ctx context.Context, c Config, read func(*supervised) error) (*Model, error) {
	if err := c.check(true); err != nil {
		return nil, err
	}
	r := &supervised{kind.NewText(ctx), kind.NewText(ctx)}
	if err := errors.Join(read(r), r.text.Err()); err != nil {
		return nil, err
	}
	least := 1
	if c.Loss == NegativeSampling || c.Loss == HierarchicalSoftmax {
		least = 2
	}
	tokens := r.text.Tokens() + r.labels.Tokens()
	labels, labelCounts, tags, err := r.labels.Cut(int64(c.MinLabelCount), 0, least)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	if c.Pretrained != nil { // all of whose words are to stay
		c.MinCount = 1
		if err := r.text.Know(c.Pretrained.Words()); err != nil {
			return nil, err
		}
	}
	words, counts, _ := r.text.Order(int64(c.MinCount), 0)
	all, corpus := r.text.Raw() // a rare word still has n-grams, and stands in runs of words
	f, err := newFeatures(&c, append(entries(words, counts, false), entries(labels, labelCounts, true)...), tokens, all)
	if err != nil {
		return nil, err
	}
	if f.dict.words+c.Bucket == 0 {
		return nil, fmt.Errorf("%w: no word occurs %d times, and there are no n-grams", ErrCorpus, c.MinCount)
	}
	lesson := &course.Lesson{
		Own: struct {
			Args   Args
			Labels string
		}{c.Args, course.Fingerprint(tags, labels)},
		Names: words, Counts: labelCounts, Corpus: corpus, Ids: len(all), Block: 1000, Emit: f.classify(&c, all, tags),
		Pretrained: c.Pretrained,
	}
	return f.learn(ctx, &c, lesson)
}

// classify lets each example tell its label.
func (f *features) classify(c *Config, words []string, labels *loglinear.Corpus) loglinear.Emit[float32] {
	lister := &Model{args: c.Args, dict: f.dict}
	var hashes []uint32 // of all words
	if c.phrases() {
		for _, w := range words {
			hashes = append(hashes, Hash(w))
		}
	}
	var h, e []float32
	var rows, one []int32
	var run []uint32
	return func(l *loglinear.Learner[float32], i int, text []int32) {
		if h == nil {
			h, e, one = l.Room(), l.Room(), make([]int32, 1)
		}
		rows, run = rows[:0], run[:0]
		for _, w := range text {
			rows = append(rows, f.rows.At(int(w))...)
			if hashes != nil {
				run = append(run, hashes[w])
			}
		}
		lister.eachRun(run, func(row int) { rows = append(rows, int32(row)) })
		all := labels.At(i)
		if len(all) == 0 || len(rows) == 0 {
			return
		}
		one[0] = all[loglinear.Below(l.Rand, len(all))]
		l.Mean(h, rows)
		switch c.Loss {
		case Softmax:
			l.LearnFull(h, one, e, true)
		case OneVsAll:
			l.LearnFull(h, all, e, false)
		default:
			l.Learn(h, one[0], e, false)
		}
		kernel.Scale(1/float32(len(rows)), e)
		l.Give(rows, e)
	}
}
