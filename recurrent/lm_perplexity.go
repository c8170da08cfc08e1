package recurrent

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// Sizes of a run when a text is judged: tokens of a segment over all streams, and
// windows. No figure depends on them but by rounding.
const (
	judgeTokens  = 512
	judgeWindows = 64
)

// Perplexity returns how many tokens the model wavers between, on the average,
// at each place of a text:
//
//	exp(−1/n Σ_t ln p(w_{t+1} | w_1 … w_t))
//
// over the n tokens that have one before them, the text read as one stream from a
// state of 0, or over those that have a whole window before them. Numbers are
// those of [LanguageModel.IDs]. A text without such a token is an [ErrText].
func (m *LanguageModel) Perplexity(ctx context.Context, ids []int) (float64, error) {
	nats, err := m.crossEntropy(ctx, ids, 1, 0)
	if err != nil {
		return 0, err
	}
	return math.Exp(nats), nil
}

// Score returns ln p of each token that [LanguageModel.Perplexity] takes the mean
// over, in the order of the text: element i is of token i+1, or i+Window. The sum
// is the logarithm of the probability of the text after its first token, by which
// texts of one length can be ranked. Errors are those of Perplexity.
func (m *LanguageModel) Score(ctx context.Context, ids []int) ([]float64, error) {
	losses, err := m.losses(ctx, ids, 1, 0)
	for i, x := range losses {
		losses[i] = -x
	}
	return losses, err
}

// crossEntropy is the logarithm of the perplexity, of a text in n streams.
func (m *LanguageModel) crossEntropy(ctx context.Context, ids []int, n, workers int) (float64, error) {
	losses, err := m.losses(ctx, ids, n, workers)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, x := range losses {
		sum += x
	}
	return sum / float64(len(losses)), nil
}

// losses are −ln p of the tokens that count, those of several streams segment by
// segment. Workers of 0 are all cores; no bit depends on them.
func (m *LanguageModel) losses(ctx context.Context, ids []int, n, workers int) (out []float64, err error) {
	if err := m.judgeable(ids); err != nil {
		return nil, err
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	err = m.judges.With(func(j *judge) error {
		j.m.Graph().Mode().Workers = workers
		if m.cfg.Window > 0 {
			out, err = j.windows(ctx, ids, m.cfg.Window)
			return err
		}
		streams, err := cut(ids, min(n, len(ids)-1))
		if err != nil {
			return err
		}
		out, err = j.streams(ctx, streams)
		return err
	})
	return out, err
}

// judgeable says what is wrong with a text that is to be judged.
func (m *LanguageModel) judgeable(ids []int) error {
	if err := m.check(ids); err != nil {
		return err
	}
	if w := max(m.cfg.Window, 1); len(ids) <= w {
		return fmt.Errorf("%w: perplexity wants at least %d tokens, got %d", ErrText, w+1, len(ids))
	}
	return nil
}

// judge is a compiled graph of the losses of a batch.
type judge struct {
	m      *verso.Machine
	tokens verso.Tokens
	want   *gorgonia.Node
	loss   *gorgonia.Node // (tokens that are predicted)
	carry  *Carry         // nil with windows
	final  State
}

func (m *LanguageModel) compile() (*judge, error) {
	g := verso.NewGraph(m.cfg.Seed)
	j := &judge{tokens: g.Tokens("text"), want: g.Input("next", tensor.Int, 1)}
	var rows *gorgonia.Node
	if m.cfg.Window > 0 {
		_, s := m.net.forward(g, j.tokens, State{})
		rows = Final(g, m.net.layer, s)
	} else {
		j.carry = NewCarry(g, m.net.layer, "state")
		y, s := m.net.forward(g, j.tokens, j.carry.State())
		rows, j.final = y.Rows, s
	}
	j.loss = m.net.loss(g, rows, j.want, verso.ReduceNone)
	var err error
	j.m, err = g.Compile(nil)
	return j, err
}

func (j *judge) streams(ctx context.Context, streams [][]int) (out []float64, err error) {
	j.carry.Reset(len(streams))
	length := len(streams[0]) - 1
	steps := max(1, judgeTokens/len(streams))
	for from := 0; from < length; from += steps {
		to := min(from+steps, length)
		var batch [][]int
		var next []int
		for _, s := range streams {
			batch, next = append(batch, s[from:to]), append(next, s[from+1:to+1]...)
		}
		if out, err = j.run(ctx, batch, next, out); err != nil {
			return nil, err
		}
		if err := j.carry.Keep(j.final); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (j *judge) windows(ctx context.Context, ids []int, n int) (out []float64, err error) {
	for from := 0; from+n < len(ids); from += judgeWindows {
		var batch [][]int
		var next []int
		for at := from; at < min(from+judgeWindows, len(ids)-n); at++ {
			batch, next = append(batch, ids[at:at+n]), append(next, ids[at+n])
		}
		if out, err = j.run(ctx, batch, next, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// run appends the losses of a batch.
func (j *judge) run(ctx context.Context, batch [][]int, next []int, out []float64) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("judging a text: %w", err)
	}
	if err := j.m.FeedTokens(j.tokens, batch); err != nil {
		return nil, err
	}
	if err := j.m.FeedInts(j.want, next); err != nil {
		return nil, err
	}
	if err := j.m.Run(); err != nil {
		return nil, err
	}
	for _, x := range j.m.Float32s(j.loss) {
		out = append(out, float64(x))
	}
	return out, nil
}
