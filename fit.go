package verso

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"gorgonia.org/gorgonia"
)

// Task is what [Fit] trains: a model that can put the loss of some examples into
// a graph.
type Task struct {
	// Params are the model's parameters. Those that are not frozen and that the
	// loss depends on are trained.
	Params *Params
	// Examples is how many there are. Fit knows them by their numbers 0 … Examples−1.
	Examples int
	// Build puts the model's mean loss into g and returns it with a function that
	// feeds a batch of examples. It is called once for each shard, each time with
	// another graph. The functions it returns run at the same time as those of
	// other shards, never at the same time as themselves.
	Build func(g *Graph) (loss *gorgonia.Node, feed func(m *Machine, examples []int) error, err error)
	// Weight is what the mean loss of some examples is divided by, such as
	// their number of tokens; nil means the number of examples. Losses and
	// gradients of shards are added by it. A batch of weight 0 is passed over.
	Weight func(examples []int) float64
	// Coupled marks a loss that couples examples, so that the loss of a batch is
	// no mean over its parts: Shards are refused. [BatchNorm], [TripletRanking] and
	// [InfoNCE] say so themselves; set it for a loss of your own.
	Coupled bool
	// Carry, where it is set, is what the model hands from one step to the next
	// beside its weights, such as the states of a text that is read in pieces. It
	// is kept in checkpoints.
	Carry Carry
}

// Carry is what a model keeps between the steps of a training beside its
// weights; see [Task].Carry. Its methods are called between steps alone.
type Carry interface {
	// State returns all of it, in a fixed order. It may share memory with the model.
	State() []StateVector
	// SetState puts back what State returned; nil means the start. What does not
	// fit is an error, and nothing is changed.
	SetState(state []StateVector) error
}

// FitConfig holds the options of [Fit]; begin with [DefaultFitConfig].
type FitConfig struct {
	Epochs int // passes over the examples; 0 trains nothing
	Batch  int // examples a step; the last batch of an epoch may be smaller
	// DropLast leaves out the examples of an epoch, others each time, that do not fill
	// a batch: [BatchNorm] cannot train on a single one.
	DropLast bool
	// Shards cuts each batch into so many parts, which have a graph each and can
	// run at the same time. The result depends on Shards.
	Shards int
	// Workers is how many goroutines may compute; 0 means runtime.GOMAXPROCS(0).
	// The result does not depend on it.
	Workers   int
	Seed      uint64 // of the order of examples and of dropout
	KeepOrder bool   // no shuffling

	Optimizer Optimizer
	Schedule  Schedule
	// RateFactor, where it is set, is what the schedule's rate is multiplied by for
	// the parameter of that name, 0 or more: small for what is trained already, 1
	// for a new head. nil is 1 for all.
	RateFactor func(name string) float64
	ClipNorm   float64 // largest Euclidean norm of all gradients together; 0: any

	// Validate, where it is set, is called after each epoch. Higher scores are better.
	Validate    func(ctx context.Context) (score float64, err error)
	Patience    int  // stop after so many epochs in a row without a better score; 0: never
	RestoreBest bool // end with the weights of the best score instead of the last ones

	// Progress, where it is set, is called after every step and every epoch. An
	// error stops Fit, which returns it.
	Progress func(Progress) error
	Logger   *slog.Logger // gets a line an epoch at level info; nil: none

	// Checkpoint, where it is set, is the path of a file that holds all that is
	// needed to go on. It is written after each epoch, after every
	// CheckpointEvery steps (0: not within epochs), and when Fit is stopped. Its
	// folder must be there.
	Checkpoint      string
	CheckpointEvery int
	// Resume goes on from the file Checkpoint if there is one. Task, Batch, Shards,
	// Seed, KeepOrder, RestoreBest, Optimizer with its options, and RateFactor must
	// be those of the checkpoint; Epochs, Schedule and ClipNorm are free to differ.
	Resume bool
}

// DefaultFitConfig returns 10 epochs in batches of 32 with Adam at the constant
// rate 1e-3, on all cores, without validation and without checkpoints.
func DefaultFitConfig() FitConfig {
	return FitConfig{
		Epochs: 10, Batch: 32, Shards: 1, Seed: 1,
		Optimizer: Adam(DefaultAdamConfig()), Schedule: ConstantRate(1e-3),
	}
}

// WithScore returns the settings with the score of so many held-out examples after
// each epoch, unless Validate is set already. Without examples there is nothing to
// choose an epoch by: Patience and RestoreBest are off, and the last weights stay.
func (c FitConfig) WithScore(examples int, score func(context.Context) (float64, error)) FitConfig {
	switch {
	case c.Validate != nil:
	case examples == 0:
		c.RestoreBest, c.Patience = false, 0
	default:
		c.Validate = score
	}
	return c
}

// Fit trains a model by mini-batch gradient descent.
//
// Each epoch goes once over the examples, in an order that is a function of Seed
// and epoch. Each step computes the gradient of a batch's mean loss, clips it and
// hands it to the optimizer. Same seed, same bytes: dropout is a function of seed,
// step and shard, and neither Workers nor time has a part in any result.
//
// With Shards n a batch is cut into n contiguous parts. With the weights w_i of
// the parts (Task.Weight) and W their sum, loss and gradient are
//
//	L = Σ_i (w_i / W) L_i,  ∇L = Σ_i (w_i / W) ∇L_i
//
// added in the order of i, which is the loss of the whole batch up to rounding.
//
// A loss or a gradient that is not finite ends the training with an error that
// wraps [ErrNotFinite] and names the step and a parameter; the weights are those
// before the step. When ctx is done, Fit returns its error, wrapped, before the
// next step. After these, and after an error of Progress or Validate, the model
// can be used, and Fit with Resume goes on as if nothing had happened: to the
// same bytes. Whatever the error, the history so far is returned with it, unless
// it came before any work.
//
// Settings out of their range wrap [ErrConfig], no examples [ErrData].
func Fit(ctx context.Context, t Task, c FitConfig) (*History, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := c.check(&t); err != nil {
		return nil, err
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	tr, err := newTrainer(t, c)
	if err != nil {
		return nil, err
	}
	defer tr.batches.close()
	return tr.run(ctx)
}

func (t *Task) check() error {
	if t.Params == nil {
		return fmt.Errorf("%w: Task.Params is nil", ErrConfig)
	}
	if err := t.Params.Err(); err != nil {
		return err
	}
	if t.Build == nil {
		return fmt.Errorf("%w: Task.Build is nil", ErrConfig)
	}
	if t.Examples < 1 {
		return fmt.Errorf("%w: training wants at least one example, got %d", ErrData, t.Examples)
	}
	for _, p := range t.Params.All() {
		if !p.frozen {
			return nil
		}
	}
	return fmt.Errorf("%w: all %d parameters are frozen", ErrConfig, len(t.Params.All()))
}

func (c *FitConfig) check(t *Task) error {
	for _, bound := range []struct {
		name       string
		value, min int
	}{
		{"Epochs", c.Epochs, 0}, {"Batch", c.Batch, 1}, {"Shards", c.Shards, 1}, {"Workers", c.Workers, 0},
		{"Patience", c.Patience, 0}, {"CheckpointEvery", c.CheckpointEvery, 0},
	} {
		if bound.value < bound.min {
			return fmt.Errorf("%w: %s wants at least %d, got %d", ErrConfig, bound.name, bound.min, bound.value)
		}
	}
	_, adaptive := c.Schedule.(AdaptiveSchedule)
	switch {
	case c.DropLast && t.Examples < c.Batch:
		return fmt.Errorf("%w: DropLast wants at least a batch of %d examples, got %d", ErrConfig, c.Batch, t.Examples)
	case c.Optimizer == nil:
		return fmt.Errorf("%w: Optimizer is nil", ErrConfig)
	case c.Schedule == nil:
		return fmt.Errorf("%w: Schedule is nil", ErrConfig)
	case c.ClipNorm < 0 || math.IsNaN(c.ClipNorm):
		return fmt.Errorf("%w: ClipNorm wants at least 0, got %v", ErrConfig, c.ClipNorm)
	case c.Shards > 1 && t.Coupled:
		return errCoupled(c.Shards, "this model's loss")
	case c.Validate == nil && (c.Patience > 0 || c.RestoreBest || adaptive):
		return fmt.Errorf("%w: Patience, RestoreBest and schedules that follow scores want Validate", ErrConfig)
	case c.Checkpoint == "" && (c.CheckpointEvery > 0 || c.Resume):
		return fmt.Errorf("%w: CheckpointEvery and Resume want a path in Checkpoint", ErrConfig)
	case c.Checkpoint != "": // before an hour of training, and before a mistyped folder counts as no checkpoint yet
		if info, err := os.Stat(filepath.Dir(c.Checkpoint)); err != nil {
			return fmt.Errorf("%w: Checkpoint wants a folder that is there: %w", ErrConfig, err)
		} else if !info.IsDir() {
			return fmt.Errorf("%w: Checkpoint %s: %s is no folder", ErrConfig, c.Checkpoint, filepath.Dir(c.Checkpoint))
		}
	}
	return nil
}

// errCoupled is the refusal to cut batches whose examples what couples.
func errCoupled(shards int, what string) error {
	return fmt.Errorf("%w: Shards %d: %s couples the examples of a batch, which must not be cut", ErrConfig, shards, what)
}

// whole returns the task with a Build that refuses layers which couple the
// examples of a batch where batches are cut.
func (t Task) whole(shards int) Task {
	if build := t.Build; shards > 1 {
		t.Build = func(g *Graph) (*gorgonia.Node, func(*Machine, []int) error, error) {
			loss, feed, err := build(g)
			if err == nil && g.coupled != "" {
				err = errCoupled(shards, g.coupled)
			}
			return loss, feed, err
		}
	}
	return t
}

// Progress is what [Fit] reports after every step, and once more after every
// epoch, when it has been validated. Its times are for people: no result depends
// on them.
type Progress struct {
	Epoch, Epochs int     // this epoch, from 1, and how many there will be at most
	Step, Steps   int     // updates so far in all epochs, and how many there will be at most
	Loss          float64 // of this step's batch
	MeanLoss      float64 // of this epoch so far
	Rate          float64 // learning rate of this step
	Examples      int     // seen so far in this epoch

	ExamplesPerSecond float64
	Remaining         time.Duration // until the last step, at the speed so far

	EpochDone bool    // this is the report after an epoch
	Score     float64 // of the epoch's validation
	HasScore  bool
}

// History is what [Fit] returns: the course of the training.
type History struct {
	Epochs []EpochResult // those that were finished, also before a resumption
	Best   int           // index in Epochs of the highest score, the first of equals; −1 without scores
	Steps  int           // updates made
	Early  bool          // stopped by Patience
}

// EpochResult is one line of a [History].
type EpochResult struct {
	Loss     float64 // mean over the epoch's examples, each at the weights of its step
	Score    float64
	HasScore bool
	Rate     float64       // of the last step
	Elapsed  time.Duration // in this process; 0 for epochs before a resumption
}

// line is what the log says of an epoch.
func (r EpochResult) line(epoch int) []any {
	line := []any{"epoch", epoch, "loss", r.Loss, "rate", r.Rate}
	if r.HasScore {
		line = append(line, "score", r.Score)
	}
	return line
}

// stopwatch measures the speed of training, without validation and checkpoints.
type stopwatch struct {
	spent           time.Duration
	began           time.Time
	steps, examples int
}

func (w *stopwatch) start() { w.began = time.Now() }

func (w *stopwatch) stop(examples int) {
	w.spent += time.Since(w.began)
	w.steps++
	w.examples += examples
}

// rate returns examples a second and the time that so many steps will take.
func (w *stopwatch) rate(left int) (float64, time.Duration) {
	if w.spent <= 0 || w.steps == 0 {
		return 0, 0
	}
	return float64(w.examples) / w.spent.Seconds(), time.Duration(float64(w.spent) / float64(w.steps) * float64(left))
}
