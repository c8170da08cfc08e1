package multimodal

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso"
)

// Word2VisualVecFit is the training of [Word2VisualVec]: RMSprop (ρ 0.9, ε 1e-6),
// gradients up to the norm 5, batches of 100, 100 epochs. The rate is halved at an
// epoch without a better score, but each rate is used for at least 3 epochs.
//
// As the trainings of the other two published programs, it is for a number of
// training captions and of captions that choose the epoch (dev), begins at a rate
// of 1e-4, stops after 11 epochs without a better score and keeps the best epoch's
// weights. With dev 0 there is nothing to stop by: all epochs are trained, the
// rate is not halved, and the last weights stay.
//
// The programs' scores differ: this one takes the mean average precision of texts
// by picture, Dual Encoding the sum of six recalls, W2VV++ the mean reciprocal rank
// of pictures by text. [Model.Fit] takes the last for all, unless the Validate of
// its settings says otherwise.
func Word2VisualVecFit(train, dev int) verso.FitConfig {
	rms := verso.DefaultRMSPropConfig()
	rms.Alpha, rms.Eps = 0.9, 1e-6
	return published{verso.RMSProp(rms), 100, 100, 5, 1, halving()}.fit(train, dev)
}

// W2VVPlusPlusFit is the training of [W2VVPlusPlus]: RMSprop (ρ 0.99, ε 1e-8),
// gradients up to the norm 2, batches of 128, 80 epochs. The rate falls by 1 % an
// epoch, and is halved after 3 epochs in a row whose scores are not above the best
// by a share of 1e-4.
func W2VVPlusPlusFit(train, dev int) verso.FitConfig {
	rms := verso.DefaultRMSPropConfig()
	rms.Alpha, rms.Eps = 0.99, 1e-8
	p := verso.DefaultPlateauConfig() // its threshold is PyTorch's
	p.Factor, p.Patience = 0.5, 2
	return published{verso.RMSProp(rms), 80, 128, 2, 0.99, verso.Plateau(publishedRate, p)}.fit(train, dev)
}

// DualEncodingFit is the training of [DualEncoding]: Adam, gradients up to the norm
// 2, batches of 128, 50 epochs. The rate falls by 1 % an epoch, and is halved as by
// [Word2VisualVecFit].
func DualEncodingFit(train, dev int) verso.FitConfig {
	return published{verso.Adam(verso.DefaultAdamConfig()), 50, 128, 2, 0.99, halving()}.fit(train, dev)
}

// publishedRate is the first learning rate of all three models.
const publishedRate = 1e-4

type published struct {
	optimizer     verso.Optimizer
	epochs, batch int
	clip          float64
	fall          float64 // of the rate, an epoch
	schedule      verso.AdaptiveSchedule
}

func (p published) fit(train, dev int) verso.FitConfig {
	f := verso.DefaultFitConfig()
	f.Optimizer, f.Epochs, f.Batch, f.ClipNorm = p.optimizer, p.epochs, p.batch, p.clip
	perEpoch := max(1, verso.StepsPerEpoch(train, p.batch))
	s := fading{p.schedule, func(step int) float64 { return math.Pow(p.fall, float64(step/perEpoch)) }}
	f.Schedule = s
	if dev == 0 {
		f.Schedule = verso.ScheduleFunc(func(step int) float64 { return publishedRate * s.factor(step) })
		return f
	}
	f.Patience, f.RestoreBest = 11, true
	return f
}

// fading is a schedule that follows scores, times a factor of the step.
type fading struct {
	verso.AdaptiveSchedule
	factor func(step int) float64
}

func (f fading) Rate(step int) float64 { return f.AdaptiveSchedule.Rate(step) * f.factor(step) }

// leastEpochs is how long a rate is in use at least before it is halved.
const leastEpochs = 3

// halved is the published rate, halved at a score that is not above the best once
// the rate has been in use for leastEpochs scores, better ones among them.
type halved struct {
	rate, best float64
	age        int // scores since the rate changed
}

func halving() *halved {
	h := &halved{}
	_ = h.SetState(nil)
	return h
}

func (h *halved) Rate(int) float64 { return h.rate }

func (h *halved) Observe(score float64) {
	h.age++
	switch {
	case score > h.best:
		h.best = score
	case h.age >= leastEpochs:
		h.rate, h.age = h.rate/2, 0
	}
}

func (h *halved) State() []float64 { return []float64{h.rate, h.best, float64(h.age)} }

func (h *halved) SetState(s []float64) error {
	switch len(s) {
	case 0:
		*h = halved{rate: publishedRate}
	case 3:
		*h = halved{s[0], s[1], int(s[2])}
	default:
		return fmt.Errorf("%w: the state of a halving schedule has 3 numbers, got %d", verso.ErrCheckpoint, len(s))
	}
	return nil
}
