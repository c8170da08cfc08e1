package attention

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
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

// TranslateAll translates many texts, in their order, which is faster than one by
// one. It stops between words when ctx is done.
func (t *Translator) TranslateAll(ctx context.Context, texts []string, c SearchConfig) ([]*Translation, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	out := make([]*Translation, 0, len(texts))
	for part := range slices.Chunk(texts, predictBatch) {
		tokens, ids := make([][]vocab.Token, len(part)), make([][]int, len(part))
		for i, text := range part {
			tokens[i] = pieces(text, t.cfg.Lower)
			ids[i] = t.source.IDs(vocab.Texts(tokens[i]))
		}
		best, err := t.decode(ctx, ids, c)
		if err != nil {
			return nil, err
		}
		for i, h := range best {
			out = append(out, t.translation(part[i], tokens[i], h))
		}
	}
	return out, nil
}

// translation puts words in the place of numbers.
func (t *Translator) translation(text string, source []vocab.Token, h hypothesis) *Translation {
	n := &Translation{Score: h.score}
	for _, s := range source {
		n.Source = append(n.Source, text[s.Start:s.End])
	}
	unknown, _ := t.target.Unk()
	n.Map = Map{Queries: len(h.words), Keys: len(source), Weights: h.weights[:len(h.words)*len(source)]}
	var words []string
	for i, id := range h.words {
		word, _ := t.target.Word(id)
		if id == unknown && len(source) > 0 {
			row := n.Map.Row(i)
			word = n.Source[slices.Index(row, slices.Max(row))]
		}
		words, n.Target = append(words, word), append(n.Target, bare(word))
	}
	n.Text = join(words)
	return n
}

// reader is a compiled graph of the encoder; all readers read the same weights.
type reader struct {
	m      *verso.Machine
	tokens verso.Tokens
	Encoded
}

// encode reads the sources and copies what the decoder needs.
func (t *Translator) encode(source [][]int) (mem memory, h []float32, err error) {
	t.mu.Lock()
	var r *reader
	if n := len(t.free); n > 0 {
		r, t.free = t.free[n-1], t.free[:n-1]
	}
	t.mu.Unlock()
	if r == nil {
		g := verso.NewGraph(t.cfg.Seed)
		r = &reader{tokens: g.Tokens("source")}
		r.Encoded = t.net.Encode(g, r.tokens)
		if r.m, err = g.Compile(nil); err != nil {
			return mem, nil, err
		}
	}
	defer func() {
		t.mu.Lock()
		t.free = append(t.free, r)
		t.mu.Unlock()
	}()
	if err := r.m.FeedTokens(r.tokens, source); err != nil {
		return mem, nil, err
	}
	if err := r.m.Run(); err != nil {
		return mem, nil, err
	}
	mem.first = []int{0}
	for i, s := range source {
		mem.first = append(mem.first, mem.first[i]+len(s))
	}
	read := func(n *gorgonia.Node) []float32 { return slices.Clone(r.m.Float32s(n)) }
	mem.keys, mem.values = read(r.Projected.Rows), read(r.Rows.Rows)
	return mem, read(r.State), nil
}

// decode returns the best translation of each source.
func (t *Translator) decode(ctx context.Context, source [][]int, c SearchConfig) ([]hypothesis, error) {
	mem, h, err := t.encode(source)
	if err != nil {
		return nil, err
	}
	w := &writer{net: t.net, steps: decoderSteps{d: t.net.Decoder, memory: mem}, h: h}
	lengths := make([]int, len(source))
	for i, s := range source {
		lengths[i] = len(s)
	}
	best, err := search(ctx, w, lengths, t.begin, t.end, c)
	if err != nil {
		return nil, fmt.Errorf("translating: %w", err)
	}
	return best, nil
}
