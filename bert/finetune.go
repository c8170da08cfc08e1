package bert

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
)

// ClassifierConfig holds the options of a [Classifier] or [Tagger]. It is taken
// literally: start from [DefaultClassifierConfig]. It is saved with the model.
type ClassifierConfig struct {
	Dropout   float64 `json:"dropout"`    // of the rows that are classified; default 0.1
	MaxPieces int     `json:"max_pieces"` // longer texts are cut; default 0: the model's positions
	Rate      float64 `json:"rate"`       // highest learning rate where fit has no schedule; default 5·10⁻⁵
	Seed      uint64  `json:"seed"`       // of the head's first weights; default 1
}

// DefaultClassifierConfig returns the values of Devlin et al. 2019. The paper
// tries rates of 5, 3 and 2·10⁻⁵; small models want more, 10⁻⁴ to 3·10⁻⁴ (Turc et
// al. 2019).
func DefaultClassifierConfig() ClassifierConfig {
	return ClassifierConfig{Dropout: 0.1, Rate: 5e-5, Seed: 1}
}

// DefaultFineTuning returns the training of Devlin et al. 2019, appendix A.3: 3
// epochs in batches of 32, [verso.BertAdam] with decay 0.01 but for biases and
// layer norms, gradients clipped to 1. The schedule is left open: [Classifier.Fit]
// takes [WarmupDecay] to the configuration's rate over the steps there are.
func DefaultFineTuning() verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Epochs, f.Batch, f.ClipNorm, f.Schedule = 3, 32, 1, nil
	f.Optimizer = verso.BertAdam(verso.DefaultBertAdamConfig())
	return f
}

// WarmupDecay returns BERT's schedule for a training on so many examples: the rate
// rises from 0 to its highest over a tenth of the steps, and falls back to 0.
func WarmupDecay(rate float64, examples int, f verso.FitConfig) verso.Schedule {
	steps := f.Epochs * verso.StepsPerEpoch(examples, f.Batch)
	return verso.LinearWarmupDecay(rate, steps/10, steps)
}

// ownCopy returns a model with these parts that belongs to a head: weights of m
// where m has them, else random ones.
func ownCopy(m *Model, h heads, seed uint64) (*Model, error) {
	ps := verso.NewParams(seed)
	own, err := newModel(m.pieces, m.cfg, h, ps, seed)
	if err != nil {
		return nil, err
	}
	for _, p := range ps.All() {
		if from, ok := m.params.Get(p.Name()); ok {
			copy(p.Float32s(), from.Float32s())
		}
	}
	return own, nil
}

// limit checks the settings of a head on a model and returns its longest sequence.
func (c ClassifierConfig) limit(m Config) (int, error) {
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return 0, fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, c.Dropout)
	}
	if !(c.Rate >= 0) || math.IsInf(c.Rate, 0) {
		return 0, fmt.Errorf("%w: rate wants a finite number of 0 or more, got %v", verso.ErrConfig, c.Rate)
	}
	return limitOf(m, c.MaxPieces)
}

// classify puts a head on the pooled rows into a graph.
func (m *Model) classify(g *verso.Graph, in Input, head *verso.Linear, dropout float64) *gorgonia.Node {
	pooled := m.pooler.Forward(g, m.encoder.ForwardFirst(g, in).Last)     // (batch, H)
	return head.Forward(g, dropped(g, verso.Dropout{P: dropout}, pooled)) // (batch, outputs)
}
