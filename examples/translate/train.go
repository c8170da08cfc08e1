package main

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// errTime ends a training whose time is over.
var errTime = errors.New("time is over")

// warmup is over how many steps the learning rate rises.
const warmup = 100

// train fits a translator. The rate falls with the steps, or with the time where
// that is what limits the training. A translator is returned with the error of an
// interrupt as well.
func train(ctx context.Context, o options, c *corpus, t *cli.Terminal) (*attention.Translator, *verso.History, error) {
	f := attention.DefaultTranslatorFit()
	f.Epochs, f.Seed, f.Shards = o.passes(), o.seed, 2
	f.Schedule = verso.LinearWarmupDecay(o.rate, warmup, f.Epochs*verso.StepsPerEpoch(len(c.train), f.Batch))
	begin, limit := time.Now(), o.limit()
	spent := func() float64 { return min(1, float64(time.Since(begin))/float64(limit)) }
	if limit > 0 {
		f.Schedule = verso.ScheduleFunc(func(step int) float64 {
			return o.rate * min(1, float64(step)/warmup) * math.Max(0.001, 1-spent())
		})
	}
	f.Progress = func(p verso.Progress) error {
		if p.EpochDone {
			t.Printf("epoch %d: perplexity %.1f\n", p.Epoch, math.Exp(p.MeanLoss))
		}
		switch {
		case limit == 0:
			t.Advance(float64(p.Step) / float64(p.Steps))
		case spent() < 1:
			t.Advance(spent())
		default:
			return errTime
		}
		return nil
	}
	t.Begin("training")
	m, h, err := attention.TrainTranslator(ctx, c.train, nil, o.model(), f)
	if errors.Is(err, errTime) {
		err = nil
	}
	return m, h, err
}
