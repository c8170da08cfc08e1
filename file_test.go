package verso_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

func fileModel(seed uint64) *verso.Params {
	ps := verso.NewParams(seed)
	ps.NewTable("words", verso.Normal(0, 1), 4, 3)
	verso.NewLinear(ps.Scope("out"), 3, 2)
	return ps
}

func allValues(ps *verso.Params) [][]float32 {
	var out [][]float32
	for _, p := range ps.All() {
		out = append(out, p.Float32s())
	}
	return out
}

func TestSaveLoad(t *testing.T) {
	a, b := fileModel(1), fileModel(2)
	require.NotEqual(t, allValues(a), allValues(b))
	metadata := map[string]string{"config": `{"width": 3}`, "vocabulary": "año\nwörter"}
	var buf bytes.Buffer
	require.NoError(t, verso.SaveParams(&buf, a, metadata))
	again := bytes.Buffer{}
	require.NoError(t, verso.SaveParams(&again, a, metadata))
	assert.Equal(t, buf.Bytes(), again.Bytes())

	got, err := verso.LoadParams(&buf, b)
	require.NoError(t, err)
	assert.Equal(t, metadata, got)
	assert.Equal(t, allValues(a), allValues(b))
}

func TestSaveLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	a, b := fileModel(1), fileModel(2)
	require.NoError(t, verso.SaveParamsFile(path, a, nil))
	_, err := verso.LoadParamsFile(path, b)
	require.NoError(t, err)
	assert.Equal(t, allValues(a), allValues(b))

	f, err := verso.OpenModelFile(path)
	require.NoError(t, err)
	assert.Equal(t, []string{"out.bias", "out.weight", "words"}, f.Names())
	require.NoError(t, f.Close())

	_, err = verso.LoadParamsFile(path+".none", b)
	assert.ErrorIs(t, err, os.ErrNotExist)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
}

// The parameters of a scope are saved as if it were alone.
func TestSaveScope(t *testing.T) {
	a := fileModel(1)
	var buf bytes.Buffer
	require.NoError(t, verso.SaveParams(&buf, a.Scope("out"), nil))
	ps := verso.NewParams(3)
	l := verso.NewLinear(ps, 3, 2)
	_, err := verso.LoadParams(&buf, ps)
	require.NoError(t, err)
	want, _ := a.Get("out.weight")
	assert.Equal(t, want.Float32s(), l.Weight.Float32s())
}

func TestLoadMismatch(t *testing.T) {
	for reason, test := range map[string]struct {
		build func(ps *verso.Params)
		text  []string
	}{
		"missing":    {func(ps *verso.Params) { verso.NewLinear(ps, 2, 3); ps.New("scale", verso.Ones(), 1) }, []string{`"scale" is missing`}},
		"unexpected": {func(ps *verso.Params) { ps.New("weight", verso.Ones(), 3, 2) }, []string{`"bias" is unexpected`}},
		"shape":      {func(ps *verso.Params) { verso.NewLinear(ps, 3, 2) }, []string{`"weight"`, "[2 3]", "[3 2]", `"bias"`}},
	} {
		var buf bytes.Buffer
		saved := verso.NewParams(1)
		verso.NewLinear(saved, 2, 3)
		require.NoError(t, verso.SaveParams(&buf, saved, nil))
		ps := verso.NewParams(2)
		test.build(ps)
		before := fmt.Sprint(allValues(ps))
		_, err := verso.LoadParams(&buf, ps)
		require.ErrorIs(t, err, verso.ErrFile, reason)
		for _, text := range test.text {
			assert.ErrorContains(t, err, text, reason)
		}
		assert.Equal(t, before, fmt.Sprint(allValues(ps)), reason)
	}

	var buf bytes.Buffer
	double := verso.NewParams64(1)
	verso.NewLinear(double, 2, 3)
	require.NoError(t, verso.SaveParams(&buf, double, nil))
	single := verso.NewParams(1)
	verso.NewLinear(single, 2, 3)
	_, err := verso.LoadParams(bytes.NewReader(buf.Bytes()), single)
	assert.ErrorIs(t, err, verso.ErrFile)
	assert.ErrorContains(t, err, "F64")
	_, err = verso.LoadParams(&buf, double)
	assert.NoError(t, err)
}

func TestSaveErrors(t *testing.T) {
	broken := errors.New("broken")
	assert.ErrorIs(t, verso.SaveParams(failing{broken}, fileModel(1), nil), broken)
	ps := fileModel(1)
	ps.New("words", verso.Zeros(), 1)
	assert.ErrorIs(t, verso.SaveParams(&bytes.Buffer{}, ps, nil), verso.ErrDuplicateParam)
	_, err := verso.LoadParams(&bytes.Buffer{}, fileModel(1))
	assert.ErrorIs(t, err, verso.ErrFile)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzLoadParams(f *testing.F) {
	var buf bytes.Buffer
	require.NoError(f, verso.SaveParams(&buf, fileModel(1), map[string]string{"config": "{}"}))
	f.Add(buf.Bytes())
	f.Add(buf.Bytes()[:buf.Len()-1])
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ps := fileModel(2)
		before := fmt.Sprint(allValues(ps))
		if _, err := verso.LoadParams(bytes.NewReader(data), ps); err != nil {
			require.ErrorIs(t, err, verso.ErrFile)
			require.Equal(t, before, fmt.Sprint(allValues(ps)))
			return
		}
		var again bytes.Buffer
		require.NoError(t, verso.SaveParams(&again, ps, nil))
		_, err := verso.LoadParams(&again, fileModel(3))
		require.NoError(t, err)
	})
}

// A model's configuration travels with its weights: read it, build the model, fill it.
func ExampleReadModelFile() {
	ps := verso.NewParams(1)
	verso.NewLinear(ps, 2, 1)
	var file bytes.Buffer
	if err := verso.SaveParams(&file, ps, map[string]string{"inputs": "2"}); err != nil {
		fmt.Println(err)
	}

	f, err := verso.ReadModelFile(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	inputs, err := strconv.Atoi(f.Metadata["inputs"])
	if err != nil {
		fmt.Println(err)
	}
	loaded := verso.NewParams(2)
	line := verso.NewLinear(loaded, inputs, 1)
	fmt.Println(f.LoadInto(loaded), line.Weight.Shape())
	// Output: <nil> [1 2]
}
