package attention_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/op"
)

// reference puts one reference case into a graph in one precision.
type reference[T float32 | float64] struct {
	*verso.Graph
	t      *testing.T
	c      *golden.Case
	params *verso.Params
	inputs map[string]*gorgonia.Node
	// order, where it is set for an input or an output, brings its elements from
	// the order of the case into rows of ragged batches: place → place in the case.
	order map[string][]int
}

func (r *reference[T]) bind(name string, v *tensor.Dense) *gorgonia.Node {
	n := r.Input(name, v.Dtype(), v.Shape()...)
	gorgonia.WithValue(v)(n)
	return n
}

func (r *reference[T]) ints(name string, x ...int) *gorgonia.Node {
	return r.bind(name, tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x)))
}

// rows binds an input (batch, time, features) as sequences that are all whole.
func (r *reference[T]) rows(name string) verso.Sequence {
	x := r.c.Input(name)
	batch, time, features := x.Shape[0], x.Shape[1], x.Shape[2]
	if !r.c.Bool("batch_first", true) {
		batch, time = time, batch
		r.order[name] = permutation([]int{time, batch, features}, 1, 0, 2)
	}
	return verso.Sequence{Rows: r.value(name, x, batch*time, features), Lengths: r.ints(name+".lengths", slices.Repeat([]int{time}, batch)...)}
}

// heads binds an input (batch, heads, time, d) as rows with heads side by side.
func (r *reference[T]) heads(name string) verso.Sequence {
	x := r.c.Input(name)
	s := x.Shape
	r.order[name] = permutation(s, 0, 2, 1, 3)
	return verso.Sequence{Rows: r.value(name, x, s[0]*s[2], s[1]*s[3]), Lengths: r.ints(name+".lengths", slices.Repeat([]int{s[2]}, s[0])...)}
}

func (r *reference[T]) value(name string, x golden.Tensor, shape ...int) *gorgonia.Node {
	n := r.bind(name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(take(golden.As[T](x), r.order[name]))))
	r.Watch(n)
	r.inputs[name] = n
	return n
}

// mask binds a key mask with 1 for what is real, nil where the case has none.
func (r *reference[T]) mask(name string, ignored bool) *gorgonia.Node {
	if !r.c.HasInput(name) {
		return nil
	}
	x := r.c.Input(name).Ints()
	for i := range x {
		if ignored {
			x[i] = 1 - x[i]
		}
	}
	return r.ints(name, x...)
}

// bias binds an attention mask as numbers to be added to the scores, nil where the
// case has none: one (batch, heads, queries, keys) as it is, one (queries, keys) once
// for each sequence. A bool hides where it is true.
func (r *reference[T]) bias(name string, queries, keys verso.Sequence) *gorgonia.Node {
	if !r.c.HasInput(name) {
		return nil
	}
	x := r.c.Input(name)
	if len(x.Shape) == 4 {
		return r.value(name, x, x.Len())
	}
	lq, lk := queries.Lengths.Value().Data().([]int), keys.Lengths.Value().Data().([]int)
	var numbers []T
	if x.DType == "bool" {
		for _, hide := range x.Ints() {
			numbers = append(numbers, []T{0, T(math.Inf(-1))}[hide])
		}
	} else {
		numbers = golden.As[T](x)
	}
	var all []T
	for range min(len(lq), len(lk)) {
		all = append(all, numbers...)
	}
	return r.bind(name, tensor.New(tensor.WithShape(len(all)), tensor.WithBacking(all)))
}

// lastFirst brings the last columns of a tensor, as many as are true, before the
// others: keys that are added stand first here.
func lastFirst(shape []int, added ...bool) []int {
	first, n := 0, shape[len(shape)-1]
	for _, is := range added {
		if is {
			first++
		}
	}
	var order []int
	for at := range tensor.Shape(shape).TotalSize() {
		order = append(order, at/n*n+(at%n+n-first)%n)
	}
	return order
}

// permutation returns for each place of a tensor with permuted axes its place in
// the tensor of the given shape.
func permutation(shape []int, axes ...int) []int {
	strides := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = n
		n *= shape[i]
	}
	places := []int{0}
	for _, a := range axes {
		var next []int
		for _, p := range places {
			for i := range shape[a] {
				next = append(next, p+i*strides[a])
			}
		}
		places = next
	}
	return places
}

// take returns the elements of x in the given order, x itself without one.
func take[T any](x []T, order []int) []T {
	if order == nil {
		return x
	}
	y := make([]T, len(x))
	for i, p := range order {
		y[i] = x[p]
	}
	return y
}

// back undoes take.
func back[T any](y []T, order []int) []T {
	if order == nil {
		return y
	}
	x := make([]T, len(y))
	for i, p := range order {
		x[p] = y[i]
	}
	return x
}

// build is what a test does with a case: it returns the outputs by name.
type build[T float32 | float64] func(r *reference[T]) map[string]*gorgonia.Node

// compare checks all outputs and gradients of a case in both precisions.
func compare(t *testing.T, c *golden.Case, build64 build[float64], build32 build[float32]) {
	t.Run(golden.Float64, func(t *testing.T) { compareIn(t, c, golden.Float64, verso.NewParams64(1), build64) })
	t.Run(golden.Float32, func(t *testing.T) { compareIn(t, c, golden.Float32, verso.NewParams(1), build32) })
}

func compareIn[T float32 | float64](t *testing.T, c *golden.Case, precision string, ps *verso.Params, f build[T]) {
	t.Helper()
	r := &reference[T]{Graph: verso.NewGraph(1), t: t, c: c, params: ps, inputs: map[string]*gorgonia.Node{}, order: map[string][]int{}}
	outputs := f(r)
	require.NoError(t, r.Err())
	var terms []*gorgonia.Node
	for _, name := range c.CotangentNames() {
		require.Contains(t, outputs, name)
		w := take(golden.As[T](c.Cotangent(name)), r.order[name])
		terms = append(terms, r.Apply("inner", op.Inner(), outputs[name], r.bind("cotangent."+name, tensor.New(tensor.WithShape(outputs[name].Shape()...), tensor.WithBacking(w)))))
	}
	loss := verso.Add(r.Graph, terms...)
	m, err := r.Compile(loss)
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Run())
	tol := c.Tolerance(precision)
	for _, name := range c.OutputNames(precision) {
		if name == "__loss" {
			if precision == golden.Float64 {
				golden.Close(t, c.Output(precision, name), []float64{m.Scalar(loss)}, tol, name)
			}
			continue
		}
		require.Contains(t, outputs, name)
		golden.Close(t, c.Output(precision, name), back(elements[T](m, outputs[name]), r.order[name]), tol, name)
	}
	for _, name := range c.GradNames(precision) {
		node, ok := r.inputs[name]
		if weight, isWeight := strings.CutPrefix(name, "weights/"); isWeight {
			p, found := ps.Get(weight)
			require.True(t, found, "no parameter %q", weight)
			node, ok = r.Param(p), true
		}
		require.True(t, ok, "no input %q", name)
		golden.Close(t, c.Grad(precision, name), back(verso.Gradient[T](m, node), r.order[name]), tol, "gradient of "+name)
	}
}

func elements[T float32 | float64](m *verso.Machine, n *gorgonia.Node) []T {
	if x, ok := any(m.Float64s(n)).([]T); ok {
		return x
	}
	return any(m.Float32s(n)).([]T)
}

// weights copies the case's weights into the layer that was just built; both must
// have the same.
func (r *reference[T]) weights() {
	require.NoError(r.t, r.params.Err())
	require.Len(r.t, r.params.All(), len(r.c.WeightNames()))
	for _, p := range r.params.All() {
		require.Equal(r.t, r.c.Weight(p.Name()).Shape, p.Shape(), p.Name())
		require.NoError(r.t, p.Set(golden.As[T](r.c.Weight(p.Name()))))
	}
}
