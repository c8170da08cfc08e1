package recurrent_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/safetensors"
	"github.com/seed6481993f/verso/recurrent"
)

// A training that is stopped within an epoch, where states are not 0, goes on to
// the same bytes.
func TestLanguageModelCancelAndResume(t *testing.T) {
	for i, cell := range []recurrent.CellKind{recurrent.CellLSTM, recurrent.CellGRU, recurrent.CellGRU} {
		c, f := smallLM(recurrent.LevelChar)
		c.Cell, c.Layers, c.Dropout, c.Window = cell, 2, 0.1, []int{0, 0, 4}[i]
		f.Epochs, f.Batch, f.Shards = 2, 3, 2
		if c.Window > 0 {
			f.Batch = 20
		}
		whole := trainLM(t, c, f)
		steps := 0
		for stop := 1; stop < 13; stop += 4 {
			path := filepath.Join(t.TempDir(), "checkpoint")
			ctx, cancel := context.WithCancel(t.Context())
			first := f
			first.Checkpoint = path
			first.Progress = func(p verso.Progress) error {
				if steps = p.Steps; p.Step == stop {
					cancel()
				}
				return nil
			}
			_, _, err := recurrent.TrainLM(ctx, verse, "", c, first)
			cancel()
			require.ErrorIs(t, err, context.Canceled)
			second := f
			second.Checkpoint, second.Resume = path, true
			again := c
			again.Seed = 9 // other weights at first
			m, h, err := recurrent.TrainLM(t.Context(), verse, "", again, second)
			require.NoError(t, err)
			require.Equal(t, steps, h.Steps)
			for i, p := range whole.Params().All() {
				require.Equal(t, p.Float32s(), m.Params().All()[i].Float32s(), "%s, %s, stopped after step %d", cell, p.Name(), stop)
			}
		}
		require.Greater(t, steps, 13)
	}
}

// A checkpoint of another net, of a text of another length, or with states that
// are not whole is refused.
func TestLanguageModelResumeMismatch(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs, f.Checkpoint = 1, filepath.Join(t.TempDir(), "checkpoint")
	words, err := recurrent.LMVocabulary(verse, c)
	require.NoError(t, err)
	resume := func(text string, c recurrent.LMConfig) error {
		m, err := recurrent.NewLM(words, c)
		require.NoError(t, err)
		before := lmBytes(t, m)
		_, err = m.Fit(t.Context(), ids(t, m, text), nil, f)
		if err != nil {
			require.Equal(t, before, lmBytes(t, m), "the weights stay")
		}
		return err
	}
	require.NoError(t, resume(verse, c))
	f.Resume = true
	require.NoError(t, resume(verse, c))
	other := c
	other.Hidden = 8
	require.ErrorIs(t, resume(verse, other), verso.ErrCheckpoint)
	err = resume(verse+" en tres", c)
	require.ErrorIs(t, err, verso.ErrCheckpoint)
	require.ErrorContains(t, err, "of streams of [13] tokens, these have [14]")

	whole, err := safetensors.OpenFile(f.Checkpoint)
	require.NoError(t, err)
	defer whole.Close()
	for want, change := range map[string]func(safetensors.Tensor) []safetensors.Tensor{
		"3 parts are wanted, got 2": func(safetensors.Tensor) []safetensors.Tensor { return nil },
		"part 0: state does not fit: H wants a multiple of 24 numbers, got 47": func(x safetensors.Tensor) []safetensors.Tensor {
			x.Shape, x.Values = []int{47}, x.Values.([]float32)[1:]
			return []safetensors.Tensor{x}
		},
		"part 0: state does not fit: H wants float32 numbers, got float64": func(x safetensors.Tensor) []safetensors.Tensor {
			x.DType = safetensors.F64
			return []safetensors.Tensor{x}
		},
		"part 0: state does not fit: H wants float32 numbers, got none": func(x safetensors.Tensor) []safetensors.Tensor {
			x.Name = "carry/1.h"
			return []safetensors.Tensor{x}
		},
		"part 0: state does not fit: C wants 72 numbers as H, got 48": func(x safetensors.Tensor) []safetensors.Tensor {
			x.Shape, x.Values = []int{72}, append(x.Values.([]float32), x.Values.([]float32)[:24]...)
			return []safetensors.Tensor{x}
		},
	} {
		var tensors []safetensors.Tensor
		for _, info := range whole.Tensors() {
			x := safetensors.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape}
			if info.DType == safetensors.F32 {
				x.Values, err = whole.Float32s(info.Name)
			} else {
				x.Values, err = whole.Float64s(info.Name)
			}
			require.NoError(t, err)
			if x.Name == "carry/0.h" {
				tensors = append(tensors, change(x)...)
			} else {
				tensors = append(tensors, x)
			}
		}
		f.Checkpoint = filepath.Join(t.TempDir(), "changed")
		require.NoError(t, safetensors.WriteFile(f.Checkpoint, tensors, whole.Metadata))
		err := resume(verse, c)
		require.ErrorIs(t, err, verso.ErrCheckpoint, want)
		require.ErrorContains(t, err, want)
	}
}
