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
	nats, err := m.crossEntropy(ctx, ids, 1)
	return math.Exp(nats), err
}

// crossEntropy is the logarithm of the perplexity, of a text in n streams.
func (m *LanguageModel) crossEntropy(ctx context.Context, ids []int, n int) (float64, error) {
	if err := m.check(ids); err != nil {
		return 0, err
	}
	if w := max(m.cfg.Window, 1); len(ids) <= w {
		return 0, fmt.Errorf("%w: perplexity wants at least %d tokens, got %d", ErrText, w+1, len(ids))
	}
	j, err := m.judge()
	if err != nil {
		return 0, err
	}
	defer m.free(j)
	if m.cfg.Window > 0 {
		return j.windows(ctx, ids, m.cfg.Window)
	}
	streams, err := cut(ids, min(n, len(ids)-1))
	if err != nil {
		return 0, err
	}
	return j.streams(ctx, streams)
}

// judge is a compiled graph that sums the loss of a batch.
type judge struct {
	m      *verso.Machine
	tokens verso.Tokens
	want   *gorgonia.Node
	loss   *gorgonia.Node
	carry  *Carry // nil with windows
	final  State
}

func (m *LanguageModel) judge() (*judge, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.judges); n > 0 {
		j := m.judges[n-1]
		m.judges = m.judges[:n-1]
		return j, nil
	}
	g := verso.NewGraph(m.cfg.Seed)
	g.Mode().Workers = runtime.GOMAXPROCS(0) // no bit depends on it
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
	c := verso.DefaultCrossEntropyConfig()
	c.Reduction = verso.ReduceSum
	j.loss = verso.CrossEntropy(g, m.net.logits(g, rows), j.want, c)
	var err error
	j.m, err = g.Compile(nil)
	return j, err
}

func (m *LanguageModel) free(j *judge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.judges = append(m.judges, j)
}

func (j *judge) streams(ctx context.Context, streams [][]int) (float64, error) {
	j.carry.Reset(len(streams))
	length, sum := len(streams[0])-1, 0.0
	steps := max(1, judgeTokens/len(streams))
	for from := 0; from < length; from += steps {
		to := min(from+steps, length)
		var batch [][]int
		var next []int
		for _, s := range streams {
			batch, next = append(batch, s[from:to]), append(next, s[from+1:to+1]...)
		}
		x, err := j.run(ctx, batch, next)
		if err != nil {
			return 0, err
		}
		if err := j.carry.Keep(j.final); err != nil {
			return 0, err
		}
		sum += x
	}
	return sum / float64(length*len(streams)), nil
}

func (j *judge) windows(ctx context.Context, ids []int, n int) (float64, error) {
	sum := 0.0
	for from := 0; from+n < len(ids); from += judgeWindows {
		var batch [][]int
		var next []int
		for at := from; at < min(from+judgeWindows, len(ids)-n); at++ {
			batch, next = append(batch, ids[at:at+n]), append(next, ids[at+n])
		}
		x, err := j.run(ctx, batch, next)
		if err != nil {
			return 0, err
		}
		sum += x
	}
	return sum / float64(len(ids)-n), nil
}

// run returns the summed loss of a batch.
func (j *judge) run(ctx context.Context, batch [][]int, next []int) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("judging a text: %w", err)
	}
	if err := j.m.FeedTokens(j.tokens, batch); err != nil {
		return 0, err
	}
	if err := j.m.FeedInts(j.want, next); err != nil {
		return 0, err
	}
	if err := j.m.Run(); err != nil {
		return 0, err
	}
	return j.m.Scalar(j.loss), nil
}
