package glove

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
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
