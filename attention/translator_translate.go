package attention

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Translation is what [Translator.Translate] returns.
type Translation struct {
	Text           string
	Source, Target []string // the words and punctuation of both
	Map            Map      // where the writer of each word of Target looked in Source
	Score          float64  // log P / length^α, the end being a word
}

// Translate translates a text. One without words has an empty translation.
func (t *Translator) Translate(ctx context.Context, text string, c SearchConfig) (*Translation, error) {
	all, err := t.TranslateAll(ctx, []string{text}, c)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// TranslateAll translates many texts, in their order, on all cores. It stops between
// words when ctx is done. With an error there are no translations.
func (t *Translator) TranslateAll(ctx context.Context, texts []string, c SearchConfig) ([]*Translation, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	batches := slices.Collect(slices.Chunk(texts, batchSize))
	out, errs := make([]*Translation, len(texts)), make([]error, len(batches))
	var failed atomic.Bool
	kernel.Parallel(runtime.GOMAXPROCS(0), len(batches), func(i int) {
		if failed.Load() {
			return
		}
		found, err := t.translate(ctx, batches[i], c)
		if errs[i] = err; err != nil {
			failed.Store(true)
		}
		for k, all := range found {
			out[i*batchSize+k] = all[0]
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// TranslateN returns all whole translations that the search has found for a text,
// as many as beams at most, the best first.
func (t *Translator) TranslateN(ctx context.Context, text string, c SearchConfig) ([]*Translation, error) {
	found, err := t.translate(ctx, []string{text}, c)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// translate returns for each text one translation or more.
func (t *Translator) translate(ctx context.Context, texts []string, c SearchConfig) ([][]*Translation, error) {
	tokens, ids, limits := make([][]vocab.Token, len(texts)), make([][]int, len(texts)), make([]int, len(texts))
	for i, text := range texts {
		tokens[i] = pieces(text, t.cfg.Lower)
		ids[i] = t.source.IDs(vocab.Texts(tokens[i]))
		if limits[i] = c.MaxLength; len(ids[i]) == 0 {
			limits[i] = 0 // nothing to translate
		} else if c.MaxLength == 0 {
			limits[i] = 2*len(ids[i]) + 10
		}
	}
	step, l, err := t.read(ids)
	if err != nil {
		return nil, err
	}
	found, err := Search(ctx, step, limits, t.begin, t.end, c)
	if err != nil {
		return nil, fmt.Errorf("translating: %w", err)
	}
	out := make([][]*Translation, len(texts))
	for i, all := range found {
		for _, h := range all {
			out[i] = append(out[i], t.translation(texts[i], tokens[i], h, l.mapOf(h, len(tokens[i]))))
		}
		if all == nil {
			out[i] = []*Translation{{}}
		}
	}
	return out, nil
}

// translation puts words in the place of numbers.
func (t *Translator) translation(text string, source []vocab.Token, h Hypothesis, m Map) *Translation {
	n := &Translation{Score: h.Score, Map: m}
	for _, s := range source {
		n.Source = append(n.Source, text[s.Start:s.End])
	}
	unknown, _ := t.target.Unk()
	var words []string
	for i, id := range h.Words {
		word, _ := t.target.Word(id)
		if id == unknown {
			row := m.Row(i)
			word = n.Source[slices.Index(row, slices.Max(row))]
		}
		words, n.Target = append(words, word), append(n.Target, bare(word))
	}
	n.Text = join(words)
	return n
}

// reading is a compiled graph that reads sources; all have the same weights.
type reading struct {
	m      *verso.Machine
	tokens verso.Tokens
	begin  func(m *verso.Machine, lengths []int) (Step, *looks, error)
}

func (t *Translator) newReading() (*reading, error) {
	g := verso.NewGraph(t.cfg.Seed)
	r := &reading{tokens: g.Tokens("source")}
	r.begin = t.net.read(g, r.tokens)
	var err error
	r.m, err = g.Compile(nil)
	return r, err
}

// read reads the sources and begins to write.
func (t *Translator) read(source [][]int) (step Step, l *looks, err error) {
	lengths := make([]int, len(source))
	for i, words := range source {
		lengths[i] = len(words)
	}
	err = t.readings.With(func(r *reading) error {
		if err := r.m.FeedTokens(r.tokens, source); err != nil {
			return err
		}
		if err := r.m.Run(); err != nil {
			return err
		}
		step, l, err = r.begin(r.m, lengths)
		return err
	})
	return step, l, err
}
