package glove

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"

	"github.com/seed6481993f/verso/internal/safetensors"
)

// A checkpoint is one safetensors file: the eight tensors of weights, each epoch's cost, and in the metadata the position
// and what the training must agree in to be gone on with.
const checkpointKey = "verso.glove.checkpoint"

type checkpointHead struct {
	Version int      `json:"version"`
	At      position `json:"at"`
	Of      training `json:"of"`
}

// training is what two trainings must have in common for one to go on with the other's checkpoint. The number of epochs
// may have grown: a longer training goes on where a shorter one ended.
type training struct {
	Words     int     `json:"words"`
	Pairs     int     `json:"pairs"`
	Counts    uint64  `json:"counts,string"` // fingerprint
	Dim       int     `json:"dim"`
	XMax      float64 `json:"x_max"`
	Alpha     float64 `json:"alpha"`
	Rate      float64 `json:"rate"`
	BiasRate  float64 `json:"bias_rate"`
	Clip      float64 `json:"clip"`
	Seed      uint64  `json:"seed,string"`
	KeepOrder bool    `json:"keep_order"`
	Blocks    int     `json:"blocks"`
}

func (tr *trainer[T]) training() training {
	c := tr.c
	return training{
		Words: tr.vocab.Len(), Pairs: len(tr.tiles.pairs), Counts: tr.print, Dim: c.Dim, XMax: c.XMax, Alpha: c.Alpha,
		Rate: c.Rate, BiasRate: c.BiasRate, Clip: c.Clip, Seed: c.Seed, KeepOrder: c.KeepOrder, Blocks: c.Blocks,
	}
}

func fingerprint(counts []Cooccurrence) uint64 {
	h := fnv.New64a()
	var record [recordSize]byte
	for _, x := range counts {
		binary.LittleEndian.PutUint32(record[:], uint32(x.Word))
		binary.LittleEndian.PutUint32(record[4:], uint32(x.Context))
		binary.LittleEndian.PutUint64(record[8:], math.Float64bits(x.Value))
		_, _ = h.Write(record[:]) // never fails
	}
	return h.Sum64()
}

// tensor names a part of the state.
type tensor[T any] struct {
	name   string
	shape  []int
	values []T
}

func (tr *trainer[T]) state() []tensor[T] {
	n := tr.vocab.Len()
	var all []tensor[T]
	for _, of := range []struct {
		name string
		w    *weights[T]
	}{{"words", &tr.words}, {"contexts", &tr.contexts}} {
		all = append(all,
			tensor[T]{of.name + ".vectors", []int{n, tr.dim}, of.w.v},
			tensor[T]{of.name + ".biases", []int{n}, of.w.b},
			tensor[T]{of.name + ".vectors.squares", []int{n, tr.dim}, of.w.sqV},
			tensor[T]{of.name + ".biases.squares", []int{n}, of.w.sqB})
	}
	return all
}

// checkpoint writes one where the settings have a path for it.
func (tr *trainer[T]) checkpoint() error {
	if tr.c.Checkpoint == "" {
		return nil
	}
	return tr.save(tr.c.Checkpoint)
}

func (tr *trainer[T]) save(path string) error {
	head, err := json.Marshal(checkpointHead{Version: 1, At: tr.at, Of: tr.training()})
	if err != nil {
		return fmt.Errorf("glove: writing checkpoint: %w", err)
	}
	tensors := []safetensors.Tensor{{Name: "costs", DType: safetensors.F64, Shape: []int{len(tr.costs)}, Values: tr.costs}}
	for _, t := range tr.state() {
		tensors = append(tensors, safetensors.Tensor{Name: t.name, DType: safetensors.F32, Shape: t.shape, Values: t.values})
	}
	if err := safetensors.WriteFile(path, tensors, map[string]string{checkpointKey: string(head)}); err != nil {
		return fmt.Errorf("glove: writing checkpoint: %w", err)
	}
	return nil
}

// load goes on from a checkpoint. After an error the state is as before.
func (tr *trainer[T]) load(path string) error {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	defer f.Close()
	if err := tr.restore(f); err != nil {
		return fmt.Errorf("%w: checkpoint %s: %w", ErrFile, path, err)
	}
	return nil
}

func (tr *trainer[T]) restore(f *safetensors.File) error {
	var head checkpointHead
	if err := json.Unmarshal([]byte(f.Metadata[checkpointKey]), &head); err != nil {
		return fmt.Errorf("no checkpoint: %w", err)
	}
	if head.Version != 1 {
		return fmt.Errorf("version %d, want 1", head.Version)
	}
	if want := tr.training(); head.Of != want {
		return fmt.Errorf("it is of another training: wanted %+v, the file has %+v", want, head.Of)
	}
	at := head.At
	if at.Epoch < 0 || at.Stage < 0 || at.Stage >= tr.c.Blocks || at.Round < 0 || at.Round > len(tr.tiles.pairs) ||
		at.Pairs < 0 || at.Pairs > int64(len(tr.tiles.pairs)) {
		return fmt.Errorf("impossible position %+v", at)
	}
	if at.Epoch > tr.c.Epochs || at.Epoch == tr.c.Epochs && at != (position{Epoch: at.Epoch}) {
		return fmt.Errorf("it has gone farther than the %d epochs wanted: %d, and %d pairs of another", tr.c.Epochs, at.Epoch, at.Pairs)
	}
	if err := wantShape(f, "costs", []int{at.Epoch}, safetensors.F64); err != nil {
		return err
	}
	costs, err := f.Float64s("costs")
	if err != nil {
		return err
	}
	state := tr.state()
	values := make([][]float32, len(state))
	for i, t := range state {
		if err := wantShape(f, t.name, t.shape, safetensors.F32); err != nil {
			return err
		}
		if values[i], err = f.Float32s(t.name); err != nil {
			return err
		}
		if err := finite(t.name, values[i]); err != nil {
			return err
		}
	}
	for i, t := range state {
		for k, x := range values[i] {
			t.values[k] = T(x)
		}
	}
	tr.at, tr.costs = at, costs
	return nil
}
