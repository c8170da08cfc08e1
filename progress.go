package verso

import "time"

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
