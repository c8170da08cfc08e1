package verso

import (
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
