package verso_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
)

// goldenOptimizer reads an optimizer with torch's names of options.
func goldenOptimizer(t *testing.T, c *golden.Case) verso.Optimizer {
	t.Helper()
	maximize := c.Bool("maximize", false)
	options := func(keys ...string) { // and those by which torch chooses between ways of computing the same
		c.OnlyKeys(t, append(keys, "optimizer", "lr", "maximize", "foreach", "fused", "capturable", "differentiable")...)
	}
	adam := func() verso.AdamConfig {
		options("betas", "eps", "weight_decay", "amsgrad")
		betas := c.Floats("betas")
		return verso.AdamConfig{Beta1: betas[0], Beta2: betas[1], Eps: c.Float("eps"), WeightDecay: c.Float("weight_decay"), AMSGrad: c.Bool("amsgrad", false), Maximize: maximize}
	}
	switch name := c.String("optimizer"); name {
	case "sgd":
		options("momentum", "dampening", "weight_decay", "nesterov")
		return verso.SGD(verso.SGDConfig{Momentum: c.Float("momentum"), Dampening: c.Float("dampening"), WeightDecay: c.Float("weight_decay"), Nesterov: c.Bool("nesterov"), Maximize: maximize})
	case "adam":
		return verso.Adam(adam())
	case "adamw":
		return verso.AdamW(adam())
	case "bert_adam":
		return verso.BertAdam(adam())
	case "rmsprop":
		options("momentum", "alpha", "eps", "centered", "weight_decay")
		return verso.RMSProp(verso.RMSPropConfig{
			Alpha: c.Float("alpha"), Eps: c.Float("eps"), WeightDecay: c.Float("weight_decay"), Momentum: c.Float("momentum"), Centered: c.Bool("centered"), Maximize: maximize,
		})
	case "adagrad":
		options("lr_decay", "eps", "weight_decay", "initial_accumulator_value")
		return verso.AdaGrad(verso.AdaGradConfig{
			RateDecay: c.Float("lr_decay"), WeightDecay: c.Float("weight_decay"), Initial: c.Float("initial_accumulator_value"), Eps: c.Float("eps"), Maximize: maximize,
		})
	case "adadelta":
		options("rho", "eps", "weight_decay")
		return verso.Adadelta(verso.AdadeltaConfig{Rho: c.Float("rho"), Eps: c.Float("eps"), WeightDecay: c.Float("weight_decay"), Maximize: maximize})
	case "sparse_adam":
		options("betas", "eps")
		betas := c.Floats("betas")
		return verso.SparseAdam(verso.SparseAdamConfig{Beta1: betas[0], Beta2: betas[1], Eps: c.Float("eps"), Maximize: maximize})
	default:
		t.Fatalf("unknown optimizer %q", name)
		return nil
	}
}

func TestGoldenOptimizer(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"optimizer"}, func(t *testing.T, c *golden.Case) {
		for _, table := range []bool{false, true} {
			goldenOptimizerRun[float64](t, c, golden.Float64, table)
			goldenOptimizerRun[float32](t, c, golden.Float32, table)
		}
	})
}

// goldenOptimizerRun makes all steps of a case; as tables, matrices get the rows
// alone that have a gradient.
func goldenOptimizerRun[T float32 | float64](t *testing.T, c *golden.Case, precision string, table bool) {
	ps := newParams[T](1)
	opt := goldenOptimizer(t, c)
	var params []*verso.Param
	var names []string
	for _, in := range c.InputNames() {
		name, ok := strings.CutPrefix(in, "params/")
		if !ok {
			continue
		}
		x := c.Input(in)
		init := verso.Values(golden.As[float64](x))
		if table && len(x.Shape) == 2 {
			params = append(params, ps.NewTable(name, init, x.Shape[0], x.Shape[1]))
		} else {
			params = append(params, ps.New(name, init, x.Shape...))
		}
		names = append(names, name)
	}
	require.NoError(t, ps.Err())
	steps := c.Input("grads/" + names[0]).Shape[0]
	for step := range steps {
		var grads []verso.ParamGradient
		for i, p := range params {
			all := golden.As[T](c.Input("grads/" + names[i]))
			g := gradient(p, all[step*p.Len():(step+1)*p.Len()])
			if p.Table() {
				g = touched[T](g)
			}
			grads = append(grads, g)
		}
		require.NoError(t, opt.Step(c.Float("lr"), grads))
		for i, p := range params {
			want := c.Output(precision, names[i])
			want.F64, want.Shape = want.F64[step*p.Len():(step+1)*p.Len()], want.Shape[1:]
			golden.Close(t, want, elements[T](p), c.Tolerance(precision), fmt.Sprintf("%s after step %d (%s, table %v)", names[i], step, precision, table))
		}
	}
}

func newParams[T float32 | float64](seed uint64) *verso.Params {
	if _, ok := any(*new(T)).(float64); ok {
		return verso.NewParams64(seed)
	}
	return verso.NewParams(seed)
}

func elements[T float32 | float64](p *verso.Param) []T {
	if x, ok := any(p.Float32s()).([]T); ok {
		return x
	}
	return any(p.Float64s()).([]T)
}

// gradient is a dense gradient.
func gradient[T float32 | float64](p *verso.Param, x []T) verso.ParamGradient {
	g := verso.ParamGradient{Param: p}
	switch x := any(x).(type) {
	case []float32:
		g.F32 = x
	case []float64:
		g.F64 = x
	}
	return g
}

// touched keeps the rows of a dense gradient that are not zero.
func touched[T float32 | float64](g verso.ParamGradient) verso.ParamGradient {
	width := g.Param.Shape()[1]
	x, ok := any(g.F32).([]T)
	if !ok {
		x = any(g.F64).([]T)
	}
	var kept []T
	var rows []int
	for i := range g.Param.Shape()[0] {
		row := x[i*width : (i+1)*width]
		for _, v := range row {
			if v != 0 {
				rows, kept = append(rows, i), append(kept, row...)
				break
			}
		}
	}
	s := gradient(g.Param, kept)
	s.Sparse, s.Rows = true, rows
	return s
}

func TestRowSparseEqualsDense(t *testing.T) {
	for name, make := range map[string]func() verso.Optimizer{
		"SGD":          func() verso.Optimizer { return verso.SGD(verso.SGDConfig{}) },
		"SGD momentum": func() verso.Optimizer { return verso.SGD(verso.SGDConfig{Momentum: 0.9, WeightDecay: 0.01}) },
		"AdaGrad": func() verso.Optimizer {
			return verso.AdaGrad(verso.AdaGradConfig{Eps: 1e-10, RateDecay: 0.1, Initial: 0.1})
		},
		"AdaGrad decay": func() verso.Optimizer { return verso.AdaGrad(verso.AdaGradConfig{Eps: 1e-10, WeightDecay: 0.1}) },
		"Adadelta":      func() verso.Optimizer { return verso.Adadelta(verso.DefaultAdadeltaConfig()) },
		"RMSProp":       func() verso.Optimizer { return verso.RMSProp(verso.DefaultRMSPropConfig()) },
		"RMSProp centered": func() verso.Optimizer {
			return verso.RMSProp(verso.RMSPropConfig{Alpha: 0.9, Eps: 1e-8, Centered: true})
		},
		"RMSProp momentum": func() verso.Optimizer {
			return verso.RMSProp(verso.RMSPropConfig{Alpha: 0.9, Eps: 1e-8, Momentum: 0.5})
		},
		"Adam": func() verso.Optimizer { return verso.Adam(verso.DefaultAdamConfig()) },
		"AdamW without all": func() verso.Optimizer {
			c := verso.DefaultAdamWConfig()
			c.Decay = verso.DecayExcept("table")
			return verso.AdamW(c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			const rows, width = 7, 3
			dense, sparse := make(), make()
			p := verso.NewParams64(3).NewTable("table", verso.Normal(0, 1), rows, width)
			q := verso.NewParams64(3).NewTable("table", verso.Normal(0, 1), rows, width)
			require.Equal(t, p.Float64s(), q.Float64s())
			for range 40 {
				x := sparseRows(rng, rows, width)
				require.NoError(t, dense.Step(0.1, []verso.ParamGradient{gradient(p, x)}))
				require.NoError(t, sparse.Step(0.1, []verso.ParamGradient{touched[float64](gradient(q, x))}))
				assert.InDeltaSlice(t, p.Float64s(), q.Float64s(), 1e-12)
			}
		})
	}
}

// Rows that had dense gradients before the first sparse one have missed no step.
func TestRowSparseAfterDense(t *testing.T) {
	for _, make := range []func() verso.Optimizer{
		func() verso.Optimizer { return verso.Adadelta(verso.DefaultAdadeltaConfig()) },
		func() verso.Optimizer { return verso.RMSProp(verso.DefaultRMSPropConfig()) },
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		dense, mixed := make(), make()
		p := verso.NewParams64(3).NewTable("table", verso.Normal(0, 1), 7, 3)
		q := verso.NewParams64(3).NewTable("table", verso.Normal(0, 1), 7, 3)
		for step := range 20 {
			g := gradient(q, sparseRows(rng, 7, 3))
			require.NoError(t, dense.Step(0.1, []verso.ParamGradient{gradient(p, g.F64)}))
			if step >= 5 && step != 12 {
				g = touched[float64](g)
			}
			require.NoError(t, mixed.Step(0.1, []verso.ParamGradient{g}))
			assert.InDeltaSlice(t, p.Float64s(), q.Float64s(), 1e-12, "%s, step %d", dense, step)
		}
	}
}

// sparseRows is a gradient with few rows that are not zero, often none.
func sparseRows(rng *rand.Rand, rows, width int) []float64 {
	x := make([]float64, rows*width)
	for i := range rows {
		if rng.Float64() < 0.15 {
			for j := range width {
				x[i*width+j] = rng.NormFloat64()
			}
		}
	}
	return x
}

// SparseAdam is the formula for touched rows, and leaves the others alone.
func TestSparseAdamIsLazy(t *testing.T) {
	p := verso.NewParams64(1).NewTable("table", verso.Ones(), 2, 1)
	opt := verso.SparseAdam(verso.DefaultSparseAdamConfig())
	require.NoError(t, opt.Step(0.1, []verso.ParamGradient{{Param: p, Sparse: true, Rows: []int{1}, F64: []float64{4}}}))
	// m = 0.4, v = 0.016, γ √0.001/0.1 · 0.4/(√0.016 + ε) = γ
	assert.InDelta(t, 0.9, p.Float64s()[1], 1e-7)
	require.NoError(t, opt.Step(0.1, []verso.ParamGradient{{Param: p, Sparse: true, Rows: []int{0}, F64: []float64{4}}}))
	assert.InDelta(t, 0.9, p.Float64s()[1], 1e-7, "row 1 had no gradient")
	step2 := 0.1 * math.Sqrt(1-0.999*0.999) / (1 - 0.81) * 0.4 / math.Sqrt(0.016)
	assert.InDelta(t, 1-step2, p.Float64s()[0], 1e-7, "t counts the table's steps")
}

func TestDecayGroups(t *testing.T) {
	ps := verso.NewParams64(1)
	w, b := ps.New("weight", verso.Ones(), 2), ps.New("bias", verso.Ones(), 2)
	c := verso.SGDConfig{WeightDecay: 0.5, Decay: verso.DecayExcept("bias", "LayerNorm")}
	require.NoError(t, verso.SGD(c).Step(0.1, []verso.ParamGradient{gradient(w, []float64{0, 0}), gradient(b, []float64{0, 0})}))
	assert.InDeltaSlice(t, []float64{0.95, 0.95}, w.Float64s(), 1e-15)
	assert.Equal(t, []float64{1, 1}, b.Float64s())
}

// The row for padding keeps its value under decay, momentum and a dense or sparse gradient.
func TestZeroRowNeverLearns(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		for _, opt := range []verso.Optimizer{verso.SGD(verso.SGDConfig{}), verso.AdamW(verso.DefaultAdamWConfig())} {
			p := verso.NewParams64(1).NewTable("table", verso.Constant(5), 3, 2)
			p.ZeroRow, p.MaxRowNorm = 1, 2
			for range 3 {
				g := gradient(p, []float64{1, 1, 1, 1, 1, 1})
				if sparse {
					g = touched[float64](g)
				}
				require.NoError(t, opt.Step(0.1, []verso.ParamGradient{g}))
			}
			assert.Equal(t, []float64{5, 5}, p.Float64s()[2:4], "%v sparse %v", opt, sparse)
			assert.Less(t, math.Hypot(p.Float64s()[0], p.Float64s()[1]), 2.0, "the others learn and are limited")
		}
	}
}

func TestGoldenL2RowConstraint(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"l2_row_constraint"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "s")
		l2RowConstraint[float64](t, c, golden.Float64)
		l2RowConstraint[float32](t, c, golden.Float32)
	})
}

func l2RowConstraint[T float32 | float64](t *testing.T, c *golden.Case, precision string) {
	w := c.Input("w")
	p := newParams[T](1).New("weight", verso.Values(golden.As[float64](w)), w.Shape...)
	p.MaxRowNorm = c.Float("s")
	require.NoError(t, verso.SGD(verso.SGDConfig{}).Step(0, []verso.ParamGradient{gradient(p, make([]T, p.Len()))}))
	golden.Close(t, c.Output(precision, "w"), elements[T](p), c.Tolerance(precision), precision)
}

func TestGoldenClipGradNorm(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"clip_grad_norm"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "max_norm", "norm_type")
		clipGradNorm[float64](t, c, golden.Float64)
		clipGradNorm[float32](t, c, golden.Float32)
	})
}

func clipGradNorm[T float32 | float64](t *testing.T, c *golden.Case, precision string) {
	ps := newParams[T](1)
	var grads []verso.ParamGradient
	for i, name := range c.InputNames() {
		x := c.Input(name)
		p := ps.New(fmt.Sprint("p", i), verso.Zeros(), x.Shape...)
		grads = append(grads, gradient(p, golden.As[T](x)))
	}
	norm := verso.ClipGradients(grads, c.Float("max_norm"), normType(c))
	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(precision, "total_norm"), []float64{norm}, tol, "total norm")
	for i, name := range c.InputNames() {
		got := any(grads[i].F64)
		if precision == golden.Float32 {
			got = grads[i].F32
		}
		golden.Close(t, c.Output(precision, name), got.([]T), tol, name+" "+precision)
	}
}

func normType(c *golden.Case) float64 {
	if s, ok := c.Config["norm_type"].(string); ok && s == "inf" {
		return math.Inf(1)
	}
	return c.Float("norm_type")
}

// A sparse gradient has the norm of the dense one.
func TestSparseGradientNorm(t *testing.T) {
	p := verso.NewParams64(1).NewTable("table", verso.Zeros(), 4, 2)
	dense := gradient(p, []float64{0, 0, 3, 0, 0, 0, 0, 4})
	for _, norm := range []float64{1, 2, 3, math.Inf(1)} {
		assert.InDelta(t, verso.GradientNorm([]verso.ParamGradient{dense}, norm), verso.GradientNorm([]verso.ParamGradient{touched[float64](dense)}, norm), 1e-15)
	}
	assert.InDelta(t, 5, verso.GradientNorm([]verso.ParamGradient{touched[float64](dense)}, 2), 1e-15)
}

func TestOptimizerErrors(t *testing.T) {
	p := verso.NewParams(1).NewTable("table", verso.Ones(), 2, 2)
	good := []float32{1, 1, 1, 1}
	for reason, g := range map[string]verso.ParamGradient{
		"too few":         {Param: p, F32: good[:3]},
		"other precision": {Param: p, F64: []float64{1, 1, 1, 1}},
		"row out":         {Param: p, Sparse: true, Rows: []int{2}, F32: good[:2]},
		"rows and values": {Param: p, Sparse: true, Rows: []int{0}, F32: good},
		"no parameter":    {F32: good},
	} {
		first := verso.ParamGradient{Param: p, F32: good}
		assert.ErrorIs(t, verso.SGD(verso.SGDConfig{}).Step(1, []verso.ParamGradient{first, g}), verso.ErrShape, reason)
		assert.Equal(t, []float32{1, 1, 1, 1}, p.Float32s(), "nothing changes: %s", reason)
	}
	for _, opt := range []verso.Optimizer{
		verso.SGD(verso.SGDConfig{Nesterov: true}), verso.Adam(verso.AdamConfig{Beta1: 1}), verso.Adadelta(verso.AdadeltaConfig{Rho: -1}),
		verso.RMSProp(verso.RMSPropConfig{Eps: -1}), verso.AdaGrad(verso.AdaGradConfig{WeightDecay: math.NaN()}), verso.SparseAdam(verso.SparseAdamConfig{Beta2: 2}),
	} {
		assert.ErrorIs(t, opt.SetState(nil), verso.ErrConfig, opt.String())
		assert.ErrorIs(t, opt.Step(1, nil), verso.ErrConfig, opt.String())
	}
}

// Going on from a copy of the state gives the same bytes, also in the middle of rows that wait to be caught up.
func TestOptimizerState(t *testing.T) {
	for _, opt := range []func() verso.Optimizer{
		func() verso.Optimizer { return verso.SGD(verso.SGDConfig{Momentum: 0.9}) },
		func() verso.Optimizer { return verso.Adadelta(verso.DefaultAdadeltaConfig()) },
		func() verso.Optimizer { c := verso.DefaultAdamConfig(); c.AMSGrad = true; return verso.Adam(c) },
	} {
		ps := verso.NewParams(1)
		p := ps.NewTable("table", verso.Normal(0, 1), 5, 2)
		rng := rand.New(rand.NewPCG(3, 4))
		steps := make([]verso.ParamGradient, 12)
		for i := range steps {
			x := make([]float32, 10)
			for j, v := range sparseRows(rng, 5, 2) {
				x[j] = float32(v)
			}
			steps[i] = touched[float32](gradient(p, x))
		}
		run := func(o verso.Optimizer, gs []verso.ParamGradient) {
			for _, g := range gs {
				require.NoError(t, o.Step(0.1, []verso.ParamGradient{g}))
			}
		}
		a := opt()
		run(a, steps[:7])
		b, weights := opt(), append([]float32{}, p.Float32s()...)
		require.NoError(t, b.SetState(a.State()))
		run(a, steps[7:])
		want := append([]float32{}, p.Float32s()...)
		require.NoError(t, p.Set(weights))
		run(b, steps[7:])
		assert.Equal(t, want, p.Float32s(), a.String())

		other := verso.NewParams(1).NewTable("table", verso.Ones(), 3, 2)
		err := b.Step(0.1, []verso.ParamGradient{{Param: other, Sparse: true}})
		assert.ErrorIs(t, err, verso.ErrCheckpoint, "state of another size: %s", a.String())
		assert.ErrorIs(t, b.SetState([]verso.StateVector{{Name: "table/nonsense", Values: []float32{1}}}), verso.ErrCheckpoint)
	}
}
