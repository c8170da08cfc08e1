// Package golden reads reference cases: inputs, weights, outputs and gradients of one operation, computed once with
// PyTorch 1.13.1 and kept as data, so that a test can compare its own numbers with them.
//
// # Layout
//
// A package that has such cases keeps them in its testdata/golden folder:
//
//	index.json               the cases of this folder and no others
//	<op>/<case>.json         one case
//	<op>/<case>.safetensors  its tensors, when they are too many to be read with the eye
//	README.md                where the numbers come from
//
// The index is an object with a few header fields and the list "cases" of {"case", "op", "file"}; "file" is relative
// to the index. To add cases, copy their files and add their entries to the index.
//
// A tensor stands in a case as
//
//	{"dtype": "float32", "shape": [2, 3], "data": [6 numbers, row-major]}
//	{"dtype": "float32", "shape": [2, 3], "tensor": "inputs/x"}    a name inside the case's "tensors_file"
//
// with the dtypes float32, float64, int64 and bool. Groups may nest: the tensor inputs.params.p0 is Input("params/p0").
//
// # Use
//
//	func TestGoldenLinear(t *testing.T) {
//		golden.Run(t, "testdata/golden", []string{"linear"}, func(t *testing.T, c *golden.Case) {
//			c.OnlyKeys(t, "in", "out", "bias")
//			y := linear(golden.As[float64](c.Weight("weight")), golden.As[float64](c.Input("x")), c.Int("in"), c.Int("out"))
//			golden.Close(t, c.Output("float64", "y"), y, c.Tolerance("float64"), "y")
//		})
//	}
//
// Run also runs the cases of the same operations in the folder that the environment variable VERSO_GOLDEN names, which
// has the same layout. An accessor that does not find what it is asked for ends the test: a case that a test does not
// understand fails, it is never left out.
package golden
