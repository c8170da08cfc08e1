package course

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

func replace(s, old, with string) string { return strings.Replace(s, old, with, 1) }

// small is a model whose names are any bytes.
func small(t testing.TB) *Model {
	t.Helper()
	tables, err := loglinear.NewTables[float32](4, 2, 2)
	require.NoError(t, err)
	tables.Randomise(1)
	copy(tables.Target(1), []float32{7, 8})
	return &Model{
		Plan: Plan{Dim: 2, Negatives: 1, Epochs: 4, Rate: 1, Blocks: 1}, Names: []string{"é", "\n\x00"}, Tags: []string{"\xe9", ""},
		Counts: []int64{3, 0}, Tables: tables, Position: loglinear.Position{Epoch: 2, Block: 1}, own: []byte("[9]"), corpus: "c",
	}
}

func saved(t *testing.T, m *Model) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, testKind.Save(&file, m))
	return file.Bytes()
}

func TestModelFile(t *testing.T) {
	m := small(t)
	var own []int
	again, err := testKind.Load(bytes.NewReader(saved(t, m)), &own)
	require.NoError(t, err)
	require.Equal(t, m, again)
	require.Equal(t, []int{9}, own)
	require.Equal(t, m.Tables.Input(1), again.Vectors(m.Names, m.Tables.In, 0).Data()[2:4])

	file := saved(t, m)
	other := testKind
	other.Name = "other"
	_, err = other.Load(bytes.NewReader(file), nil)
	require.ErrorIs(t, err, errFile)
	for name, bad := range map[string]string{
		"": string(file[:len(file)-1]), "version 1": replace(string(file), `\"version\":2`, `\"version\":1`),
		"Epochs": replace(string(file), `\"epochs\":4`, `\"epochs\":0`), "impossible position": replace(string(file), `\"Epoch\":2`, `\"Epoch\":5`),
		"wanted F32 [n 3]": replace(string(file), `\"dim\":2`, `\"dim\":3`),
	} {
		_, err = testKind.Load(strings.NewReader(bad), nil)
		require.ErrorIs(t, err, errFile, name)
		require.ErrorContains(t, err, name)
	}
	for name, spoil := range map[string]func(*Model){
		"comes twice": func(m *Model) { m.Tags[1] = m.Tags[0] }, "count 0 is -1": func(m *Model) { m.Counts[0] = -1 },
		"5 names and tags for 4 inputs": func(m *Model) { m.Tags = append(m.Tags, "more") },
		"number 1 of row 0":             func(m *Model) { m.Tables.In[1] = float32(math.NaN()) },
		"of the targets is -Inf":        func(m *Model) { m.Tables.Target(0)[0] = float32(math.Inf(-1)) },
	} {
		bad := small(t)
		spoil(bad)
		_, err = testKind.Load(bytes.NewReader(saved(t, bad)), nil)
		require.ErrorIs(t, err, errFile, name)
		require.ErrorContains(t, err, name)
	}
}

// The header, whose length has a bound, does not grow with the names.
func TestNamesAreNotInTheHeader(t *testing.T) {
	m := small(t)
	_, few, err := testKind.encode(m)
	require.NoError(t, err)
	for range 1000 {
		m.Names = append(m.Names, strings.Repeat("x", len(m.Names)))
	}
	_, many, err := testKind.encode(m)
	require.NoError(t, err)
	require.Equal(t, few, many)
}

func TestFingerprint(t *testing.T) {
	prints := map[string]bool{}
	for _, names := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, nil} {
		for _, ids := range [][][]int32{{{1, 2}}, {{1}, {2}}, {{2, 1}}, nil} {
			c := &loglinear.Corpus{}
			for _, x := range ids {
				c.Append(x...)
			}
			prints[Fingerprint(c, names)] = true
			prints[Fingerprint(c, nil, names)] = true
		}
	}
	require.Len(t, prints, 32)
}

func FuzzLoad(f *testing.F) {
	var file bytes.Buffer
	require.NoError(f, testKind.Save(&file, small(f)))
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := testKind.Load(bytes.NewReader(file), nil)
		if err != nil {
			require.ErrorIs(t, err, errFile)
			return
		}
		again, err := testKind.Load(bytes.NewReader(saved(t, m)), nil)
		require.NoError(t, err)
		require.Equal(t, saved(t, m), saved(t, again))
		require.Equal(t, len(m.Names), m.Vectors(m.Names, m.Tables.In, 0).Len())
	})
}
