package doc2vec

import (
	"context"
	"iter"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns vectors of documents and words from documents that it goes over once. The same documents, settings and seed give the same bytes.
//
// When ctx is done, Progress returns an error or a checkpoint cannot be written while it learns, Train returns that error, wrapped, with the
// model as it then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had happened. Other errors come
// without a model: [ErrConfig], [ErrCorpus], [ErrNotFinite], [ErrFile] for a checkpoint of another training, and that of ctx while the documents
// are read.
func Train(ctx context.Context, documents iter.Seq[Document], c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	all, err := collect(ctx, documents, &c)
	if err != nil {
		return nil, err
	}
	how := own{c.Mode, c.TrainWords, c.Window, c.FixedWindow, course.Fingerprint(&all.tagged)}
	lesson := course.Lesson{
		Kind: &kind, Plan: c.plan(), Own: how, Names: all.words, Tags: all.tags, Counts: all.counts, Corpus: all.texts,
		Emit: bagOfWords[float32](all, &c),
	}
	if c.Mode != DBOW {
		lesson.Emit = memory[float32](all, &c)
	}
	if c.Progress != nil {
		lesson.Progress = func(p course.Progress) error { return c.Progress(Progress(p)) }
	}
	rows, stopped := lesson.Learn(ctx)
	if rows == nil {
		return nil, stopped
	}
	m, err := newModel(rows, how)
	if err != nil {
		return nil, err
	}
	return m, stopped
}

// memory is PV-DM: the words around and the tags together tell each word.
func memory[T kernel.Float](all *corpus, c *Config) loglinear.Emit[T] {
	var bag []int32
	return func(l *loglinear.Learner[T], document int, words []int32) {
		tags := all.tagged.At(document)
		for i, target := range words {
			from, to := loglinear.Around(l.Rand, i, len(words), c.Window, !c.FixedWindow)
			bag = append(append(append(bag[:0], words[from:i]...), words[i+1:to]...), tags...)
			l.Bag(bag, target, c.Mode.combine())
		}
	}
}

// bagOfWords is PV-DBOW: each tag alone tells each word; and each word around does where words are learned too.
func bagOfWords[T kernel.Float](all *corpus, c *Config) loglinear.Emit[T] {
	words := func(*loglinear.Learner[T], int, []int32) {}
	if c.TrainWords {
		words = loglinear.SkipGram[T](c.Window, !c.FixedWindow)
	}
	return func(l *loglinear.Learner[T], document int, text []int32) {
		words(l, document, text)
		for _, target := range text {
			for _, tag := range all.tagged.At(document) {
				l.Pair(tag, target)
			}
		}
	}
}
