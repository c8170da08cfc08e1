package recurrent

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/reuse"
)

// LanguageModel says how likely each token is to come next in a text:
//
//	x_t = E[w_t],  h_t = recurrent net of x_1 … x_t,  z_t = O h_t + b
//	p(w_{t+1} | w_1 … w_t) = softmax(z_t)
//
// with the vectors E "emb.weight" (tokens, dim), the net's weights "rnn.…", O
// "out.weight" (tokens, hidden), which is E where tied, and b "out.bias". It
// learns by the cross entropy of the tokens that came.
//
// Of continuous text ([LMConfig].Window 0) each token is predicted from all that
// came before it: training reads as many streams, equal parts of the text, as
// there are examples in a batch, [LMConfig].Steps tokens of each at a time, and
// hands the states on without their gradients. With a Window each token is
// predicted from so many before it, and only the last place has a loss.
//
// Build one with [TrainLM], [NewLM] or [LoadLM]. [LanguageModel.Generate] writes on,
// [LanguageModel.Next] says what may come next, [LanguageModel.Score] and
// [LanguageModel.Perplexity] how likely a text is. They may be called from many
// goroutines, but not while weights are written to: within [LanguageModel.Fit] from
// its Progress alone.
//
// Cost of training, a token: 6·(weights of the net + tokens·hidden) operations.
//
// Sources: Bengio et al. 2003, A neural probabilistic language model (windows);
// Mikolov et al. 2010, Recurrent neural network based language model; Zaremba,
// Sutskever & Vinyals 2014, Recurrent neural network regularization.
type LanguageModel struct {
	cfg    LMConfig
	words  *vocab.Vocabulary
	params *verso.Params
	net    *lmNetwork
	judges *reuse.Pool[*judge] // one a goroutine
}

// TrainLM builds a language model for the tokens of a text and fits it.
// [LanguageModel.Perplexity] on valid, where that is not empty, is reported after
// each epoch: the score is minus its logarithm.
//
// On an error from the training itself, a cancelled context among them, the model
// is returned as well, as far as it came.
func TrainLM(ctx context.Context, text, valid string, c LMConfig, fit verso.FitConfig) (*LanguageModel, *verso.History, error) {
	words, err := LMVocabulary(text, c)
	if err != nil {
		return nil, nil, err
	}
	m, err := NewLM(words, c)
	if err != nil {
		return nil, nil, err
	}
	ids, err := m.IDs(text)
	if err != nil {
		return nil, nil, err
	}
	held, err := m.IDs(valid)
	if err != nil {
		return nil, nil, err
	}
	h, err := m.Fit(ctx, ids, held, fit)
	return m, h, err
}

// NewLM returns a language model over the tokens of a vocabulary that has not
// learned yet.
func NewLM(words *vocab.Vocabulary, c LMConfig) (*LanguageModel, error) {
	return newLM(verso.NewParams(c.Seed), words, c)
}

// newLM puts a language model together over ps.
func newLM(ps *verso.Params, words *vocab.Vocabulary, c LMConfig) (*LanguageModel, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if words == nil || words.Len() < 2 {
		n := 0
		if words != nil {
			n = words.Len()
		}
		return nil, fmt.Errorf("%w: a language model wants at least 2 different tokens, got %d", ErrText, n)
	}
	m := &LanguageModel{cfg: c, words: words, params: ps, net: newLMNetwork(ps, words.Len(), c)}
	m.judges = reuse.New(m.compile)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// Config returns the settings.
func (m *LanguageModel) Config() LMConfig { return m.cfg }

// Words returns the vocabulary.
func (m *LanguageModel) Words() *vocab.Vocabulary { return m.words }

// Params returns the weights: "emb.weight", "rnn.weight_ih_l0", "out.weight" and
// so on.
func (m *LanguageModel) Params() *verso.Params { return m.params }

// Fit trains on a text, given as numbers of [LanguageModel.IDs], from where the
// weights are. fit.Batch is the number of streams, or of windows; the order of
// continuous text is kept whatever fit says. A nil fit.Schedule is
// [ZarembaRate] from [LMConfig].Steps on (1 with a Window), with 4 epochs before
// it falls.
//
// The score of an epoch, where valid is not empty and fit brings none, is the
// mean logarithm of the probability of valid's tokens, read in as many streams
// as the training text.
//
// Cancel and resume work as verso.Fit has them: states are in the checkpoint. A
// text with fewer than two tokens a stream, or no window, is an [ErrText].
func (m *LanguageModel) Fit(ctx context.Context, ids, valid []int, fit verso.FitConfig) (*verso.History, error) {
	if err := m.check(ids); err != nil {
		return nil, err
	}
	var task verso.Task
	if n := m.cfg.Window; n > 0 {
		if len(ids) <= n {
			return nil, fmt.Errorf("%w: windows of %d want at least %d tokens, got %d", ErrText, n, n+1, len(ids))
		}
		task = m.windows(ids)
	} else {
		streams, err := cut(ids, fit.Batch)
		if err != nil {
			return nil, err
		}
		fit.KeepOrder = true
		task = m.continuous(streams)
	}
	if fit.Schedule == nil {
		fit.Schedule = ZarembaRate(float64(m.cfg.span()), 4, verso.StepsPerEpoch(task.Examples, fit.Batch))
	}
	if fit.Validate == nil && len(valid) > 0 {
		if err := m.judgeable(valid); err != nil { // now, not after the first epoch
			return nil, fmt.Errorf("validation text: %w", err)
		}
	}
	fit = fit.WithScore(len(valid), func(ctx context.Context) (float64, error) {
		nats, err := m.crossEntropy(ctx, valid, fit.Batch, fit.Workers)
		return -nats, err
	})
	return verso.Fit(ctx, task, fit)
}

// check finds numbers that are no tokens.
func (m *LanguageModel) check(ids []int) error {
	for i, id := range ids {
		if id < 0 || id >= m.words.Len() {
			return fmt.Errorf("%w: token %d is %d, the vocabulary has %d", verso.ErrInput, i, id, m.words.Len())
		}
	}
	return nil
}

// cut makes n equal streams of a text, each with one more token to predict than
// to read.
func cut(ids []int, n int) ([][]int, error) {
	n = max(n, 1)
	length := (len(ids) - 1) / n
	if length < 1 {
		return nil, fmt.Errorf("%w: %d streams want at least %d tokens, got %d", ErrText, n, n+1, len(ids))
	}
	streams := make([][]int, n)
	for s := range streams {
		streams[s] = ids[s*length : (s+1)*length+1]
	}
	return streams, nil
}
