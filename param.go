package verso

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"gorgonia.org/tensor"
)

// Param is a named trainable tensor. It lives outside graphs: a layer is built
// once and can be put into any number of graphs, which all read the same memory.
type Param struct {
	name   string
	value  *tensor.Dense
	frozen bool
	table  bool

	// MaxRowNorm, where it is above 0, rescales every row whose Euclidean norm
	// exceeds it to that norm after each update (Kim 2014, section 2.1, the
	// constraint on the class weights). Of a table only touched rows change.
	MaxRowNorm float64
	// ZeroRow, where it is not negative, is a row of a table that never learns:
	// padding. It holds whatever it was given.
	ZeroRow int
}

// Name returns the full name with all scopes, such as "encoder.layer.0.attention.self.query.weight".
func (p *Param) Name() string { return p.name }

// Shape returns the sizes of the tensor's axes.
func (p *Param) Shape() []int { return slices.Clone([]int(p.value.Shape())) }

// Len returns the number of elements.
func (p *Param) Len() int { return p.value.DataSize() }

// Dtype returns tensor.Float32 or tensor.Float64.
func (p *Param) Dtype() tensor.Dtype { return p.value.Dtype() }

// Value returns the tensor itself, not a copy: writing to it changes the model.
// Do not write while a graph that uses the parameter runs.
func (p *Param) Value() *tensor.Dense { return p.value }

// Float32s returns the elements row by row without a copy, or nil for a float64 parameter.
func (p *Param) Float32s() []float32 { return elements[float32](p) }

// Float64s returns the elements row by row without a copy, or nil for a float32 parameter.
func (p *Param) Float64s() []float64 { return elements[float64](p) }

// Freeze stops (or resumes) training of the parameter. Graphs look at it while
// they are built: a frozen parameter costs no backward work.
func (p *Param) Freeze(frozen bool) { p.frozen = frozen }

// Frozen reports whether the parameter is left as it is by training.
func (p *Param) Frozen() bool { return p.frozen }

// Table reports whether the parameter is a table of rows that are looked up: its
// gradient is kept for the touched rows alone.
func (p *Param) Table() bool { return p.table }

// Set copies x, float32 or float64, into the parameter. Its length must be the parameter's.
func (p *Param) Set(x any) error {
	switch x := x.(type) {
	case []float32:
		return setParam(p, x)
	case []float64:
		return setParam(p, x)
	}
	return fmt.Errorf("%w: parameter %q takes []float32 or []float64, got %T", ErrShape, p.name, x)
}

func setParam[S float32 | float64](p *Param, x []S) error {
	if len(x) != p.Len() {
		return fmt.Errorf("%w: parameter %q has %d elements %v, got %d", ErrShape, p.name, p.Len(), p.value.Shape(), len(x))
	}
	if d := p.Float32s(); d != nil {
		for i, v := range x {
			d[i] = float32(v)
		}
		return nil
	}
	for i, v := range x {
		p.Float64s()[i] = float64(v)
	}
	return nil
}

// elements returns a parameter's backing slice in its own precision, nil in the other.
func elements[T float32 | float64](p *Param) []T {
	d, _ := p.value.Data().([]T)
	return d
}

// Params is an ordered set of parameters with a common prefix of names.
// [Params.Scope] gives a view with a longer prefix, so that a layer names its
// parameters as if it were alone and the model's names come out as PyTorch's.
//
// Constructors of layers take a *Params and return no error: the first error
// (a duplicate name, a size below 1) stays in the set, and [Params.Err] returns
// it. Check it once, after the model is built.
type Params struct {
	set    *paramSet
	prefix string
}

type paramSet struct {
	seed   uint64
	dtype  tensor.Dtype
	source WeightSource // nil: initial values are drawn
	list   []*Param
	byName map[string]*Param
	err    error
}

// NewParams returns an empty set of float32 parameters. The seed decides every
// initial value together with the parameter's name, so that adding a layer
// changes no other layer.
func NewParams(seed uint64) *Params { return newParams(seed, tensor.Float32) }

// NewParams64 returns an empty set of float64 parameters: for checking
// gradients and for comparing with references to the last digit.
func NewParams64(seed uint64) *Params { return newParams(seed, tensor.Float64) }

func newParams(seed uint64, dt tensor.Dtype) *Params {
	return &Params{set: &paramSet{seed: seed, dtype: dt, byName: map[string]*Param{}}}
}

// Scope returns a view of the same set in which names get the prefix "name.".
func (ps *Params) Scope(name string) *Params {
	return &Params{set: ps.set, prefix: ps.prefix + name + "."}
}

// New adds a parameter of the given shape with values from init, or from the
// source of [ParamsFrom]. After an error it returns a parameter that belongs to
// no set and has a single element, so that building can go on at no cost.
func (ps *Params) New(name string, init Init, shape ...int) *Param {
	p := &Param{name: ps.prefix + name, ZeroRow: -1}
	n, err := ps.set.admit(p.name, shape)
	if err == nil {
		p.value, err = ps.set.values(p.name, init, n, shape)
	}
	if err != nil {
		ps.Fail(err)
	}
	if ps.set.err != nil {
		p.value = placeholder(ps.set.dtype, len(shape))
		return p
	}
	ps.set.list, ps.set.byName[p.name] = append(ps.set.list, p), p
	return p
}

// maxElements bounds a parameter, far above what fits in memory: Go's make panics
// where an error is wanted.
const maxElements = 1 << 40

// admit checks a name and a shape and returns the number of elements.
func (s *paramSet) admit(name string, shape []int) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if _, ok := s.byName[name]; ok {
		return 0, fmt.Errorf("%w: %q", ErrDuplicateParam, name)
	}
	n := 1
	for _, d := range shape {
		if d < 1 {
			return 0, fmt.Errorf("%w: parameter %q wants sizes of at least 1, got %v", ErrShape, name, shape)
		}
		if d > maxElements/n {
			return 0, fmt.Errorf("%w: parameter %q wants at most %d elements, got sizes %v", ErrShape, name, maxElements, shape)
		}
		n *= d
	}
	return n, nil
}

// values makes the tensor of a parameter.
func (s *paramSet) values(name string, init Init, n int, shape []int) (*tensor.Dense, error) {
	if s.source != nil {
		return s.load(name, n, shape)
	}
	values := make([]float64, n)
	init(rand.New(rand.NewPCG(s.seed, nameHash(name))), shape, values)
	if s.dtype == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(values)), nil
	}
	rounded := make([]float32, n)
	for i, v := range values {
		rounded[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(rounded)), nil
}

// placeholder is a tensor of a single element with so many axes.
func placeholder(dt tensor.Dtype, axes int) *tensor.Dense {
	shape := make([]int, axes)
	for i := range shape {
		shape[i] = 1
	}
	if axes == 0 { // a scalar parameter
		shape = []int{1}
	}
	return tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
}

// NewTable adds a parameter whose rows are looked up by number.
func (ps *Params) NewTable(name string, init Init, rows, width int) *Param {
	p := ps.New(name, init, rows, width)
	p.table = true
	return p
}

// Fail records the first error of building a model.
func (ps *Params) Fail(err error) {
	if ps.set.err == nil {
		ps.set.err = err
	}
}

// Err returns the first error of building, nil if there was none.
func (ps *Params) Err() error { return ps.set.err }

// All returns the parameters under this scope, in the order in which they were made.
func (ps *Params) All() []*Param {
	var out []*Param
	for _, p := range ps.set.list {
		if strings.HasPrefix(p.name, ps.prefix) {
			out = append(out, p)
		}
	}
	return out
}

// Get returns the parameter of that name under this scope.
func (ps *Params) Get(name string) (*Param, bool) {
	p, ok := ps.set.byName[ps.prefix+name]
	return p, ok
}

// Dtype returns the precision of the set: tensor.Float32 or tensor.Float64.
func (ps *Params) Dtype() tensor.Dtype { return ps.set.dtype }

// Len returns the number of elements of all parameters under this scope.
func (ps *Params) Len() int {
	n := 0
	for _, p := range ps.All() {
		n += p.Len()
	}
	return n
}

func nameHash(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
