package bert

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/classify"
)

// TagWords returns the probabilities of the tags of each word, sentence by
// sentence. It stops between sentences and batches when ctx is done. A sentence
// alone and among others gets the same answer, to the last bit.
func (t *Tagger) TagWords(ctx context.Context, sentences [][]string) ([][]verso.Prediction, error) {
	words := make([][][]wordpiece.Token, len(sentences))
	for i, s := range sentences {
		var err error
		if words[i], err = t.cut(ctx, s); err != nil {
			return nil, err
		}
	}
	return t.predict(ctx, words)
}

// predict answers sentences that have been cut into the pieces of their words.
func (t *Tagger) predict(ctx context.Context, sentences [][][]wordpiece.Token) ([][]verso.Prediction, error) {
	r, err := t.graphs.Get()
	if err != nil {
		return nil, err
	}
	defer t.graphs.Put(r)
	var all []window
	for _, s := range sentences {
		all = append(all, t.windows(s)...)
	}
	var answers []verso.Prediction // of all words
	for batch := range slices.Chunk(all, predictBatch) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("tagging: %w", err)
		}
		if err := feedWindows(r.m, r.in, r.at, batch); err != nil {
			return nil, err
		}
		if err := r.m.Run(); err != nil {
			return nil, err
		}
		answers = classify.Predictions(answers, t.tags, r.m.Float32s(r.y))
	}
	out := make([][]verso.Prediction, len(sentences))
	for i, s := range sentences {
		out[i], answers = answers[:len(s):len(s)], answers[len(s):]
	}
	return out, nil
}

// Span is a part of a text that belongs to a class: a name, a place.
type Span struct {
	Start, End  int // bytes of the text
	Class       string
	Probability float64 // of the tags of all its words together, each by itself
}

// Tag finds the spans of a text. Words and punctuation marks are told apart as
// BERT's tokenizer does; their tags are joined as by [Entities].
func (t *Tagger) Tag(ctx context.Context, text string) ([]Span, error) {
	words := t.model.pieces.Words(text)
	answers, err := t.predict(ctx, [][][]wordpiece.Token{words})
	if err != nil {
		return nil, err
	}
	tags := make([]string, len(words))
	for i, p := range answers[0] {
		tags[i] = p.Class
	}
	var out []Span
	for _, e := range Entities(tags) {
		s := Span{Start: words[e.First][0].Start, Class: e.Class}
		last := words[e.Last-1]
		s.End = last[len(last)-1].End
		log := 0.0
		for _, p := range answers[0][e.First:e.Last] {
			log += math.Log(p.Probability)
		}
		s.Probability = math.Exp(log)
		out = append(out, s)
	}
	return out, nil
}
