package golden

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a testing.TB that keeps what it is told; a fatal message ends the goroutine, as testing's own does.
type recorder struct {
	testing.TB
	messages []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }

// record runs f with a recorder in c's place of the test and returns what f reported.
func record(c *Case, f func(t testing.TB)) []string {
	r := &recorder{}
	if c != nil {
		defer func(t testing.TB) { c.t = t }(c.t)
		c.t = r
	}
	done := make(chan struct{})
	go func() { defer close(done); f(r) }()
	<-done
	return r.messages
}

func TestRunReadsCopiedCases(t *testing.T) {
	t.Setenv(Env, "")
	var names []string
	Run(t, "testdata/golden", []string{"optimizer", "conv1d"}, func(t *testing.T, c *Case) {
		names = append(names, c.Name)
		switch c.Op {
		case "optimizer":
			c.OnlyKeys(t, "optimizer", "lr", "momentum", "dampening", "weight_decay", "nesterov")
			assert.Equal(t, "sgd", c.String("optimizer"))
			assert.Equal(t, 0.9, c.Float("momentum"))
			assert.Equal(t, 0, c.Int("dampening"))
			assert.Equal(t, []string{"grads/p0", "grads/p1", "grads/p2", "params/p0", "params/p1", "params/p2"}, c.InputNames())
			assert.Equal(t, []int{7, 1, 3, 2}, c.Input("grads/p2").Shape)
			assert.False(t, c.HasGrad(Float64, "params/p0"))
			assert.Empty(t, c.GradNames(Float64))
			assert.Equal(t, Tolerance{Rtol: 1e-11, Atol: 1e-12}, c.Tolerance(Float64))
			assert.Contains(t, c.Note, "torch")
		case "conv1d":
			assert.True(t, c.HasInput("x") && c.HasWeight("weight") && c.HasOutput(Float32, "y") && c.HasCotangent("y"))
			assert.Equal(t, c.Output(Float64, "y").Shape, c.Cotangent("y").Shape)
			assert.Contains(t, c.GradNames(Float32), "weights/weight")
			assert.Len(t, As[float32](c.Grad(Float32, "x")), c.Input("x").Len())
			assert.NotZero(t, c.Seed)
		}
	})
	assert.ElementsMatch(t, []string{"sgd_1", "conv1d_b"}, names)
}

// writeCase makes a folder with one case of op "made" and returns the folder.
func writeCase(t *testing.T, name, body string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "made"), 0o755))
	index := fmt.Sprintf(`{"format": 1, "cases": [{"case": %q, "op": "made", "file": "made/a.json"}, {"case": "x", "op": "other", "file": "other/x.json"}]}`, name)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(index), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "made", "a.json"), []byte(body), 0o644))
	return dir
}

const madeCase = `{"config": {"widths": [2, 3], "betas": [0.9, 1], "names": ["a"], "norm": "inf", "cap": Infinity, "whole": 3.0, "half": 0.5, "none": null},
 "tolerance": {"float64": {"rtol": 0.5, "atol": 0}},
 "inputs": {"ids": {"dtype": "int64", "shape": [2], "data": [9007199254740993, -1]}, "mask": {"dtype": "bool", "shape": [2], "data": [1, 0]},
  "absent": null, "empty": {"dtype": "float32", "shape": [0, 3], "data": []}, "f": {"dtype": "float32", "shape": [], "data": [0.1]}},
 "outputs": {"float64": {"y": {"dtype": "float64", "shape": [4], "data": [1.5, NaN, Infinity, -Infinity]}}, "row": {"dtype": "int64", "shape": [1], "data": [7]}},
 "extra \"NaN\"": "left NaN alone"}`

func TestCaseValues(t *testing.T) {
	t.Setenv(Env, "")
	ran := 0
	Run(t, writeCase(t, "here", madeCase), []string{"made"}, func(t *testing.T, c *Case) {
		ran++
		assert.Equal(t, []int{2, 3}, c.Ints("widths"))
		assert.Equal(t, []float64{0.9, 1}, c.Floats("betas"))
		assert.Equal(t, []string{"a"}, c.Strings("names"))
		assert.True(t, math.IsInf(c.Float("norm"), 1))
		assert.True(t, math.IsInf(c.Float("cap"), 1))
		assert.Equal(t, 3, c.Int("whole"))
		assert.True(t, c.Null("none") && c.HasKey("none") && c.Null("nowhere") && !c.HasKey("nowhere"))
		assert.Equal(t, -100, c.Int("none", -100))
		var widths []int
		c.DecodeKey("widths", &widths)
		assert.Equal(t, []int{2, 3}, widths)

		assert.Equal(t, []int{9007199254740993, -1}, c.Input("ids").Ints(), "int64 does not pass through float64")
		assert.Equal(t, []bool{true, false}, c.Input("mask").Bools())
		assert.Equal(t, []int{1, 0}, c.Input("mask").Ints())
		assert.Equal(t, float64(float32(0.1)), c.Input("f").Scalar(), "a float32 decimal is rounded to float32 first")
		assert.False(t, c.HasInput("absent"))
		assert.Equal(t, []string{"empty", "f", "ids", "mask"}, c.InputNames())
		assert.Equal(t, 0, c.Input("empty").Len())
		assert.Equal(t, []int{7}, c.Output("", "row").Ints())
		assert.Equal(t, []string{"y"}, c.OutputNames(Float64))
		var extra string
		c.Decode(`extra "NaN"`, &extra)
		assert.Equal(t, "left NaN alone", extra)

		y := c.Output(Float64, "y")
		assert.True(t, Close(t, y, []float64{2, math.NaN(), math.Inf(1), math.Inf(-1)}, c.Tolerance(Float64), "y"))
		assert.Panics(t, func() { y.Ints() })

		for what, f := range map[string]func(testing.TB){
			"no tensor inputs/none":   func(testing.TB) { c.Input("none") },
			`the option "widths"`:     func(t testing.TB) { c.OnlyKeys(t, "betas", "names", "norm", "cap", "whole", "half", "none") },
			`option "half" is 0.5`:    func(testing.TB) { c.Int("half") },
			`option "missing"`:        func(testing.TB) { c.Bool("missing") },
			`no tolerance for float3`: func(testing.TB) { c.Tolerance(Float32) },
			`no field "nothing"`:      func(testing.TB) { c.Decode("nothing", new(int)) },
		} {
			messages := record(c, f)
			require.Len(t, messages, 1, what)
			assert.Contains(t, messages[0], what)
		}
	})
	assert.Equal(t, 1, ran)
}

func TestRunAlsoReadsEnv(t *testing.T) {
	here, there := writeCase(t, "here", madeCase), writeCase(t, "there", madeCase)
	t.Setenv(Env, there)
	var names []string
	Run(t, here, []string{"made"}, func(t *testing.T, c *Case) { names = append(names, t.Name()) })
	assert.Equal(t, []string{t.Name() + "/here", t.Name() + "/there"}, names)
}

func TestReadTensorsFile(t *testing.T) {
	header := `{"__metadata__":{"a":"b"},"inputs/x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"inputs/m":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]}}`
	file := string([]byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0}) + header + "\x00\x00\xc0\x3f\x00\x00\x00\xc0\x01"
	dir := writeCase(t, "a", `{"tensors_file": "a.safetensors", "outputs": {},
	 "inputs": {"x": {"dtype": "float32", "shape": [2], "tensor": "inputs/x"}, "m": {"dtype": "bool", "shape": [1], "tensor": "inputs/m"}}}`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "made", "a.safetensors"), []byte(file), 0o644))
	c, err := readCase(dir, entry{Case: "a", Op: "made", File: "made/a.json"})
	require.NoError(t, err)
	c.t = t
	assert.Equal(t, []float32{1.5, -2}, As[float32](c.Input("x")))
	assert.Equal(t, []bool{true}, c.Input("m").Bools())
}

func TestReadCaseErrors(t *testing.T) {
	for want, body := range map[string]string{
		"3 numbers for shape [2], not 2": `{"outputs": {"y": {"dtype": "float64", "shape": [2], "data": [1, 2, 3]}}}`,
		`unknown dtype "half"`:           `{"outputs": {"y": {"dtype": "half", "shape": [1], "data": [1]}}}`,
		"outputs/y: neither":             `{"outputs": {"y": [1, 2]}}`,
		`no tensor "y"`:                  `{"outputs": {"y": {"dtype": "float64", "shape": [1], "tensor": "y"}}}`,
		"element 1":                      `{"outputs": {"y": {"dtype": "int64", "shape": [2], "data": [1, 1.5]}}}`,
		"a.safetensors":                  `{"tensors_file": "a.safetensors", "outputs": {}}`,
		"unexpected end":                 `{`,
	} {
		_, err := readCase(writeCase(t, "a", body), entry{Case: "a", Op: "made", File: "made/a.json"})
		assert.ErrorContains(t, err, want)
	}
	_, err := readIndex(t.TempDir(), nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestRunFailsWithoutCases(t *testing.T) {
	entries, err := readIndex(writeCase(t, "a", madeCase), []string{"made", "absent"})
	require.NoError(t, err)
	assert.Equal(t, []string{"absent"}, missing([]string{"made", "absent"}, entries))
}

func TestClose(t *testing.T) {
	want := Tensor{DType: "float64", Shape: []int{2, 2}, F64: []float64{1, 2, math.NaN(), math.Inf(1)}}
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		got    []float64
		report string // "" when close
	}{
		{[]float64{1.1, 2.2, nan, inf}, ""},
		{[]float64{1.2, 2.5, nan, inf}, "2 of 4 elements are off, the worst at [0 1]"},
		{[]float64{1, 2, 0, inf}, "[1 0]"},
		{[]float64{nan, 2, nan, inf}, "[0 0]"},
		{[]float64{1, 2, nan, -inf}, "[1 1]"},
		{[]float64{1, 2, nan, 1e308}, "[1 1]"},
		{[]float64{inf, 2, nan, inf}, "[0 0]"},
		{[]float64{1, 2, nan}, "3 elements, not 4"},
	} {
		messages := record(nil, func(tb testing.TB) { Close(tb, want, c.got, Tolerance{Rtol: 0.1, Atol: 0.01}, "y") })
		if c.report == "" {
			assert.Empty(t, messages)
			continue
		}
		require.Len(t, messages, 1)
		assert.Contains(t, messages[0], c.report)
	}
}

// Every case of the folder $VERSO_GOLDEN can be read, whatever its op.
func TestReadAllOfEnv(t *testing.T) {
	dir := os.Getenv(Env)
	if dir == "" {
		dir = "testdata/golden"
	}
	data, err := os.ReadFile(filepath.Join(dir, "index.json"))
	require.NoError(t, err)
	var index struct{ Cases []entry }
	require.NoError(t, json.Unmarshal(data, &index))
	require.NotEmpty(t, index.Cases)
	for _, e := range index.Cases {
		c, err := readCase(dir, e)
		require.NoError(t, err, e.Case)
		assert.NotEmpty(t, c.fields, e.Case)
	}
}
