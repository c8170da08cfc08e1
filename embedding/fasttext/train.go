package fasttext

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns word vectors with n-grams from a corpus of tokenised sentences, which it goes over once and keeps as ids, 4 bytes a word.
// Every sentence ends in [EndOfSentence], as lines do in fastText; no window reaches over more than 10,000 words. Words that begin with
// [LabelPrefix] are labels and passed over, so that a classifier's text can be learned from.
//
// The same sentences, settings and seed give the same bytes. It is the algorithm of fastText's program, in this order: for each word and each
// word around it, h = the mean of the rows of the one (SkipGram) or of all around (CBOW) is to tell the other, and each of these rows gets the
// whole error. SkipGram computes h once for all words around: it moves as its rows do. σ is exact, not from a table. It works on one goroutine.
//
// When ctx is done, Progress returns an error or a checkpoint cannot be written while it learns, Train returns that error, wrapped, with the
// model as it then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors come
// without a model: [ErrArgs], [ErrDictionary] for a word that no file can hold, [ErrCorpus] for a corpus without two words that are frequent
// enough, [ErrNotFinite], [ErrCheckpoint] for that of another training, and that of ctx, wrapped, while the corpus is read.
func Train(ctx context.Context, corpus iter.Seq[[]string], c Config) (*Model, error) {
	return train(ctx, c, func(t *course.Text) error { return t.Sentences(corpus) })
}

// TrainLines is [Train] on a text of one sentence a line, cut into words as [Split] does: fastText's own input.
func TrainLines(ctx context.Context, text io.Reader, c Config) (*Model, error) {
	return train(ctx, c, func(t *course.Text) error { return t.Lines(text, blank) })
}

func train(ctx context.Context, c Config, read func(*course.Text) error) (*Model, error) {
	if err := c.check(false); err != nil {
		return nil, err
	}
	text := kind.NewText(ctx)
	text.Stop, text.Skip = EndOfSentence, func(word []byte) bool { return strings.HasPrefix(string(word), LabelPrefix) }
	if err := read(text); err != nil {
		return nil, err
	}
	tokens := text.Tokens()
	words, counts, corpus, err := text.Cut(int64(c.MinCount), 0, 2)
	if err != nil {
		return nil, err
	}
	f, err := newFeatures(&c, entries(words, counts, false), tokens, words)
	if err != nil {
		return nil, err
	}
	emit := f.skipGram(c.Window)
	if c.Kind == CBOW {
		emit = f.cbow(c.Window)
	}
	return f.learn(ctx, &c, &course.Lesson{Names: words, Counts: counts, Corpus: corpus, Total: tokens, Emit: emit})
}

// entries makes a dictionary's words, or its labels.
func entries(words []string, counts []int64, label bool) []Entry {
	list := make([]Entry, len(words))
	for i, w := range words {
		list[i] = Entry{w, counts[i], label}
	}
	return list
}

// features are the input rows of words.
type features struct {
	dict     *Dictionary
	rows     loglinear.Corpus // of each word: its own, if it is in the dictionary, and those of its n-grams
	distinct []bool           // none of them comes twice
}

// newFeatures lists rows for words, which need not be in the dictionary.
func newFeatures(c *Config, all []Entry, tokens int64, words []string) (*features, error) {
	dict, err := NewDictionary(all, tokens)
	if err != nil {
		return nil, err
	}
	if dict.words > math.MaxInt32-c.Bucket {
		return nil, fmt.Errorf("%w: %d words and %d buckets, want less than 2^31", ErrArgs, dict.words, c.Bucket)
	}
	f := &features{dict: dict, distinct: make([]bool, len(words))}
	lister := &Model{args: c.Args, dict: dict}
	var rows []int
	var ids []int32
	for i, w := range words {
		rows, ids = lister.appendRows(rows[:0], w), ids[:0]
		for _, row := range rows {
			ids = append(ids, int32(row))
		}
		f.rows.Append(ids...)
		slices.Sort(ids)
		f.distinct[i] = len(slices.Compact(ids)) == len(rows)
	}
	return f, nil
}

// learn completes the lesson and makes a model of what was learned.
func (f *features) learn(ctx context.Context, c *Config, lesson *course.Lesson) (*Model, error) {
	lesson.Kind, lesson.Plan, lesson.Inputs = &kind, c.plan(), f.dict.words+c.Bucket
	if lesson.Own == nil {
		lesson.Own = c.Args
	}
	if c.Progress != nil {
		lesson.Progress = func(p course.Progress) error { return c.Progress(Progress{p.Epoch, p.Epochs, p.Seen, p.Of, p.Rate}) }
	}
	learned, stopped := lesson.Learn(ctx)
	if learned == nil {
		return nil, stopped
	}
	t := learned.Tables
	t.Compact()
	if c.Loss == HierarchicalSoftmax {
		// There the bit is the label, here its opposite is, which learns the same rows with the other sign. And there is a row too many.
		kernel.Scale(-1, t.Out)
		t.Out = append(t.Out, make([]float32, c.Dim)...)
	}
	m, err := New(c.Args, f.dict, t.In, t.Out)
	if err != nil {
		return nil, err
	}
	return m, stopped
}

// skipGram lets each word tell every word around it.
func (f *features) skipGram(window int) loglinear.Emit[float32] {
	var h, before []float32
	var around []int32
	return func(l *loglinear.Learner[float32], _ int, words []int32) {
		if h == nil {
			h, before = l.Room(), l.Room()
		}
		for i, w := range words {
			from, to := loglinear.Around(l.Rand, i, len(words), window, true)
			rows := f.rows.At(int(w))
			if len(rows) == 0 || to-from == 1 {
				continue
			}
			around = append(append(around[:0], words[from:i]...), words[i+1:to]...)
			if !f.distinct[w] {
				for _, target := range around {
					l.Bag(rows, target, loglinear.Mean)
				}
				continue
			}
			l.Mean(h, rows) // rows that get e each move their mean by e
			copy(before, h)
			l.LearnAll(h, around)
			kernel.Axpy(-1, before, h)
			l.Give(rows, h)
		}
	}
}

// cbow lets the words around each word tell it.
func (f *features) cbow(window int) loglinear.Emit[float32] {
	var bag []int32
	return func(l *loglinear.Learner[float32], _ int, words []int32) {
		for i, target := range words {
			from, to := loglinear.Around(l.Rand, i, len(words), window, true)
			bag = bag[:0]
			for j := from; j < to; j++ {
				if j != i {
					bag = append(bag, f.rows.At(int(words[j]))...)
				}
			}
			l.Bag(bag, target, loglinear.Mean)
		}
	}
}
