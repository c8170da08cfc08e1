package word2vec

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSaveLoad(t *testing.T) {
	for name, change := range ways {
		c := small()
		c.Epochs = 1
		change(&c)
		m := trained(t, c)
		file := saved(t, m)
		back, err := Load(bytes.NewReader(file))
		require.NoError(t, err, name)
		require.Equal(t, m.Vectors(), back.Vectors(), name)
		require.Equal(t, m.ContextVectors(), back.ContextVectors(), name)
		require.Equal(t, file, saved(t, back), name)
		require.Equal(t, c.Negatives == 0, m.ContextVectors() == nil, name)
	}
	c := small()
	c.Epochs = 1
	m := trained(t, c)
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	back, err := LoadFile(path)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, back))
}

func TestCancelAndResume(t *testing.T) {
	for name, change := range ways {
		c := small()
		c.Epochs = 3
		change(&c)
		want, err := Train(t.Context(), planted(6000), c)
		require.NoError(t, err)

		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		var m *Model
		stops := 0
		for m == nil || !m.Done() {
			ctx, cancel := context.WithCancel(t.Context())
			calls := 0
			c.Progress = func(Progress) error {
				if calls++; calls == 2 {
					cancel()
				}
				return nil
			}
			m, err = Train(ctx, planted(6000), c)
			cancel()
			require.NotNil(t, m, "a model comes with the error: %v", err)
			if err != nil {
				require.ErrorIs(t, err, context.Canceled, name)
				require.NotNil(t, m.Vectors())
				stops++
				require.Less(t, stops, 20, "it gets on")
			}
		}
		require.GreaterOrEqual(t, stops, 2, name)
		require.Equal(t, saved(t, want), saved(t, m), name)
	}
}

func TestCheckpointOfAnotherTraining(t *testing.T) {
	c := small()
	c.Epochs, c.Checkpoint = 1, filepath.Join(t.TempDir(), "checkpoint")
	enough := errors.New("enough")
	c.Progress = func(Progress) error { return enough }
	_, err := Train(t.Context(), planted(50), c)
	require.ErrorIs(t, err, enough)
	c.Progress, c.Resume = nil, true
	for name, change := range map[string]func(*Config){
		"seed": func(c *Config) { c.Seed++ }, "rate": func(c *Config) { c.Rate *= 2 }, "window": func(c *Config) { c.Window++ },
	} {
		other := c
		change(&other)
		_, err = Train(t.Context(), planted(50), other)
		require.ErrorIs(t, err, ErrFile, name)
	}
	_, err = Train(t.Context(), planted(51), c)
	require.ErrorIs(t, err, ErrFile, "another text")
	m, err := Train(t.Context(), planted(50), c)
	require.NoError(t, err)
	require.True(t, m.Done())
}

// A checkpoint of a text of other words in the same places is another training's.
func TestCheckpointOfOtherWords(t *testing.T) {
	c := small()
	c.Epochs, c.Checkpoint, c.Resume = 1, filepath.Join(t.TempDir(), "checkpoint"), true
	text := slices.Values([][]string{{"red", "blue", "red", "blue"}})
	m, err := Train(t.Context(), text, c)
	require.NoError(t, err)
	again, err := LoadFile(c.Checkpoint)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, again), "a checkpoint is a model")
	_, err = Train(t.Context(), slices.Values([][]string{{"rot", "blau", "rot", "blau"}}), c)
	require.ErrorIs(t, err, ErrFile)
	_, err = Train(t.Context(), text, c)
	require.NoError(t, err)
}

// All of a text on one line is learned from as any other: the rate falls, and the context is looked at.
func TestOneLine(t *testing.T) {
	text := strings.Repeat("the quick brown fox jumps over a lazy dog ", 50_000/9)
	for _, blocks := range []int{0, 2} {
		c := small()
		c.Epochs, c.Blocks = 1, blocks
		var rates []float64
		c.Progress = func(p Progress) error { rates = append(rates, p.Rate); return nil }
		whole, err := TrainLines(t.Context(), strings.NewReader(text), c)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(rates), 3)
		require.InDelta(t, c.MinRate, rates[len(rates)-1], 1e-12)

		ctx, cancel := context.WithCancel(t.Context())
		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		c.Progress = func(p Progress) error {
			if p.Words > 0 {
				cancel()
			}
			return nil
		}
		m, err := TrainLines(ctx, strings.NewReader(text), c)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, m.Done())
		c.Progress = nil
		m, err = TrainLines(t.Context(), strings.NewReader(text), c)
		require.NoError(t, err)
		require.Equal(t, saved(t, whole), saved(t, m))
	}
}

func TestCancelledWhileReading(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	m, err := Train(done, planted(10), small())
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "word2vec: reading")
	require.Nil(t, m)
}

func TestLoadErrors(t *testing.T) {
	c := small()
	c.Epochs = 1
	file := saved(t, trained(t, c))
	for name, broken := range map[string][]byte{
		"empty": nil, "cut off": file[:len(file)-1], "no model": bytes.Replace(file, []byte("verso.word2vec"), []byte("verso.word3vec"), 1),
		"version": bytes.Replace(file, []byte(`\"version\":2`), []byte(`\"version\":1`), 1), "dim": bytes.Replace(file, []byte(`\"dim\":16`), []byte(`\"dim\":15`), 1),
		"epoch": bytes.Replace(file, []byte(`\"Epoch\":1`), []byte(`\"Epoch\":2`), 1), "twice": bytes.Replace(file, []byte("cowcat"), []byte("catcat"), 1),
		"order of counts": bytes.Replace(file, []byte("\x40\x06\x00\x00"), []byte("\x01\x00\x00\x00"), 1), // 1,600 times "the"
	} {
		require.NotEqual(t, file, broken, name)
		_, err := Load(bytes.NewReader(broken))
		require.ErrorIs(t, err, ErrFile, name)
	}
}

func FuzzLoad(f *testing.F) {
	c := small()
	c.Epochs, c.Dim = 1, 2
	for _, change := range []string{"skip-gram", "skip-gram, both", "CBOW, tree"} {
		ways[change](&c)
		f.Add(saved(f, trained(f, c)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			return
		}
		again, err := Load(bytes.NewReader(saved(t, m)))
		require.NoError(t, err)
		require.Equal(t, saved(t, m), saved(t, again))
	})
}
