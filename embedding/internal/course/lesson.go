package course

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Lesson is what is learned, how, and from what.
type Lesson struct {
	Kind *Kind
	Plan Plan
	Own  any // what the package's models know beside the plan; becomes JSON

	Names  []string // of the inputs, or of the first of them
	Tags   []string // of the inputs behind those
	Counts []int64  // of the targets
	Inputs int      // 0: names and tags
	From   *Model   // to be learned on; nil: a new one

	Corpus     *loglinear.Corpus
	Ids        int   // ids of the corpus are below; 0: they are targets
	Total      int64 // words of the text, for sub-sampling; 0: the sum of counts
	Block      int   // ids between two looks at rate, context and progress; 0: 10,000
	Emit       loglinear.Emit[float32]
	Progress   func(Progress) error // nil: none
	Pretrained *vectors.Vectors     // rows that names begin with; nil: none
}

// Progress is what a training reports.
type Progress struct {
	Epoch, Epochs int   // this epoch, from 1, and how many there will be
	Seen, Of      int64 // ids seen in all epochs, and how many there will be
	Rate          float64
}

// Learn trains. Where it is stopped, by ctx, by Progress or because a checkpoint cannot be written, the model comes with the error, and so does
// what went wrong in writing the last checkpoint. All other errors come without a model.
func (l *Lesson) Learn(ctx context.Context) (*Model, error) {
	m, trainer, err := l.begin()
	if err != nil {
		return nil, err
	}
	var stop error // why it is left early, in a state that is good
	epoch := trainer.Position.Epoch
	err = trainer.Run(ctx, func(p loglinear.Progress) error {
		m.Position = trainer.Position
		if p.Epoch > epoch {
			epoch = p.Epoch
			if err := m.Tables.Finite(); err != nil {
				return err
			}
			if stop = l.save(m); stop != nil {
				return stop
			}
		}
		if l.Progress != nil {
			stop = l.Progress(Progress{min(p.Epoch+1, p.Epochs), p.Epochs, p.Words, p.Total, p.Rate})
		}
		return stop
	})
	m.Position = trainer.Position
	if err == nil {
		return m, nil
	}
	if stop == nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		stop = err
	}
	if stop == nil {
		return nil, l.refuse(err)
	}
	stop = fmt.Errorf("%s: stopped in epoch %d of %d: %w", l.Kind.Name, min(m.Position.Epoch+1, l.Plan.Epochs), l.Plan.Epochs, stop)
	if err := m.Tables.Finite(); err != nil {
		return nil, errors.Join(stop, l.refuse(err))
	}
	if errors.Is(stop, errCheckpoint) {
		return m, stop
	}
	return m, errors.Join(stop, l.save(m))
}

// refuse gives an error of the learning itself the name that the package's callers know.
func (l *Lesson) refuse(err error) error {
	switch {
	case errors.Is(err, loglinear.ErrNotFinite):
		return fmt.Errorf("%w: %w; a lower Rate may help", l.Kind.ErrNotFinite, err)
	case errors.Is(err, loglinear.ErrPosition):
		return fmt.Errorf("%w: checkpoint %s: %w", l.Kind.ErrFile, l.Plan.Checkpoint, err)
	}
	return l.Kind.wrap(err)
}

// begin makes a model, or takes that of the checkpoint, and a trainer that stands where it does.
func (l *Lesson) begin() (*Model, *loglinear.Trainer[float32], error) {
	objective, err := l.Plan.Objective(l.Counts)
	if err != nil {
		return nil, nil, l.Kind.wrap(err)
	}
	keep, err := loglinear.NewKeep(l.Counts, l.Total, l.Plan.Sample)
	if err != nil {
		return nil, nil, l.Kind.wrap(err)
	}
	own, err := json.Marshal(l.Own)
	if err != nil {
		return nil, nil, l.Kind.wrap(err)
	}
	m := &Model{Plan: l.Plan, Names: l.Names, Tags: l.Tags, Counts: l.Counts, own: own, corpus: Fingerprint(l.Corpus, l.Names, l.Tags)}
	if l.Pretrained != nil {
		m.corpus += fmt.Sprintf(" %016x", fingerprintOf(l.Pretrained))
	}
	if err := l.tables(m, objective.Rows()); err != nil {
		return nil, nil, err
	}
	workers := l.Plan.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return m, &loglinear.Trainer[float32]{
		Tables: m.Tables, Objective: objective, Corpus: l.Corpus, Ids: l.Ids, Keep: keep, Emit: l.Emit, Position: m.Position,
		Schedule: loglinear.Schedule{Epochs: l.Plan.Epochs, Rate: l.Plan.Rate, MinRate: l.Plan.MinRate, Seed: l.Plan.Seed, Block: l.Block},
		Blocks:   l.Plan.Blocks, Workers: workers,
	}, nil
}

// tables gives the model tables: those that it is to learn on, those of the checkpoint, or new ones.
func (l *Lesson) tables(m *Model, targets int) error {
	inputs := l.Inputs
	if inputs == 0 {
		inputs = len(l.Names) + len(l.Tags)
	}
	if l.From != nil {
		m.Tables = l.From.Tables
		return nil
	}
	if l.Plan.Checkpoint != "" {
		if err := writable(l.Plan.Checkpoint); err != nil {
			return fmt.Errorf("%s: %w: %w", l.Kind.Name, errCheckpoint, err)
		}
	}
	if l.Plan.Resume {
		old, err := l.Kind.LoadFile(l.Plan.Checkpoint, nil)
		switch {
		case err == nil:
			return old.resume(l, m, inputs, targets)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	var err error
	if m.Tables, err = loglinear.NewTables[float32](inputs, targets, l.Plan.Dim); err != nil {
		return l.Kind.wrap(err)
	}
	m.Tables.Randomise(l.Plan.Seed)
	if l.Pretrained != nil {
		for i, name := range l.Names {
			if row, ok := l.Pretrained.Row(name); ok {
				copy(m.Tables.Input(i), row)
			}
		}
	}
	return nil
}

// resume gives tables and position of a checkpoint to the model of the same training.
func (old *Model) resume(l *Lesson, m *Model, inputs, targets int) error {
	want, err := m.training()
	if err != nil {
		return l.Kind.wrap(err)
	}
	got, err := old.training()
	if err != nil {
		return l.Kind.wrap(err)
	}
	t := old.Tables
	if string(got) != string(want) || t.Inputs() != inputs || t.Targets() != targets {
		return fmt.Errorf("%w: checkpoint %s is of another training: wanted %s, %d inputs, %d targets; it has %.1000s, %d, %d", l.Kind.ErrFile,
			l.Plan.Checkpoint, want, inputs, targets, got, t.Inputs(), t.Targets())
	}
	m.Tables, m.Position = t, old.Position
	return nil
}

var errCheckpoint = errors.New("writing checkpoint")

// save writes the checkpoint, if there is to be one.
func (l *Lesson) save(m *Model) error {
	if l.Plan.Checkpoint == "" {
		return nil
	}
	if err := l.Kind.SaveFile(l.Plan.Checkpoint, m); err != nil {
		return fmt.Errorf("%w: %w", errCheckpoint, err)
	}
	return nil
}

// writable tries whether a file can be made beside path, before hours are spent on what cannot be kept.
func writable(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
