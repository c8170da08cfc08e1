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
		l, err := modelfile.Build(f, func(ps *verso.Params) (*verso.Linear, error) {
			l := verso.NewLinear(ps, c.Width, 2)
			return l, ps.Err()
		})
		require.NoError(t, err)
		want, _ := s.Params.Get("weight")
		require.Equal(t, want.Float32s(), l.Weight.Float32s())
		return c.Width, nil
	}
	width, err := modelfile.Read(&b, check)
	require.NoError(t, err)
	require.Equal(t, 3, width)
	width, err = modelfile.Open(path, check)
	require.NoError(t, err)
	require.Equal(t, 3, width)
}

// linear builds a linear layer of a file.
func linear(in, out int, scope string) func(*verso.ModelFile) error {
	return func(f *verso.ModelFile) error {
		_, err := modelfile.Build(f, func(ps *verso.Params) (*verso.Linear, error) {
			if scope != "" {
				ps = ps.Scope(scope[:len(scope)-1])
			}
			l := verso.NewLinear(ps, in, out)
			return l, ps.Err()
		})
		return err
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	s := saved(t)
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, s.WriteFile(path))
	for says, from := range map[string]func(*verso.ModelFile) error{
		`it holds "a model 1", want "another"`: func(f *verso.ModelFile) error { return modelfile.Parse(f, "another", nil) },
		"config: ":                             func(f *verso.ModelFile) error { return modelfile.Parse(f, s.Kind, modelfile.Parts{"config": new(int)}) },
		"absent: ":                             func(f *verso.ModelFile) error { return modelfile.Parse(f, s.Kind, modelfile.Parts{"absent": new(int)}) },
		`tensor "weight": want shape [1000000 1000000], the file has [2 3]`: linear(1_000_000, 1_000_000, ""),
		`tensor "gate.weight" is missing, want shape [2 3]`:                 linear(3, 2, "gate."),
		`tensor "bias" is unexpected`: func(f *verso.ModelFile) error {
			m, err := modelfile.Build(f, func(ps *verso.Params) (*verso.Param, error) {
				return ps.New("weight", verso.Zeros(), 2, 3), ps.Err()
			})
			require.Nil(t, m)
			return err
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

// The name under which the kind stands is no name of a part.
func TestPartsDoNotHideTheKind(t *testing.T) {
	_, err := modelfile.Saved{Kind: "k", Parts: modelfile.Parts{"model": 1}}.Metadata()
	require.ErrorIs(t, err, verso.ErrConfig)
}
