package bert

import (
	"context"
	"fmt"
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/reuse"
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
	var all []window
	for _, s := range sentences {
		all = append(all, t.windows(s)...)
	}
	answers, err := reuse.Batches(ctx, 0, t.graphs, predictBatch, all, func(r *replica, batch []window) ([]verso.Prediction, error) {
		if err := feedWindows(r.m, r.in, r.at, batch); err != nil {
			return nil, err
		}
		if err := r.m.Run(); err != nil {
			return nil, err
		}
		return classify.Predictions(nil, t.tags, r.m.Float32s(r.y)), nil
	})
	if err != nil {
		return nil, fmt.Errorf("tagging: %w", err)
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
