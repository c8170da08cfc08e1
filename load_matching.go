package verso

import (
	"fmt"
	"slices"
	"strings"
)

// Values returns the elements of a tensor row by row and its shape, whatever kind of
// floating-point number the file holds it in. They belong to the caller.
func (f *ModelFile) Values(name string) ([]float32, []int, error) {
	shape, ok := f.Shape(name)
	if !ok {
		return nil, nil, fmt.Errorf("%w: tensor %q is missing", ErrFile, name)
	}
	x, err := f.file.Float32s(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return x, shape, nil
}

// LoadMatching copies what the file has for ps into it and leaves the rest of ps as it
// is: an encoder from one file under a new head, as PyTorch's
// load_state_dict(strict=False). rename gives the parameter's name for a tensor's, or
// false where the tensor is to be left out; nil takes names as they are. Tensors
// of another precision are converted.
//
// Missing are the parameters that no tensor was for, unexpected the tensors of numbers
// that no parameter was for, both sorted. A tensor of another shape than its
// parameter's, two for one parameter, and numbers that are not finite are an
// [ErrFile], and no parameter is changed: a head for other classes wants to be left out
// by rename.
func (f *ModelFile) LoadMatching(ps *Params, rename func(tensor string) (parameter string, ok bool)) (missing, unexpected []string, err error) {
	if err := ps.Err(); err != nil {
		return nil, nil, err
	}
	source := map[*Param]string{}
	for _, tensor := range f.Names() {
		name, ok := tensor, true
		if rename != nil {
			name, ok = rename(tensor)
		}
		p, known := ps.Get(name)
		switch {
		case !ok:
		case !known && f.integers(tensor): // no parameter of any model
		case !known:
			unexpected = append(unexpected, tensor)
		case source[p] != "":
			return nil, nil, fmt.Errorf("%w: tensors %q and %q are both for parameter %q", ErrFile, source[p], tensor, name)
		default:
			source[p] = tensor
		}
	}
	values := map[*Param]any{}
	for _, p := range ps.All() {
		tensor, ok := source[p]
		if !ok {
			missing = append(missing, strings.TrimPrefix(p.name, ps.prefix))
			continue
		}
		if values[p], err = f.valuesFor(p, tensor); err != nil {
			return nil, nil, err
		}
	}
	for p, x := range values {
		_ = p.Set(x) // of p's length: the shapes are equal
	}
	slices.Sort(missing)
	return missing, unexpected, nil
}

// valuesFor reads a tensor in the precision of a parameter.
func (f *ModelFile) valuesFor(p *Param, tensor string) (any, error) {
	if shape, _ := f.Shape(tensor); !slices.Equal(shape, p.value.Shape()) {
		return nil, fmt.Errorf("%w: tensor %q for parameter %q: want shape %v, the file has %v", ErrFile, tensor, p.name, p.Shape(), clipShape(shape))
	}
	var x any
	var err error
	if p.Float64s() != nil {
		x, err = f.file.Float64s(tensor)
	} else {
		x, err = f.file.Float32s(tensor)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return x, finiteValues(tensor, x)
}
