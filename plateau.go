package verso

import (
	"fmt"
	"math"
)

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
// threshold t, is b·(1+t), or b+t if Absolute; b·(1−t) and b−t with Minimize.
func Plateau(base float64, c PlateauConfig) AdaptiveSchedule {
	p := &plateau{base: base, c: c}
	p.start()
	return p
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
	case len(s) != 4:
		return fmt.Errorf("%w: the state of a plateau schedule has 4 numbers, got %d", ErrCheckpoint, len(s))
	case !finite(s[0]) || s[0] < 0 || math.IsNaN(s[1]) || !count(s[2]) || !count(s[3]):
		return fmt.Errorf("%w: the state of a plateau schedule is a rate, a score and two counts, got %v", ErrCheckpoint, s)
	default:
		p.rate, p.best, p.bad, p.cooldown = s[0], s[1], int(s[2]), int(s[3])
	}
	return nil
}
