package bert

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// PretrainingScore is how well a model does what it was pre-trained for.
type PretrainingScore struct {
	MaskedLoss     float64 // mean of −log P of the hidden pieces, in nats
	MaskedAccuracy float64 // share of hidden pieces that were the most probable one
	NextAccuracy   float64 // share of pairs judged right; 0 without pairs
	Masked, Pairs  int     // how many there were
}

// EvaluatePretraining judges a model on a corpus that it has not seen, cut and
// masked as for training.
func (m *Model) EvaluatePretraining(ctx context.Context, corpus []Document, c PretrainConfig) (PretrainingScore, error) {
	var s PretrainingScore
	examples, err := m.examples(ctx, corpus, c)
	if err != nil {
		return s, err
	}
	g := verso.NewGraph(m.seed)
	t := m.pretraining(g, c.NextSentence)
	words := verso.LogSoftmax(g, m.masked.Forward(g, t.masked), -1)
	machine, err := g.Compile(nil)
	if err != nil {
		return s, err
	}
	defer machine.Close()
	for from := 0; from < len(examples); from += predictBatch {
		if err := ctx.Err(); err != nil {
			return s, fmt.Errorf("evaluating: %w", err)
		}
		batch := examples[from:min(from+predictBatch, len(examples))]
		if err := t.feed(machine, batch); err != nil {
			return s, err
		}
		if err := machine.Run(); err != nil {
			return s, err
		}
		s.addWords(batch, machine.Float32s(words), m.cfg.VocabSize)
		if t.pairs != nil {
			s.addPairs(batch, machine.Float32s(t.pairs))
		}
	}
	s.MaskedLoss /= max(1, float64(s.Masked))
	s.MaskedAccuracy /= max(1, float64(s.Masked))
	s.NextAccuracy /= max(1, float64(s.Pairs))
	return s, nil
}

// addWords counts the hidden pieces of a batch; the means are sums as yet.
func (s *PretrainingScore) addWords(batch []instance, words []float32, vocab int) {
	row := 0
	for _, e := range batch {
		for _, label := range e.labels {
			p := words[row*vocab : (row+1)*vocab]
			s.MaskedLoss -= float64(p[label])
			if _, best := kernel.Max(p); best == int(label) {
				s.MaskedAccuracy++
			}
			row++
		}
		s.Masked += len(e.labels)
	}
}

// addPairs counts the pairs of a batch.
func (s *PretrainingScore) addPairs(batch []instance, pairs []float32) {
	for i, e := range batch {
		if (pairs[2*i+1] > pairs[2*i]) == (e.follows == 1) {
			s.NextAccuracy++
		}
	}
	s.Pairs += len(batch)
}
