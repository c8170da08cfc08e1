package word2vec

import (
	"context"
	"fmt"
	"io"
	"iter"
	"unicode"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Train learns vectors from a corpus of tokenised sentences, which it goes over once and keeps as ids, 4 bytes a word. No window reaches over
// more than 10,000 words: there a longer sentence is cut.
//
// The same sentences, settings and seed give the same bytes, on any number of workers. When ctx is done, Progress returns an error or a
// checkpoint cannot be written while it learns, Train returns that error, wrapped, with the model as it then is; where Checkpoint is set, Resume
// goes on from there, on the same corpus with the same settings, to the same bytes as if nothing had happened.
//
// Other errors come without a model: [ErrConfig]; [ErrCorpus] for one without two words that are frequent enough, or with a word that no
// vocabulary can hold; [ErrNotFinite]; [ErrFile] for a checkpoint of another training; and that of ctx, wrapped, while the corpus is read.
func Train(ctx context.Context, corpus iter.Seq[[]string], c Config) (*Model, error) {
	return train(ctx, c, func(t *course.Text) error { return t.Sentences(corpus) })
}

// TrainLines is [Train] on a text of one sentence a line, its words between blanks: the input of word2vec's C program. Unlike there, the line's
// end is no word. A line may be any length.
func TrainLines(ctx context.Context, text io.Reader, c Config) (*Model, error) {
	return train(ctx, c, func(t *course.Text) error { return t.Lines(text, unicode.IsSpace) })
}

func train(ctx context.Context, c Config, read func(*course.Text) error) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	text := kind.NewText(ctx)
	if err := read(text); err != nil {
		return nil, err
	}
	words, counts, corpus, err := text.Cut(c.MinCount, c.MaxWords, 2)
	if err != nil {
		return nil, err
	}
	vocabulary, err := vocabularyOf(words, counts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorpus, err)
	}
	lesson := c.lesson(words, counts, corpus)
	rows, stopped := lesson.Learn(ctx)
	if rows == nil {
		return nil, stopped
	}
	m, err := newModel(rows, vocabulary)
	if err != nil {
		return nil, err
	}
	return m, stopped
}

// Continue trains the model on from where its vectors are, on a corpus of words that it knows; others are left out. Of c it takes the
// architecture, Combine, the window, Sample, Epochs, the rates, Blocks, Workers, Seed and Progress, and as Sample's counts those of the corpus
// that the model was made of. Vocabulary, dimension, negatives and tree stay what they are. Errors are those of [Train]; a corpus without any
// word that the model knows is [ErrCorpus]. It does not look at Checkpoint, Resume and Pretrained. After [ErrNotFinite] the vectors are spoilt.
func (m *Model) Continue(ctx context.Context, corpus iter.Seq[[]string], c Config) error {
	p := &m.rows.Plan
	c.Dim, c.Negatives, c.NoisePower, c.HierarchicalSoftmax = p.Dim, p.Negatives, p.NoisePower, p.Tree
	c.Checkpoint, c.Resume, c.Pretrained = "", false, nil
	if err := c.validate(); err != nil {
		return err
	}
	text := kind.NewText(ctx)
	if err := text.Sentences(corpus); err != nil {
		return err
	}
	ids := text.In(m.vocab.ID)
	if ids.Tokens() == 0 {
		return fmt.Errorf("%w: no word of it is known", ErrCorpus)
	}
	lesson := c.lesson(m.rows.Names, m.rows.Counts, ids)
	lesson.From = m.rows
	rows, err := lesson.Learn(ctx)
	if rows != nil {
		m.rows = rows
	}
	return err
}

func (c *Config) lesson(words []string, counts []int64, corpus *loglinear.Corpus) *course.Lesson {
	l := &course.Lesson{
		Kind: &kind, Plan: c.plan(), Own: own{c.Architecture, c.Combine, c.Window, c.FixedWindow}, Names: words, Counts: counts, Corpus: corpus,
		Emit: loglinear.SkipGram[float32](c.Window, !c.FixedWindow), Pretrained: c.Pretrained,
	}
	if c.Architecture == CBOW {
		l.Emit = loglinear.CBOW[float32](c.Window, !c.FixedWindow, loglinear.Combine(c.Combine))
	}
	if c.Progress != nil {
		l.Progress = func(p course.Progress) error { return c.Progress(Progress{p.Epoch, p.Epochs, p.Seen, p.Of, p.Rate}) }
	}
	return l
}
