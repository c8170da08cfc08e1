package course

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestModelFile(t *testing.T) {
	m := &Model{
		Names: []string{"é", "\n"}, Counts: []int64{3, 0}, Dim: 2, Inputs: 3, Targets: 1,
		In: []float32{1, 2, 3, 4, 5, 6}, Out: []float32{7, 8},
	}
	var file bytes.Buffer
	require.NoError(t, m.Save(&file, "kind", []int{9}))
	var extra []int
	again, err := Load(bytes.NewReader(file.Bytes()), "kind", &extra)
	require.NoError(t, err)
	require.Equal(t, m, again)
	require.Equal(t, []int{9}, extra)
	require.Equal(t, []float32{3, 4}, again.Row(1))

	_, err = Load(bytes.NewReader(file.Bytes()), "another", nil)
	require.ErrorIs(t, err, ErrFile)
	_, err = Load(bytes.NewReader(file.Bytes()[:file.Len()-1]), "kind", nil)
	require.ErrorIs(t, err, ErrFile)
	for name, change := range map[string]func(m *Model){
		"comes twice": func(m *Model) { m.Names[1] = m.Names[0] }, "count -1": func(m *Model) { m.Counts[0] = -1 },
		"do not fit": func(m *Model) { m.Inputs = 1 }, "wanted F32 [4 2]": func(m *Model) { m.Inputs = 4 },
	} {
		bad := *m
		bad.Names, bad.Counts = []string{"é", "\n"}, []int64{3, 0}
		change(&bad)
		file.Reset()
		require.NoError(t, bad.Save(&file, "kind", nil))
		_, err = Load(&file, "kind", nil)
		require.ErrorIs(t, err, ErrFile, name)
		require.ErrorContains(t, err, name)
	}
	bad := *m
	bad.Names = []string{"\xff"}
	require.Error(t, bad.Save(&file, "kind", nil), "JSON would change the name")
}
