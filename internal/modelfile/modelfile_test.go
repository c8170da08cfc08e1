package modelfile_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/modelfile"
)

type settings struct {
	Width int `json:"width"`
}

func saved(t *testing.T) modelfile.Saved {
	words, err := vocab.Build(func(yield func(string) bool) { _ = yield("b") && yield("a") && yield("b") }, vocab.Config{})
	require.NoError(t, err)
	ps := verso.NewParams(1)
	verso.NewLinear(ps, 3, 2)
	require.NoError(t, ps.Err())
	return modelfile.Saved{Kind: "a model 1", Params: ps, Parts: modelfile.Parts{"config": settings{3}, "words": words, "seed": uint64(1 << 63)}}
}

func TestPartsComeBack(t *testing.T) {
	s := saved(t)
	var b bytes.Buffer
	require.NoError(t, s.Write(&b))
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, s.WriteFile(path))
	check := func(f *verso.ModelFile) (int, error) {
		var c settings
		var seed uint64
		words := new(vocab.Vocabulary)
		if err := modelfile.Parse(f, s.Kind, modelfile.Parts{"config": &c, "words": words, "seed": &seed}); err != nil {
			return 0, err
		}
		require.Equal(t, uint64(1<<63), seed)
		require.Equal(t, []string{"b", "a"}, words.Words())
		return c.Width, modelfile.Want(f, modelfile.Weight{Name: "weight", Shape: []int{2, 3}})
	}
	width, err := modelfile.Read(&b, check)
	require.NoError(t, err)
	require.Equal(t, 3, width)
	width, err = modelfile.Open(path, check)
	require.NoError(t, err)
	require.Equal(t, 3, width)
}

func TestOtherFilesAreRefused(t *testing.T) {
	s := saved(t)
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, s.WriteFile(path))
	for says, from := range map[string]func(*verso.ModelFile) error{
		`it holds "a model 1", want "another"`: func(f *verso.ModelFile) error { return modelfile.Parse(f, "another", nil) },
		"config: ":                             func(f *verso.ModelFile) error { return modelfile.Parse(f, s.Kind, modelfile.Parts{"config": new(int)}) },
		"absent: ":                             func(f *verso.ModelFile) error { return modelfile.Parse(f, s.Kind, modelfile.Parts{"absent": new(int)}) },
		"weight of shape [3 2], the file has [2 3]": func(f *verso.ModelFile) error {
			return modelfile.Want(f, modelfile.Weight{Name: "weight", Shape: []int{3, 2}})
		},
		"gate of shape [1], the file has []": func(f *verso.ModelFile) error {
			return modelfile.Want(f, modelfile.Weight{Name: "gate", Shape: []int{1}})
		},
	} {
		_, err := modelfile.Open(path, func(f *verso.ModelFile) (int, error) { return 1, from(f) })
		require.ErrorIs(t, err, verso.ErrFile)
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, path)
	}
	_, err := modelfile.Read(bytes.NewReader([]byte("no model")), func(*verso.ModelFile) (int, error) { return 1, nil })
	require.ErrorIs(t, err, verso.ErrFile)
}
