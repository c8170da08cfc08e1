package optim

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/golden"
)

const goldenDir = "../../testdata/golden"

// A stepper updates one parameter; it holds its state.
type stepper[T Float] func(step int, w, g []T)

// newStepper makes the optimiser that a reference case describes, for a parameter of n elements.
func newStepper[T Float](t *testing.T, c *golden.Case, n int) stepper[T] {
	t.Helper()
	known := func(keys ...string) {
		t.Helper()
		c.OnlyKeys(t, append(keys, "optimizer", "lr", "weight_decay", "maximize", "foreach", "capturable", "differentiable", "fused")...)
		for _, speed := range []string{"capturable", "differentiable", "fused"} {
			require.False(t, c.Bool(speed, false), speed)
		}
	}
	state := func() []T { return make([]T, n) }
	lr, decay, maximize := c.Float("lr"), c.Float("weight_decay", 0), c.Bool("maximize", false)
	switch name := c.String("optimizer"); name {
	case "sgd":
		known("momentum", "dampening", "nesterov")
		cfg := SGDConfig{c.Float("momentum", 0), c.Float("dampening", 0), decay, c.Bool("nesterov", false), maximize}
		require.NoError(t, cfg.Validate())
		buf := state()
		return func(step int, w, g []T) { SGDStep(&cfg, lr, step, w, g, buf) }
	case "adam", "adamw", "bert_adam":
		known("betas", "eps", "amsgrad")
		betas := c.Floats("betas")
		cfg := AdamConfig{Beta1: betas[0], Beta2: betas[1], Eps: c.Float("eps"), WeightDecay: decay, Decoupled: name != "adam",
			Uncorrected: name == "bert_adam", AMSGrad: c.Bool("amsgrad", false), Maximize: maximize}
		require.NoError(t, cfg.Validate())
		m, v, vmax := state(), state(), state()
		return func(step int, w, g []T) { AdamStep(&cfg, lr, step, w, g, m, v, vmax) }
	case "sparse_adam":
		known("betas", "eps")
		require.Zero(t, decay)
		betas := c.Floats("betas")
		cfg := SparseAdamConfig{betas[0], betas[1], c.Float("eps"), maximize}
		require.NoError(t, cfg.Validate())
		m, v := state(), state()
		return func(step int, w, g []T) { SparseAdamStep(&cfg, lr, step, w, g, m, v) }
	case "rmsprop":
		known("alpha", "eps", "momentum", "centered")
		cfg := RMSpropConfig{c.Float("alpha"), c.Float("eps"), decay, c.Float("momentum", 0), c.Bool("centered", false), maximize}
		require.NoError(t, cfg.Validate())
		v, a, buf := state(), state(), state()
		return func(step int, w, g []T) { RMSpropStep(&cfg, lr, w, g, v, a, buf) }
	case "adagrad":
		known("lr_decay", "initial_accumulator_value", "eps")
		cfg := AdagradConfig{c.Float("lr_decay", 0), decay, c.Float("initial_accumulator_value", 0), c.Float("eps"), maximize}
		require.NoError(t, cfg.Validate())
		sum := slices.Repeat([]T{T(cfg.InitialAccumulatorValue)}, n)
		return func(step int, w, g []T) { AdagradStep(&cfg, lr, step, w, g, sum) }
	case "adadelta":
		known("rho", "eps")
		cfg := AdadeltaConfig{c.Float("rho"), c.Float("eps"), decay, maximize}
		require.NoError(t, cfg.Validate())
		v, u := state(), state()
		return func(step int, w, g []T) { AdadeltaStep(&cfg, lr, w, g, v, u) }
	default:
		t.Fatalf("optimiser %q is not known", name)
		return nil
	}
}

func TestGoldenOptimizer(t *testing.T) {
	golden.Run(t, goldenDir, []string{"optimizer"}, func(t *testing.T, c *golden.Case) {
		runOptimizer[float64](t, c, golden.Float64)
		runOptimizer[float32](t, c, golden.Float32)
	})
}

func runOptimizer[T Float](t *testing.T, c *golden.Case, precision string) {
	names := c.OutputNames(precision)
	require.NotEmpty(t, names)
	for _, name := range names {
		w, grads := golden.As[T](c.Input("params/"+name)), golden.As[T](c.Input("grads/"+name))
		n := len(w)
		update := newStepper[T](t, c, n)
		var after []T // θ after each step, as in the case
		for step := 1; len(after) < len(grads); step++ {
			update(step, w, grads[len(after):][:n])
			after = append(after, w...)
		}
		golden.Close(t, c.Output(precision, name), after, c.Tolerance(precision), precision+" "+name)
	}
}

func TestGoldenClipGradNorm(t *testing.T) {
	golden.Run(t, goldenDir, []string{"clip_grad_norm"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "max_norm", "norm_type")
		runClip[float64](t, c, golden.Float64)
		runClip[float32](t, c, golden.Float32)
	})
}

func runClip[T Float](t *testing.T, c *golden.Case, precision string) {
	var grads [][]T
	for _, name := range c.InputNames() {
		grads = append(grads, golden.As[T](c.Input(name)))
	}
	total := ClipNorm(c.Float("max_norm"), c.Float("norm_type"), grads...)
	tol := c.Tolerance(precision)
	golden.Close(t, c.Output(precision, "total_norm"), []float64{total}, tol, precision+" total_norm")
	for i, name := range c.InputNames() {
		golden.Close(t, c.Output(precision, name), grads[i], tol, precision+" "+name)
	}
}

func TestGoldenL2RowConstraint(t *testing.T) {
	golden.Run(t, goldenDir, []string{"l2_row_constraint"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "s")
		runRows[float64](t, c, golden.Float64)
		runRows[float32](t, c, golden.Float32)
	})
}

func runRows[T Float](t *testing.T, c *golden.Case, precision string) {
	w := golden.As[T](c.Input("w"))
	RowMaxNorm(w, c.Input("w").Shape[1], c.Float("s"))
	golden.Close(t, c.Output(precision, "w"), w, c.Tolerance(precision), precision)
}
