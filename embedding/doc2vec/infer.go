package doc2vec

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/kernel"
)

// InferConfig says how a new document is read; begin with [Model.DefaultInfer].
type InferConfig struct {
	Epochs  int // passes over the document
	Rate    float64
	MinRate float64
	Seed    uint64
}

// DefaultInfer returns epochs and rates of the training.
func (m *Model) DefaultInfer() InferConfig {
	p := &m.rows.Plan
	return InferConfig{Epochs: p.Epochs, Rate: p.Rate, MinRate: p.MinRate, Seed: 1}
}

// Infer returns the vector of a document that the model has not seen, as training would have learned it if all other
// vectors had stood still. Unknown words are left out; without any known one the vector is its random beginning. The same
// words and settings give the same vector. More passes than in training give steadier vectors of short documents. It may
// be called from many goroutines. Errors: [ErrConfig], and that of ctx.
func (m *Model) Infer(ctx context.Context, words []string, c InferConfig) ([]float32, error) {
	if c.Epochs < 1 || c.Epochs > maxEpochs {
		return nil, fmt.Errorf("%w: Epochs wants 1 … %d, got %d", ErrConfig, maxEpochs, c.Epochs)
	}
	if err := kind.CheckRates(c.Rate, c.MinRate); err != nil {
		return nil, err
	}
	// A table for the document alone, beside the model's targets, which are read only.
	own, err := loglinear.NewTables[float32](1, 0, m.Dim())
	if err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	own.Randomise(c.Seed)
	own.Out = m.rows.Tables.Out
	r := rand.NewPCG(c.Seed, 0x696e666572) // a stream of its own
	l, err := loglinear.NewLearner(own, m.objective, r)
	if err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	reader := reader{m: m, l: l, document: own.In, h: l.Room(), e: l.Room()}
	text := make([]int32, 0, len(words))
	for _, w := range words {
		if id, ok := m.index[w]; ok {
			text = append(text, id)
		}
	}
	var kept []int32
	for epoch := range c.Epochs {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("doc2vec: inferring: %w", err)
		}
		l.SetRate(c.Rate - (c.Rate-c.MinRate)*float64(epoch)/float64(max(1, c.Epochs-1)))
		kept = m.keep.Append(kept[:0], text, r)
		reader.read(kept)
	}
	return own.Input(0)[:m.Dim():m.Dim()], nil
}

// reader makes the steps of a new document.
type reader struct {
	m        *Model
	l        *loglinear.Learner[float32]
	document []float32 // Stride numbers
	h, e     []float32
}

func (r *reader) read(text []int32) {
	how := &r.m.how
	for i, target := range text {
		if how.Mode == DBOW {
			r.l.Learn(r.document, target, r.e, true)
			kernel.Add(r.document, r.document, r.e)
			continue
		}
		from, to := loglinear.Around(r.l.Rand, i, len(text), how.Window, !how.FixedWindow)
		copy(r.h, r.document)
		for k := from; k < to; k++ {
			if k != i {
				kernel.Add(r.h, r.h, r.m.rows.Tables.In[int(text[k])*len(r.h):int(text[k]+1)*len(r.h)])
			}
		}
		if how.Mode == DM {
			kernel.Scale(1/float32(to-from), r.h) // to−from−1 words and the document
		}
		r.l.Learn(r.h, target, r.e, true)
		kernel.Add(r.document, r.document, r.e)
	}
}
