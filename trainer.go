package verso

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seed6481993f/verso/internal/optim"
)

// trainer is one call of [Fit]. What it has to keep is in position, history, best
// weights, and the states of optimizer and schedule.
type trainer struct {
	task    Task
	c       FitConfig
	batches batchRunner
	factors map[*Param]float64 // of the rate, nil where all are 1
	steps   int                // an epoch
	order   []int              // of the epoch's examples
	watch   stopwatch

	at      position
	history History
	best    []any // weights of the best score, in the order of the parameters
}

// position is a point between two steps of a training.
type position struct {
	epoch int // epochs finished
	batch int // batches of the next epoch finished
	step  int // steps of all epochs finished

	loss, weight float64 // Σ weight · loss and Σ weight of the next epoch's finished batches
	last         float64 // loss of the last step
}

func newTrainer(t Task, c FitConfig) (*trainer, error) {
	// Settings are passed by value and used again, also by two trainings at a time.
	if o, ok := c.Optimizer.(interface{ fresh() Optimizer }); ok {
		c.Optimizer = o.fresh()
	}
	if s, ok := c.Schedule.(interface{ fresh() AdaptiveSchedule }); ok {
		c.Schedule = s.fresh()
	}
	if o, ok := c.Optimizer.(interface{ setWorkers(n int) }); ok {
		o.setWorkers(c.Workers)
	}
	if err := c.Optimizer.SetState(nil); err != nil {
		return nil, err
	}
	if s, ok := c.Schedule.(AdaptiveSchedule); ok {
		if err := s.SetState(nil); err != nil {
			return nil, err
		}
	}
	b, err := newBatchRunner(t.whole(c.Shards), c)
	if err != nil {
		return nil, err
	}
	if t.Carry != nil { // after Build, which may make it
		if err := t.Carry.SetState(nil); err != nil {
			b.close()
			return nil, err
		}
	}
	tr := &trainer{task: t, c: c, batches: b, steps: c.steps(t.Examples), order: make([]int, t.Examples)}
	if err := tr.readFactors(); err != nil {
		b.close()
		return nil, err
	}
	tr.history.Best = -1
	if c.Resume {
		if err := tr.load(c.Checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.close()
			return nil, err
		}
	}
	return tr, nil
}

// steps is how many an epoch has.
func (c *FitConfig) steps(examples int) int {
	if c.DropLast {
		return examples / c.Batch
	}
	return StepsPerEpoch(examples, c.Batch)
}

func (tr *trainer) run(ctx context.Context) (*History, error) {
	for tr.at.epoch < tr.c.Epochs && !tr.early() {
		if err := tr.epoch(ctx); err != nil {
			tr.history.Steps = tr.at.step
			return &tr.history, err
		}
	}
	tr.history.Steps, tr.history.Early = tr.at.step, tr.early()
	if tr.c.RestoreBest && tr.best != nil {
		for i, p := range tr.task.Params.All() {
			_ = p.Set(tr.best[i])
		}
	}
	return &tr.history, nil
}

// early reports whether patience has run out.
func (tr *trainer) early() bool {
	h := tr.history
	return tr.c.Patience > 0 && len(h.Epochs)-1-h.Best >= tr.c.Patience
}

// stop ends the training between two steps, in a state that a checkpoint can hold.
func (tr *trainer) stop(err error) error {
	if tr.c.Checkpoint != "" {
		if failed := tr.save(tr.c.Checkpoint); failed != nil {
			return errors.Join(err, failed)
		}
	}
	return err
}

// epoch makes the steps that are left of an epoch, validates and reports.
func (tr *trainer) epoch(ctx context.Context) error {
	began := time.Now()
	tr.shuffle()
	for tr.at.batch < tr.steps {
		if err := tr.canceled(ctx); err != nil {
			return err
		}
		p, err := tr.step()
		if err != nil {
			return fmt.Errorf("step %d, in epoch %d: %w", tr.at.step+1, tr.at.epoch+1, err)
		}
		if n := tr.c.CheckpointEvery; n > 0 && tr.at.step%n == 0 && tr.at.batch < tr.steps {
			if err := tr.save(tr.c.Checkpoint); err != nil {
				return err
			}
		}
		if err := tr.report(p); err != nil {
			return tr.stop(err)
		}
	}
	if err := tr.canceled(ctx); err != nil {
		return err
	}
	return tr.endEpoch(ctx, began)
}

// canceled stops the training when ctx is done.
func (tr *trainer) canceled(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return tr.stop(fmt.Errorf("training stopped after step %d, in epoch %d: %w", tr.at.step, tr.at.epoch+1, err))
	}
	return nil
}

// shuffle puts the examples into the epoch's order.
func (tr *trainer) shuffle() {
	for i := range tr.order {
		tr.order[i] = i
	}
	if tr.c.KeepOrder {
		return
	}
	rng := rand.New(rand.NewPCG(tr.c.Seed, uint64(tr.at.epoch)))
	rng.Shuffle(len(tr.order), func(i, j int) { tr.order[i], tr.order[j] = tr.order[j], tr.order[i] })
}

// step makes one update.
func (tr *trainer) step() (Progress, error) {
	tr.watch.start()
	lo := tr.at.batch * tr.c.Batch
	hi := min(lo+tr.c.Batch, len(tr.order))
	rate := tr.c.Schedule.Rate(tr.at.step)
	if !finite(rate) || rate < 0 {
		return Progress{}, fmt.Errorf("%w: the schedule's rate is %v", ErrConfig, rate)
	}
	loss, weight, grads, err := tr.batches.run(uint64(tr.at.step), tr.order[lo:hi])
	if err != nil {
		return Progress{}, err
	}
	if weight > 0 {
		if err := tr.update(loss, rate, grads); err != nil {
			return Progress{}, err
		}
	}
	tr.at.step++
	tr.at.batch++
	tr.at.loss += weight * loss
	tr.at.weight += weight
	tr.at.last = loss
	tr.watch.stop(hi - lo)
	return tr.progress(rate, hi), nil
}

// update checks and clips the gradients and moves the weights.
func (tr *trainer) update(loss, rate float64, grads []ParamGradient) error {
	norm := gradientNorm(grads, tr.c.Workers)
	if !finite(loss) || !finite(norm) {
		// The norm of finite float64 gradients may overflow; then go on.
		if which := notFinite(tr.batches.learning(), grads); which != "" || !finite(loss) {
			if which == "" {
				which = "every parameter and every gradient is finite"
			}
			return fmt.Errorf("%w: loss %v; %s", ErrNotFinite, loss, which)
		}
	}
	if tr.c.ClipNorm > 0 {
		scaleGradients(grads, optim.ClipCoefficient(norm, tr.c.ClipNorm), tr.c.Workers)
	}
	return tr.move(rate, grads)
}

func (tr *trainer) progress(rate float64, examples int) Progress {
	p := Progress{
		Epoch: tr.at.epoch + 1, Epochs: tr.c.Epochs, Step: tr.at.step, Steps: tr.c.Epochs * tr.steps,
		Loss: tr.at.last, MeanLoss: tr.meanLoss(), Rate: rate, Examples: examples,
	}
	p.ExamplesPerSecond, p.Remaining = tr.watch.rate(p.Steps - p.Step)
	return p
}

func (tr *trainer) meanLoss() float64 {
	if tr.at.weight == 0 {
		return 0
	}
	return tr.at.loss / tr.at.weight
}

func (tr *trainer) report(p Progress) error {
	if tr.c.Progress == nil {
		return nil
	}
	return tr.c.Progress(p)
}

// endEpoch validates and enters the epoch into the history. A training that was
// stopped while it validated comes back here.
func (tr *trainer) endEpoch(ctx context.Context, began time.Time) error {
	rate := tr.c.Schedule.Rate(tr.at.step - 1)
	p := tr.progress(rate, min(tr.steps*tr.c.Batch, len(tr.order)))
	result := EpochResult{Loss: p.MeanLoss, Rate: rate}
	if tr.c.Validate != nil {
		score, err := tr.c.Validate(ctx)
		if err != nil {
			return tr.stop(fmt.Errorf("validating epoch %d: %w", p.Epoch, err))
		}
		result.Score, result.HasScore = score, true
		tr.score(score)
	}
	result.Elapsed = time.Since(began)
	tr.history.Epochs = append(tr.history.Epochs, result)
	tr.at = position{epoch: tr.at.epoch + 1, step: tr.at.step, last: tr.at.last}
	tr.c.Logger.InfoContext(ctx, "epoch", result.line(p.Epoch)...)
	if tr.c.Checkpoint != "" {
		if err := tr.save(tr.c.Checkpoint); err != nil {
			return err
		}
	}
	p.EpochDone, p.Score, p.HasScore = true, result.Score, result.HasScore
	return tr.report(p)
}

// score takes note of the score of the epoch that ends. NaN is never the best.
func (tr *trainer) score(score float64) {
	if s, ok := tr.c.Schedule.(AdaptiveSchedule); ok {
		s.Observe(score)
	}
	if b := tr.history.Best; math.IsNaN(score) || b >= 0 && score <= tr.history.Epochs[b].Score {
		return
	}
	tr.history.Best = len(tr.history.Epochs)
	if !tr.c.RestoreBest {
		return
	}
	tr.best = tr.best[:0]
	for _, p := range tr.task.Params.All() {
		if x := p.Float64s(); x != nil {
			tr.best = append(tr.best, slices.Clone(x))
		} else {
			tr.best = append(tr.best, slices.Clone(p.Float32s()))
		}
	}
}
