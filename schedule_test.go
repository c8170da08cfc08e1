package verso_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
)

func TestGoldenLRSchedule(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"lr_schedule"}, func(t *testing.T, c *golden.Case) {
		var s verso.Schedule
		switch name := c.String("schedule"); name {
		case "linear_warmup_decay":
			c.OnlyKeys(t, "schedule", "base", "warmup", "total")
			s = verso.LinearWarmupDecay(c.Float("base"), c.Int("warmup"), c.Int("total"))
		case "cosine_warmup":
			c.OnlyKeys(t, "schedule", "base", "warmup", "total")
			s = verso.CosineWarmup(c.Float("base"), c.Int("warmup"), c.Int("total"))
		case "noam":
			c.OnlyKeys(t, "schedule", "d_model", "warmup", "total")
			s = verso.Noam(c.Int("d_model"), c.Int("warmup"))
		case "constant":
			c.OnlyKeys(t, "schedule", "base", "total")
			s = verso.ConstantRate(c.Float("base"))
		case "cosine":
			c.OnlyKeys(t, "schedule", "base", "total")
			s = verso.Cosine(c.Float("base"), c.Int("total"))
		case "step":
			c.OnlyKeys(t, "schedule", "base", "step_size", "gamma", "total")
			s = verso.StepDecay(c.Float("base"), c.Int("step_size"), c.Float("gamma"))
		case "multi_step":
			c.OnlyKeys(t, "schedule", "base", "milestones", "gamma", "total")
			s = verso.MultiStepDecay(c.Float("base"), c.Ints("milestones"), c.Float("gamma"))
		case "exponential":
			c.OnlyKeys(t, "schedule", "base", "gamma", "total")
			s = verso.ExponentialDecay(c.Float("base"), c.Float("gamma"))
		default:
			t.Fatalf("unknown schedule %q", name)
		}
		want := c.Output(golden.Float64, "lr")
		golden.Close(t, want, rates(s, want.Len()), c.Tolerance(golden.Float64), "rate")
	})
}

func rates(s verso.Schedule, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = s.Rate(i)
	}
	return out
}

func TestSchedules(t *testing.T) {
	for _, test := range []struct {
		name string
		s    verso.Schedule
		want []float64
	}{
		{"constant", verso.ConstantRate(3), []float64{3, 3, 3}},
		{"step", verso.StepDecay(8, 2, 0.5), []float64{8, 8, 4, 4, 2}},
		{"multi-step", verso.MultiStepDecay(8, []int{3, 1}, 0.5), []float64{8, 4, 4, 2, 2}},
		{"two milestones at once", verso.MultiStepDecay(8, []int{1, 1}, 0.5), []float64{8, 2, 2}},
		{"exponential", verso.ExponentialDecay(8, 0.5), []float64{8, 4, 2, 1}},
		{"cosine", verso.Cosine(2, 4), []float64{2, 1 + 0.7071067811865476, 1, 1 - 0.7071067811865476, 0, 0}},
		{"function", verso.ScheduleFunc(func(i int) float64 { return float64(i) }), []float64{0, 1, 2}},
	} {
		assert.InDeltaSlice(t, test.want, rates(test.s, len(test.want)), 1e-15, test.name)
	}
	assert.Equal(t, []int{0, 1, 1, 2}, []int{verso.StepsPerEpoch(0, 5), verso.StepsPerEpoch(1, 5), verso.StepsPerEpoch(5, 5), verso.StepsPerEpoch(6, 5)})
}

// The rates that follow from PyTorch's rules by hand: a score counts as better by
// more than the threshold, patience 1 lets one bad score pass, cooldown forgives.
func TestPlateau(t *testing.T) {
	c := verso.DefaultPlateauConfig()
	c.Patience, c.Factor, c.Threshold, c.Absolute = 1, 0.5, 0.1, true
	for _, test := range []struct {
		reason string
		change func(c *verso.PlateauConfig)
		scores []float64
		want   []float64
	}{
		{"higher is better", func(*verso.PlateauConfig) {}, []float64{1, 2, 2, 2.05, 2.05, 2.05}, []float64{8, 8, 8, 4, 4, 2}},
		{"lower is better", func(c *verso.PlateauConfig) { c.Minimize = true }, []float64{1, 0.5, 0.5, 0.45, 0.3}, []float64{8, 8, 8, 4, 4}},
		{"a share", func(c *verso.PlateauConfig) { c.Absolute = false }, []float64{10, 10.9, 10.9, 11.1}, []float64{8, 8, 4, 4}},
		{"cooldown", func(c *verso.PlateauConfig) { c.Cooldown = 2 }, []float64{1, 1, 1, 1, 1, 1, 1}, []float64{8, 8, 4, 4, 4, 4, 2}},
		{"least rate", func(c *verso.PlateauConfig) { c.Patience, c.MinRate = 0, 3 }, []float64{1, 1, 1, 1}, []float64{8, 4, 3, 3}},
	} {
		t.Run(test.reason, func(t *testing.T) {
			c := c
			test.change(&c)
			s := verso.Plateau(8, c)
			var got []float64
			for _, score := range test.scores {
				s.Observe(score)
				got = append(got, s.Rate(0))
			}
			assert.Equal(t, test.want, got)

			again := verso.Plateau(8, c)
			require.NoError(t, again.SetState(s.State()))
			assert.Equal(t, s.State(), again.State())
			require.NoError(t, again.SetState(nil))
			assert.Equal(t, 8.0, again.Rate(0))
			assert.ErrorIs(t, again.SetState([]float64{1}), verso.ErrCheckpoint)
		})
	}
}

func ExampleLinearWarmupDecay() {
	s := verso.LinearWarmupDecay(1, 2, 6)
	for step := range 7 {
		fmt.Print(s.Rate(step), " ")
	}
	// Output: 0 0.5 1 0.75 0.5 0.25 0
}
