package verso

import (
	"fmt"
	"math"
	"slices"
)

// Schedule is the learning rate of every update.
//
// [Fit] asks for the rate of update 0, 1, 2 …, counted through all epochs; how
// many an epoch has, [StepsPerEpoch] tells.
type Schedule interface {
	Rate(step int) float64
}

// ScheduleFunc makes a function a [Schedule].
type ScheduleFunc func(step int) float64

// Rate calls f.
func (f ScheduleFunc) Rate(step int) float64 { return f(step) }

// StepsPerEpoch is the number of updates that [Fit] makes in an epoch,
// ⌈examples / batch⌉.
func StepsPerEpoch(examples, batch int) int {
	if examples < 1 || batch < 1 {
		return 0
	}
	return (examples-1)/batch + 1
}

// ConstantRate is the same rate at every step.
func ConstantRate(rate float64) Schedule {
	return ScheduleFunc(func(int) float64 { return rate })
}

// LinearWarmupDecay rises from 0 to base and falls back to 0 in straight lines:
//
//	step < warmup   base · step / warmup
//	otherwise       base · max(0, (total − step) / (total − warmup))
//
// It is the schedule of BERT (Devlin et al. 2019, appendix A.2), with PyTorch
// users' usual convention that the very first update has rate 0 if there is a warm-up.
func LinearWarmupDecay(base float64, warmup, total int) Schedule {
	return ScheduleFunc(func(step int) float64 {
		if step < warmup {
			return base * float64(step) / float64(max(1, warmup))
		}
		return base * max(0, float64(total-step)/float64(max(1, total-warmup)))
	})
}

// Cosine falls from base to 0 along half a cosine over total steps, and stays there:
//
//	base · (1 + cos(π · step / total)) / 2
//
// Source: Loshchilov & Hutter 2017, SGDR, equation 5, without restarts.
func Cosine(base float64, total int) Schedule { return CosineWarmup(base, 0, total) }

// CosineWarmup rises from 0 to base in a straight line over warmup steps, then
// follows [Cosine] over the total − warmup that are left.
func CosineWarmup(base float64, warmup, total int) Schedule {
	return ScheduleFunc(func(step int) float64 {
		if step < warmup {
			return base * float64(step) / float64(max(1, warmup))
		}
		done := min(1, float64(step-warmup)/float64(max(1, total-warmup)))
		return base * 0.5 * (1 + math.Cos(math.Pi*done))
	})
}

// Noam is the schedule of the Transformer, with s = step + 1:
//
//	width^−½ · min(s^−½, s · warmup^−3/2)
//
// Source: Vaswani et al. 2017, Attention is all you need, equation 3, with
// width = d_model. To scale it, wrap it in a [ScheduleFunc].
func Noam(width, warmup int) Schedule {
	return ScheduleFunc(func(step int) float64 {
		s := float64(step + 1)
		return math.Pow(float64(width), -0.5) * min(math.Pow(s, -0.5), s*math.Pow(float64(max(1, warmup)), -1.5))
	})
}

// StepDecay multiplies the rate by gamma every so many steps:
//
//	base · gamma^⌊step / every⌋
//
// PyTorch's StepLR counts epochs where this counts updates; so do the others.
func StepDecay(base float64, every int, gamma float64) Schedule {
	return ScheduleFunc(func(step int) float64 {
		return base * math.Pow(gamma, float64(step/max(1, every)))
	})
}

// MultiStepDecay multiplies the rate by gamma at each of the given steps:
// base · gamma^k, where k counts the milestones that are not after step.
func MultiStepDecay(base float64, milestones []int, gamma float64) Schedule {
	milestones = slices.Sorted(slices.Values(milestones))
	return ScheduleFunc(func(step int) float64 {
		k, _ := slices.BinarySearch(milestones, step+1)
		return base * math.Pow(gamma, float64(k))
	})
}

// ExponentialDecay is base · gamma^step.
func ExponentialDecay(base, gamma float64) Schedule {
	return ScheduleFunc(func(step int) float64 { return base * math.Pow(gamma, float64(step)) })
}

// AdaptiveSchedule is a [Schedule] that follows the scores of validation.
//
// [Fit] calls Observe after each validation, takes State into its checkpoints
// and begins with SetState(nil), or with what a checkpoint holds. Of a [Plateau] it
// takes a fresh one; a schedule of your own is for one Fit at a time.
type AdaptiveSchedule interface {
	Schedule
	Observe(score float64)
	State() []float64
	// SetState puts back what State returned; nil means the start.
	SetState(state []float64) error
}

// PlateauConfig holds the options of [Plateau].
type PlateauConfig struct {
	Factor   float64 // multiplies the rate when the score stands still
	Patience int     // observations without a better score that are let pass
	// Threshold is how much better counts as better: a share of the best score
	// so far, or with Absolute a difference to it. A share makes sense for
	// positive scores only.
	Threshold float64
	Absolute  bool
	Minimize  bool    // lower scores are better; Fit's are better when higher
	Cooldown  int     // observations after a reduction in which none counts as bad
	MinRate   float64 // the rate never falls below
	MinChange float64 // a reduction by no more than this is not made
}

// DefaultPlateauConfig returns PyTorch's values: factor 0.1, patience 10, threshold
// 1e-4 as a share, least change 1e-8. Higher scores are better, as [FitConfig].Validate
// returns them, where PyTorch takes lower ones.
func DefaultPlateauConfig() PlateauConfig {
	return PlateauConfig{Factor: 0.1, Patience: 10, Threshold: 1e-4, MinChange: 1e-8}
}

// Plateau keeps the rate at base until Patience observations in a row have
// brought no better score, and multiplies it by Factor at the next one, as
// PyTorch's ReduceLROnPlateau does. The score to beat, for best score b and
// threshold t, is b·(1+t), or b+t if Absolute; b·(1−t) and b−t with Minimize. Options
// outside their range are an [ErrConfig] of [Fit].
func Plateau(base float64, c PlateauConfig) AdaptiveSchedule {
	p := &plateau{base: base, c: c}
	p.start()
	return p
}

func (c *PlateauConfig) check() error {
	switch {
	case !(c.Factor >= 0 && c.Factor < 1):
		return fmt.Errorf("%w: the factor of a plateau schedule wants a number from 0 to below 1, got %v", ErrConfig, c.Factor)
	case c.Patience < 0 || c.Cooldown < 0:
		return fmt.Errorf("%w: patience and cooldown of a plateau schedule want 0 or more, got %d and %d", ErrConfig, c.Patience, c.Cooldown)
	case !finite(c.Threshold) || !(c.MinRate >= 0) || !(c.MinChange >= 0):
		return fmt.Errorf("%w: a plateau schedule wants a finite threshold, a least rate and a least change of 0 or more, got %v, %v and %v", ErrConfig, c.Threshold, c.MinRate, c.MinChange)
	}
	return nil
}

type plateau struct {
	base, rate, best float64
	bad, cooldown    int
	c                PlateauConfig
}

// fresh returns a schedule of the same options at its start.
func (p *plateau) fresh() AdaptiveSchedule { return Plateau(p.base, p.c) }

func (p *plateau) start() {
	p.rate, p.best, p.bad, p.cooldown = p.base, math.Inf(-1), 0, 0
	if p.c.Minimize {
		p.best = math.Inf(1)
	}
}

// Rate returns the rate after the scores observed so far, whatever the step.
func (p *plateau) Rate(int) float64 { return p.rate }

func (p *plateau) better(score float64) bool {
	switch {
	case p.c.Minimize && p.c.Absolute:
		return score < p.best-p.c.Threshold
	case p.c.Minimize:
		return score < p.best*(1-p.c.Threshold)
	case p.c.Absolute:
		return score > p.best+p.c.Threshold
	}
	return score > p.best*(1+p.c.Threshold)
}

func (p *plateau) Observe(score float64) {
	if p.better(score) {
		p.best, p.bad = score, 0
	} else {
		p.bad++
	}
	if p.cooldown > 0 {
		p.cooldown--
		p.bad = 0
	}
	if p.bad > p.c.Patience {
		if lower := max(p.rate*p.c.Factor, p.c.MinRate); p.rate-lower > p.c.MinChange {
			p.rate = lower
		}
		p.bad, p.cooldown = 0, p.c.Cooldown
	}
}

func (p *plateau) State() []float64 {
	return []float64{p.rate, p.best, float64(p.bad), float64(p.cooldown)}
}

func (p *plateau) SetState(s []float64) error {
	switch {
	case len(s) == 0:
		p.start()
		return p.c.check()
	case len(s) != 4:
		return fmt.Errorf("%w: the state of a plateau schedule has 4 numbers, got %d", ErrCheckpoint, len(s))
	case !finite(s[0]) || s[0] < 0 || math.IsNaN(s[1]) || !count(s[2]) || !count(s[3]):
		return fmt.Errorf("%w: the state of a plateau schedule is a rate, a score and two counts, got %v", ErrCheckpoint, s)
	default:
		p.rate, p.best, p.bad, p.cooldown = s[0], s[1], int(s[2]), int(s[3])
	}
	return nil
}
