package recurrent

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/golden"
)

// TestGoldenWordLM trains on the reference's segments through verso.Fit and
// compares losses, norms of gradients, states and weights, for one shard and for
// a shard a stream.
func TestGoldenWordLM(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"word_lm"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "vocab", "emb", "hidden", "layers", "segments", "bptt", "lr", "clip_norm")
		for _, shards := range []int{1, 3} {
			t.Run(fmt.Sprint("float64, shards ", shards), func(t *testing.T) { wordLM[float64](t, c, verso.NewParams64(1), "float64", shards) })
			t.Run(fmt.Sprint("float32, shards ", shards), func(t *testing.T) { wordLM[float32](t, c, verso.NewParams(1), "float32", shards) })
		}
	})
}

// norms notes the norm of the gradients, as clipped, at each step.
type norms struct {
	verso.Optimizer
	list []float64
}

func (n *norms) Step(rate float64, grads []verso.ParamGradient) error {
	n.list = append(n.list, verso.GradientNorm(grads, 2))
	return n.Optimizer.Step(rate, grads)
}

func wordLM[T float32 | float64](t *testing.T, c *golden.Case, ps *verso.Params, precision string, shards int) {
	cfg := DefaultLMConfig()
	cfg.Dim, cfg.Hidden, cfg.Layers, cfg.Steps = c.Int("emb"), c.Int("hidden"), c.Int("layers"), c.Int("bptt")
	var count vocab.Counter
	for i := range c.Int("vocab") {
		count.Add(fmt.Sprint(i))
	}
	words, err := count.Vocabulary(vocab.Config{})
	require.NoError(t, err)
	m, err := newLM(ps, words, cfg)
	require.NoError(t, err)
	require.Len(t, ps.All(), len(c.WeightNames()))
	for _, p := range ps.All() {
		require.Equal(t, c.Weight(p.Name()).Shape, p.Shape())
		require.NoError(t, p.Set(golden.As[T](c.Weight(p.Name()))))
	}

	data := c.Input("data") // (time, batch)
	streams := make([][]int, data.Shape[1])
	for i, id := range data.Ints() {
		streams[i%len(streams)] = append(streams[i%len(streams)], id)
	}
	task := m.continuous(streams)
	require.Equal(t, c.Int("segments")*len(streams), task.Examples)
	var losses []float64
	fit := DefaultLMFit(cfg)
	fit.Epochs, fit.Batch, fit.Shards, fit.ClipNorm = 1, len(streams), shards, c.Float("clip_norm")
	fit.Schedule = verso.ConstantRate(c.Float("lr"))
	seen := &norms{Optimizer: fit.Optimizer}
	fit.Optimizer = seen
	fit.Progress = func(p verso.Progress) error {
		if !p.EpochDone {
			losses = append(losses, p.Loss)
		}
		return nil
	}
	_, err = verso.Fit(t.Context(), task, fit)
	require.NoError(t, err)

	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(precision, "losses"), losses, tol, "losses")
	mean := 0.0
	for _, x := range losses {
		mean += x / float64(len(losses))
	}
	golden.Close(t, c.Output(precision, "perplexity"), []float64{math.Exp(mean)}, tol, "perplexity")
	for i, want := range c.Output(precision, "grad_norms").F64 {
		require.InDelta(t, min(want, fit.ClipNorm), seen.list[i], 1e-5*(1+want), "clipped norm of step %d", i+1)
	}
	for _, p := range ps.All() {
		golden.Close(t, c.Output(precision, "weights_after/"+p.Name()), paramElements[T](p), tol, p.Name())
	}

	h := make([]T, cfg.Layers*len(streams)*cfg.Hidden)
	memory := make([]T, len(h))
	first := 0 // stream of a shard
	for _, part := range task.Carry.(*segments).shards {
		require.NoError(t, part.keep())
		n := part.carry.h.Shape()[1] * cfg.Hidden
		for l := range cfg.Layers {
			copy(h[l*len(streams)*cfg.Hidden+first:], part.carry.h.Data().([]T)[l*n:(l+1)*n])
			copy(memory[l*len(streams)*cfg.Hidden+first:], part.carry.c.Data().([]T)[l*n:(l+1)*n])
		}
		first += n
	}
	golden.Close(t, c.Output(precision, "h_n"), h, tol, "h_n")
	golden.Close(t, c.Output(precision, "c_n"), memory, tol, "c_n")
}

func paramElements[T float32 | float64](p *verso.Param) []T {
	if x, ok := any(p.Float32s()).([]T); ok && x != nil {
		return x
	}
	x, _ := any(p.Float64s()).([]T)
	return x
}
