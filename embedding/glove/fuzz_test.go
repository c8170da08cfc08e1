package glove

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/safetensors"
)

func FuzzReadCooccurrences(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x3f"))
	f.Add([]byte("\x00\x00\x00\x80\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x7f"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		counts, err := ReadCooccurrences(bytes.NewReader(file), 5)
		if err != nil {
			require.Nil(t, counts)
			return
		}
		var again bytes.Buffer
		require.NoError(t, WriteCooccurrences(&again, counts))
		require.True(t, bytes.Equal(file, again.Bytes()))
	})
}

func FuzzLoad(f *testing.F) {
	c := small()
	c.Dim, c.Epochs = 2, 1
	m, err := TrainCounts(f.Context(), numbered(f, 3), []Cooccurrence{{0, 1, 2}, {1, 2, 3}}, c)
	require.NoError(f, err)
	f.Add(saved(f, m))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			return
		}
		require.Equal(t, m.Vocabulary().Len()*m.Dim(), len(m.Vectors().Data()))
		_ = saved(t, m)
	})
}

func FuzzCheckpoint(f *testing.F) {
	words, counts := numbered(f, 3), []Cooccurrence{{0, 1, 2}, {1, 2, 3}}
	c := small()
	c.Dim, c.Epochs, c.Blocks, c.Workers, c.Checkpoint = 2, 1, 2, 1, filepath.Join(f.TempDir(), "checkpoint")
	_, err := TrainCounts(f.Context(), words, counts, c)
	require.NoError(f, err)
	file, err := os.ReadFile(c.Checkpoint)
	require.NoError(f, err)
	f.Add(file)
	c.Epochs = 3
	f.Fuzz(func(t *testing.T, file []byte) {
		tensors, err := safetensors.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		tr := newTrainer[float32](words, counts, &c)
		tr.c.Checkpoint = "" // nothing is written
		if tr.restore(tensors) != nil {
			require.Equal(t, position{}, tr.at)
			return
		}
		stopped, err := tr.run(t.Context())
		require.NoError(t, stopped)
		if err != nil {
			require.ErrorIs(t, err, ErrNotFinite)
			return
		}
		require.Len(t, tr.costs, 3)
	})
}
