package course

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// ErrFile signifies a file that is no model or no checkpoint of the training.
var ErrFile = errors.New("bad file")

// Course is a training with checkpoints: at the end of each epoch, and when it is stopped.
type Course struct {
	Trainer    *loglinear.Trainer[float32]
	Of         any    // what two trainings must have in common for one to go on with the other's checkpoint; becomes JSON
	Checkpoint string // path; "": none
	Resume     bool   // from Checkpoint if the file is there
	Progress   func(loglinear.Progress) error
}

// Run trains to the end. stopped is why that was left early, in a state from which it can go on: what ctx or Progress
// says. err is what went wrong.
func (c *Course) Run(ctx context.Context) (stopped, err error) {
	if c.Resume {
		if err := c.load(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if c.Trainer.Position.Epoch >= c.Trainer.Schedule.Epochs {
		return nil, nil
	}
	at := &c.Trainer.Position
	epoch := at.Epoch
	err = c.Trainer.Run(ctx, func(p loglinear.Progress) error {
		if at.Epoch != epoch {
			epoch = at.Epoch
			if err := c.save(); err != nil {
				return err
			}
		}
		if c.Progress != nil {
			stopped = c.Progress(p)
		}
		return stopped
	})
	switch {
	case stopped == nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
		stopped = err
	case stopped == nil:
		return nil, err
	}
	return stopped, c.save()
}

// A checkpoint is one safetensors file: the tables, and in the metadata the position and what it is of.
const checkpointKey = "verso.checkpoint"

type checkpointHead struct {
	Version  int                `json:"version"`
	Position loglinear.Position `json:"position"`
	Of       json.RawMessage    `json:"of"`
}

func (c *Course) save() error {
	if c.Checkpoint == "" {
		return nil
	}
	of, err := json.Marshal(c.Of)
	if err != nil {
		return fmt.Errorf("writing checkpoint: %w", err)
	}
	head, err := json.Marshal(checkpointHead{1, c.Trainer.Position, of})
	if err != nil {
		return fmt.Errorf("writing checkpoint: %w", err)
	}
	t := c.Trainer.Tables
	if err := safetensors.WriteFile(c.Checkpoint, pair(t.Dense(t.In), t.Dense(t.Out), t.Dim), map[string]string{checkpointKey: string(head)}); err != nil {
		return fmt.Errorf("writing checkpoint: %w", err)
	}
	return nil
}

// load goes on from a checkpoint. After an error all is as before.
func (c *Course) load() error {
	f, err := safetensors.OpenFile(c.Checkpoint)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	defer f.Close()
	if err := c.restore(f); err != nil {
		return fmt.Errorf("%w: checkpoint %s: %w", ErrFile, c.Checkpoint, err)
	}
	return nil
}

func (c *Course) restore(f *safetensors.File) error {
	var head checkpointHead
	if err := json.Unmarshal([]byte(f.Metadata[checkpointKey]), &head); err != nil {
		return fmt.Errorf("no checkpoint: %w", err)
	}
	of, err := json.Marshal(c.Of)
	if err != nil {
		return err
	}
	switch {
	case head.Version != 1:
		return fmt.Errorf("version %d, want 1", head.Version)
	case string(head.Of) != string(of):
		return fmt.Errorf("it is of another training: wanted %s, the file has %.1000s", of, head.Of)
	case head.Position.Epoch < 0 || head.Position.Epoch > c.Trainer.Schedule.Epochs || head.Position.Block < 0 ||
		head.Position.Block > c.Trainer.Corpus.Tokens():
		return fmt.Errorf("impossible position %+v", head.Position)
	}
	t := c.Trainer.Tables
	in, err := rows(f, "in", t.Inputs(), t.Dim)
	if err != nil {
		return err
	}
	out, err := rows(f, "out", t.Targets(), t.Dim)
	if err != nil {
		return err
	}
	for i := range t.Inputs() {
		copy(t.Input(i), in[i*t.Dim:])
	}
	for i := range t.Targets() {
		copy(t.Target(i), out[i*t.Dim:])
	}
	c.Trainer.Position = head.Position
	return nil
}

// pair describes two tables for a file.
func pair(in, out []float32, dim int) []safetensors.Tensor {
	return []safetensors.Tensor{
		{Name: "in", DType: safetensors.F32, Shape: []int{len(in) / dim, dim}, Values: in},
		{Name: "out", DType: safetensors.F32, Shape: []int{len(out) / dim, dim}, Values: out},
	}
}

// rows reads a table of which it checks the shape first.
func rows(f *safetensors.File, name string, n, dim int) ([]float32, error) {
	info, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	if info.DType != safetensors.F32 || !slices.Equal(info.Shape, []int{n, dim}) {
		return nil, fmt.Errorf("tensor %q: wanted F32 [%d %d], the file has %s %v", name, n, dim, info.DType, info.Shape)
	}
	return f.Float32s(name)
}
