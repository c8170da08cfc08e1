package verso_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// bag is a bag-of-words classifier: embedding, mean over time, dropout, linear, cross
// entropy. A text's class is whether its words are mostly below 10.
type bag struct {
	ps     *verso.Params
	table  *verso.Param
	out    *verso.Linear
	texts  [][]int
	labels []int
	drop   float64
	fed    func(examples []int) // called for each batch
}

func newBag(seed uint64, examples int) *bag { return newBagOf(seed, examples, 20) }

func newBagOf(seed uint64, examples, words int) *bag {
	b := &bag{ps: verso.NewParams(seed), drop: 0.2}
	b.table = b.ps.NewTable("embedding.weight", verso.Normal(0, 0.5), words, 6)
	b.out = verso.NewLinear(b.ps.Scope("out"), 6, 2)
	rng := rand.New(rand.NewPCG(7, 7))
	for range examples {
		label := rng.IntN(2)
		text := make([]int, 1+rng.IntN(5))
		for i := range text {
			text[i] = rng.IntN(10) + 10*label
		}
		b.texts, b.labels = append(b.texts, text), append(b.labels, label)
	}
	return b
}

func (b *bag) task() verso.Task {
	return verso.Task{Params: b.ps, Examples: len(b.texts), Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
		words, labels := g.Tokens("words"), g.Input("labels", tensor.Int, 1)
		h := verso.MeanOverTime(g, verso.Sequence{Rows: lookup(g, words.IDs, b.table), Lengths: words.Lengths})
		loss := verso.CrossEntropy(g, b.out.Forward(g, verso.Dropout{P: b.drop}.Forward(g, h)), labels, verso.DefaultCrossEntropyConfig())
		return loss, func(m *verso.Machine, examples []int) error {
			if b.fed != nil {
				b.fed(examples)
			}
			var texts [][]int
			var ys []int
			for _, i := range examples {
				texts, ys = append(texts, b.texts[i]), append(ys, b.labels[i])
			}
			if err := m.FeedTokens(words, texts); err != nil {
				return err
			}
			return m.FeedInts(labels, ys)
		}, g.Err()
	}}
}

// weights are all the bytes of a model.
func (b *bag) weights() []float32 {
	var out []float32
	for _, p := range b.ps.All() {
		out = append(out, p.Float32s()...)
	}
	return out
}

func fitConfig() verso.FitConfig {
	c := verso.DefaultFitConfig()
	c.Epochs, c.Batch, c.Seed = 4, 8, 3
	c.Schedule = verso.ConstantRate(0.02)
	return c
}

func TestFitLearns(t *testing.T) {
	b := newBag(1, 100)
	var reports []verso.Progress
	c := fitConfig()
	c.Epochs = 10
	c.Progress = func(p verso.Progress) error { reports = append(reports, p); return nil }
	h, err := verso.Fit(t.Context(), b.task(), c)
	require.NoError(t, err)
	require.Len(t, h.Epochs, 10)
	assert.Greater(t, h.Epochs[0].Loss, 0.5)
	assert.Less(t, h.Epochs[9].Loss, 0.15)
	assert.Equal(t, 130, h.Steps)
	assert.Equal(t, -1, h.Best)

	require.Len(t, reports, 140)
	first, end := reports[0], reports[13]
	assert.Equal(t, []int{1, 10, 1, 130, 8}, []int{first.Epoch, first.Epochs, first.Step, first.Steps, first.Examples})
	assert.Equal(t, first.Loss, first.MeanLoss)
	assert.Positive(t, first.ExamplesPerSecond)
	assert.Positive(t, first.Remaining)
	assert.True(t, end.EpochDone)
	assert.Equal(t, []int{1, 13, 100}, []int{end.Epoch, end.Step, end.Examples})
	assert.Equal(t, h.Epochs[0].Loss, end.MeanLoss)
	assert.Zero(t, reports[139].Remaining)
}

// Every example once an epoch, in another order each time unless KeepOrder.
func TestFitOrder(t *testing.T) {
	for _, keep := range []bool{false, true} {
		b := newBag(1, 20)
		var seen []int
		b.fed = func(examples []int) { seen = append(seen, examples...) }
		c := fitConfig()
		c.Epochs, c.KeepOrder = 2, keep
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
		all := make([]int, 20)
		for i := range all {
			all[i] = i
		}
		require.Len(t, seen, 40)
		if keep {
			assert.Equal(t, append(all, all...), seen)
			continue
		}
		assert.ElementsMatch(t, all, seen[:20])
		assert.ElementsMatch(t, all, seen[20:])
		assert.NotEqual(t, seen[:20], seen[20:])
	}
}

// Workers never change a byte, neither over shards nor within kernels; shards do.
func TestFitSameBytesForAnyWorkers(t *testing.T) {
	run := func(shards, workers int, opt verso.Optimizer) []float32 {
		b := newBagOf(1, 50, 12_000) // the table is large enough for AdamW to cut it, and all of it moves
		c := fitConfig()
		c.Shards, c.Workers, c.ClipNorm, c.Optimizer = shards, workers, 0.5, opt
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
		return b.weights()
	}
	for _, opt := range []verso.Optimizer{verso.AdamW(verso.DefaultAdamWConfig()), verso.Adadelta(verso.DefaultAdadeltaConfig())} {
		whole, cut := run(1, 1, opt), run(4, 1, opt)
		for _, workers := range []int{1, 2, 4} {
			assert.Equal(t, whole, run(1, workers, opt), "1 shard, %d workers", workers)
			assert.Equal(t, cut, run(4, workers, opt), "4 shards, %d workers", workers)
		}
		assert.NotEqual(t, whole, cut, "dropout and rounding depend on shards")
	}
}

// Without dropout, shards are the whole batch up to rounding, also where the
// parts have unequal weights.
func TestFitShardsAddUp(t *testing.T) {
	run := func(shards int) (*bag, *verso.History) {
		b := newBag(1, 21) // 8 + 8 + 5
		b.drop = 0
		task := b.task()
		c := fitConfig()
		c.Shards, c.Optimizer, c.Schedule = shards, verso.SGD(verso.SGDConfig{}), verso.ConstantRate(0.5)
		h, err := verso.Fit(t.Context(), task, c)
		require.NoError(t, err)
		return b, h
	}
	one, h1 := run(1)
	for _, shards := range []int{2, 3, 8, 100} {
		many, hn := run(shards)
		assert.InDeltaSlice(t, one.weights(), many.weights(), 1e-5, "%d shards", shards)
		assert.InDelta(t, h1.Epochs[3].Loss, hn.Epochs[3].Loss, 1e-5)
	}
}

// Dropout draws anew at every step and in every shard, and the same in every run.
func TestFitDropout(t *testing.T) {
	run := func() (losses []float64, shards []uint64) {
		b := newBag(1, 24)
		task := b.task()
		build := task.Build
		task.Build = func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			shards = append(shards, g.Mode().Shard)
			return build(g)
		}
		c := fitConfig()
		c.Batch, c.KeepOrder, c.Shards, c.Schedule = 24, true, 3, verso.ConstantRate(0)
		c.Progress = func(p verso.Progress) error {
			if !p.EpochDone {
				losses = append(losses, p.Loss)
			}
			return nil
		}
		_, err := verso.Fit(t.Context(), task, c)
		require.NoError(t, err)
		return losses, shards
	}
	losses, shards := run()
	again, _ := run()
	assert.Equal(t, losses, again)
	assert.Equal(t, []uint64{0, 1, 2}, shards)
	slices.Sort(losses)
	assert.Len(t, slices.Compact(losses), 4, "weights stay, batches are equal: dropout alone makes the difference")
}

// A padding row has no gradient, whether by shards or not, and keeps its values.
func TestFitZeroRow(t *testing.T) {
	for _, shards := range []int{1, 2} {
		b := newBag(1, 20)
		b.table.ZeroRow = b.texts[0][0]
		row := func() []float32 { return slices.Clone(b.table.Float32s()[6*b.table.ZeroRow : 6*b.table.ZeroRow+6]) }
		before := row()
		c := fitConfig()
		c.Shards = shards
		opt := &recorder{Optimizer: c.Optimizer}
		c.Optimizer = opt
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
		assert.Equal(t, before, row())
		seen := 0
		for _, g := range opt.first {
			for k, i := range g.Rows {
				if i == b.table.ZeroRow {
					seen++
					assert.Equal(t, make([]float32, 6), g.F32[6*k:6*k+6])
				}
			}
		}
		assert.Equal(t, 1, seen)
	}
}

// recorder keeps the first gradients in which row ZeroRow was touched.
type recorder struct {
	verso.Optimizer
	first []verso.ParamGradient
}

func (r *recorder) Step(rate float64, grads []verso.ParamGradient) error {
	for _, g := range grads {
		if len(r.first) == 0 && g.Sparse && slices.Contains(g.Rows, g.Param.ZeroRow) {
			g.Rows, g.F32 = slices.Clone(g.Rows), slices.Clone(g.F32)
			r.first = append(r.first, g)
		}
	}
	return r.Optimizer.Step(rate, grads)
}

// A weight of 0 takes a shard, or a batch, out; its gradient must not count.
func TestFitWeight(t *testing.T) {
	b := newBag(1, 8)
	b.drop = 0
	task := b.task()
	task.Weight = func(examples []int) float64 {
		n := 0.0
		for _, i := range examples {
			if i < 4 {
				n++
			}
		}
		return n
	}
	var fed []int
	b.fed = func(examples []int) { fed = append(fed, examples...) }
	c := fitConfig()
	c.Shards, c.KeepOrder, c.Epochs = 2, true, 1
	_, err := verso.Fit(t.Context(), task, c)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2, 3}, fed)

	before := b.weights()
	task.Weight = func([]int) float64 { return 0 }
	h, err := verso.Fit(t.Context(), task, c)
	require.NoError(t, err)
	assert.Equal(t, before, b.weights())
	assert.Zero(t, h.Epochs[0].Loss)

	task.Weight = func([]int) float64 { return math.NaN() }
	_, err = verso.Fit(t.Context(), task, c)
	assert.ErrorIs(t, err, verso.ErrConfig)
}

func TestFitEarlyStopping(t *testing.T) {
	scores := []float64{1, 3, math.NaN(), 3, 2, 9}
	b := newBag(1, 16)
	var at [][]float32
	c := fitConfig()
	c.Epochs, c.Patience, c.RestoreBest = 6, 3, true
	c.Validate = func(context.Context) (float64, error) {
		at = append(at, b.weights())
		return scores[len(at)-1], nil
	}
	h, err := verso.Fit(t.Context(), b.task(), c)
	require.NoError(t, err)
	assert.True(t, h.Early)
	assert.Equal(t, 1, h.Best)
	require.Len(t, h.Epochs, 5)
	assert.Equal(t, 3.0, h.Epochs[1].Score)
	assert.Equal(t, at[1], b.weights(), "the best weights are back")
	assert.NotEqual(t, at[4], b.weights())
}

// A plateau schedule hears the scores of Validate.
func TestFitPlateau(t *testing.T) {
	b := newBag(1, 16)
	c := fitConfig()
	p := verso.DefaultPlateauConfig()
	p.Patience = 0
	c.Schedule = verso.Plateau(0.1, p)
	c.Validate = func(context.Context) (float64, error) { return 1, nil }
	for range 2 { // each Fit begins at the base
		h, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
		assert.InDelta(t, 0.1, h.Epochs[1].Rate, 1e-12)
		assert.InDelta(t, 0.01, h.Epochs[2].Rate, 1e-12)
	}
}

func TestFitNotFinite(t *testing.T) {
	for _, shards := range []int{1, 2} {
		b := newBag(1, 40)
		b.drop = 0
		var before []float32
		steps := 0
		c := fitConfig()
		c.Shards, c.Workers = shards, 1
		b.fed = func([]int) {
			if steps++; steps == 2*shards+1 { // the third step
				b.out.Weight.Float32s()[3] = float32(math.Inf(1))
				before = b.weights()
			}
		}
		h, err := verso.Fit(t.Context(), b.task(), c)
		require.ErrorIs(t, err, verso.ErrNotFinite)
		assert.ErrorContains(t, err, "step 3")
		assert.ErrorContains(t, err, `"out.weight"`)
		assert.Equal(t, before, b.weights(), "as before the step")
		assert.Equal(t, 2, h.Steps)
	}
}

func TestFitStopsCleanly(t *testing.T) {
	full := errors.New("disk full")
	for name, stop := range map[string]func(c *verso.FitConfig, cancel func()) error{
		"progress": func(c *verso.FitConfig, _ func()) error {
			c.Progress = func(p verso.Progress) error {
				if p.Step == 3 {
					return full
				}
				return nil
			}
			return full
		},
		"cancel": func(c *verso.FitConfig, cancel func()) error {
			c.Progress = func(p verso.Progress) error {
				if p.Step == 3 {
					cancel()
				}
				return nil
			}
			return context.Canceled
		},
		"validate": func(c *verso.FitConfig, _ func()) error {
			c.Validate = func(context.Context) (float64, error) { return 0, full }
			return full
		},
	} {
		b := newBag(1, 24)
		c := fitConfig()
		ctx, cancel := context.WithCancel(t.Context())
		want := stop(&c, cancel)
		h, err := verso.Fit(ctx, b.task(), c)
		cancel()
		require.ErrorIs(t, err, want, name)
		assert.Equal(t, 3, h.Steps, name)
		assert.Empty(t, h.Epochs, name)
	}
}

func TestFitErrors(t *testing.T) {
	for reason, test := range map[string]struct {
		change func(task *verso.Task, c *verso.FitConfig)
		want   error
	}{
		"no examples":         {func(task *verso.Task, _ *verso.FitConfig) { task.Examples = 0 }, verso.ErrData},
		"negative examples":   {func(task *verso.Task, _ *verso.FitConfig) { task.Examples = -1 }, verso.ErrData},
		"no parameters":       {func(task *verso.Task, _ *verso.FitConfig) { task.Params = nil }, verso.ErrConfig},
		"no build":            {func(task *verso.Task, _ *verso.FitConfig) { task.Build = nil }, verso.ErrConfig},
		"error of parameters": {func(task *verso.Task, _ *verso.FitConfig) { task.Params.New("out.bias", verso.Zeros(), 1) }, verso.ErrDuplicateParam},
		"all frozen": {func(task *verso.Task, _ *verso.FitConfig) {
			for _, p := range task.Params.All() {
				p.Freeze(true)
			}
		}, verso.ErrConfig},
		"outside Params":      {func(task *verso.Task, _ *verso.FitConfig) { task.Params = task.Params.Scope("out") }, verso.ErrConfig},
		"batch":               {func(_ *verso.Task, c *verso.FitConfig) { c.Batch = 0 }, verso.ErrConfig},
		"epochs":              {func(_ *verso.Task, c *verso.FitConfig) { c.Epochs = -1 }, verso.ErrConfig},
		"shards":              {func(_ *verso.Task, c *verso.FitConfig) { c.Shards = -2 }, verso.ErrConfig},
		"workers":             {func(_ *verso.Task, c *verso.FitConfig) { c.Workers = -1 }, verso.ErrConfig},
		"coupled":             {func(task *verso.Task, c *verso.FitConfig) { task.Coupled, c.Shards = true, 2 }, verso.ErrConfig},
		"clip":                {func(_ *verso.Task, c *verso.FitConfig) { c.ClipNorm = -1 }, verso.ErrConfig},
		"no optimizer":        {func(_ *verso.Task, c *verso.FitConfig) { c.Optimizer = nil }, verso.ErrConfig},
		"bad optimizer":       {func(_ *verso.Task, c *verso.FitConfig) { c.Optimizer = verso.Adam(verso.AdamConfig{Beta1: 1}) }, verso.ErrConfig},
		"no schedule":         {func(_ *verso.Task, c *verso.FitConfig) { c.Schedule = nil }, verso.ErrConfig},
		"bad rate":            {func(_ *verso.Task, c *verso.FitConfig) { c.Schedule = verso.ConstantRate(math.NaN()) }, verso.ErrConfig},
		"patience, no scores": {func(_ *verso.Task, c *verso.FitConfig) { c.Patience = 1 }, verso.ErrConfig},
		"resume from nothing": {func(_ *verso.Task, c *verso.FitConfig) { c.Resume = true }, verso.ErrConfig},
		"checkpoint nowhere": {func(_ *verso.Task, c *verso.FitConfig) {
			c.Checkpoint = filepath.Join(t.TempDir(), "none", "x")
		}, nil}, // the error of the file system
	} {
		b := newBag(1, 10)
		before := b.weights()
		task, c := b.task(), fitConfig()
		test.change(&task, &c)
		_, err := verso.Fit(t.Context(), task, c)
		if test.want == nil {
			assert.Error(t, err, reason)
			continue
		}
		assert.ErrorIs(t, err, test.want, reason)
		assert.Equal(t, before, b.weights(), reason)
	}
}

// The error of an operation, such as a word that the table lacks, is the error of Fit.
func TestFitBadExample(t *testing.T) {
	b := newBag(1, 10)
	b.texts[9][0] = 20
	c := fitConfig()
	c.Shards, c.KeepOrder = 2, true
	_, err := verso.Fit(t.Context(), b.task(), c)
	require.ErrorIs(t, err, verso.ErrInput)
	assert.EqualError(t, err, "step 2, in epoch 1: embedding: input out of range: id 20 at place 0, the table has 20 rows")
}

func TestFitNothing(t *testing.T) {
	b := newBag(1, 10)
	before := b.weights()
	c := fitConfig()
	c.Epochs = 0
	h, err := verso.Fit(t.Context(), b.task(), c)
	require.NoError(t, err)
	assert.Empty(t, h.Epochs)
	assert.Equal(t, before, b.weights())
}

// A step may allocate what the machine does, not more with the size of the batch.
func TestFitAllocations(t *testing.T) {
	for _, shards := range []int{1, 4} {
		b := newBag(1, 320)
		var counts []uint64
		c := fitConfig()
		c.Epochs, c.Shards = 1, shards
		c.Progress = func(verso.Progress) error {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			counts = append(counts, m.Mallocs)
			return nil
		}
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
		n := len(counts) - 2 // the last report ends the epoch
		perStep := (counts[n] - counts[1]) / uint64(n-1)
		assert.Less(t, perStep, uint64(1000), "%d shards", shards)
		t.Logf("%d shards: %d allocations a step", shards, perStep)
	}
}

func ExampleFit() {
	// Fit y = 2x − 1.
	ps := verso.NewParams(1)
	line := verso.NewLinear(ps, 1, 1)
	task := verso.Task{Params: ps, Examples: 16, Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
		x, y := g.Input("x", tensor.Float32, 1, 1), g.Input("y", tensor.Float32, 1, 1)
		loss := verso.MSE(g, line.Forward(g, x), y, verso.DefaultMSEConfig())
		return loss, func(m *verso.Machine, examples []int) error {
			xs, ys := make([]float32, len(examples)), make([]float32, len(examples))
			for k, i := range examples {
				xs[k] = float32(i)/8 - 1
				ys[k] = 2*xs[k] - 1
			}
			if err := m.Feed(x, tensor.New(tensor.WithShape(len(xs), 1), tensor.WithBacking(xs))); err != nil {
				return err
			}
			return m.Feed(y, tensor.New(tensor.WithShape(len(ys), 1), tensor.WithBacking(ys)))
		}, nil
	}}
	c := verso.DefaultFitConfig()
	c.Epochs, c.Batch = 50, 4
	c.Optimizer, c.Schedule = verso.SGD(verso.DefaultSGDConfig()), verso.ConstantRate(0.3)
	if _, err := verso.Fit(context.Background(), task, c); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("y = %.2f x %+.2f\n", line.Weight.Float32s()[0], line.Bias.Float32s()[0])
	// Output: y = 2.00 x -1.00
}

func lookup(g *verso.Graph, ids *gorgonia.Node, table *verso.Param) *gorgonia.Node {
	return g.Apply("embedding", op.Lookup(op.LookupConfig{PadRow: -1}), ids, g.Param(table))
}
