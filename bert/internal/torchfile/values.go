package torchfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

func (m *machine) tuple(op byte) (err error) {
	var items []any
	switch op {
	case opTuple:
		items, err = m.popMark()
	case opTuple1, opTuple2, opTuple3:
		items, err = m.popN(int(op-opTuple1) + 1)
	}
	if err == nil {
		m.push(tuple(slices.Clone(items)))
	}
	return err
}

// fill puts values into a list or a dict.
func (m *machine) fill(op byte) (err error) {
	var items []any
	switch op {
	case opAppend:
		items, err = m.popN(1)
	case opSetItem:
		items, err = m.popN(2)
	default:
		items, err = m.popMark()
	}
	if err != nil {
		return err
	}
	if len(m.stack) == 0 {
		return fmt.Errorf("%w: the stack is empty", ErrPickle)
	}
	switch to := m.stack[len(m.stack)-1].(type) {
	case *list:
		if op == opAppend || op == opAppends {
			to.items = append(to.items, items...)
			return nil
		}
	case *dict:
		if (op == opSetItem || op == opSetItems) && len(items)%2 == 0 {
			for i := 0; i < len(items); i += 2 {
				to.keys, to.values = append(to.keys, items[i]), append(to.values, items[i+1])
			}
			return nil
		}
	}
	return fmt.Errorf("%w: %d items do not go into %s", ErrPickle, len(items), describe(m.stack[len(m.stack)-1]))
}

// remember stores the uppermost value, or fetches one.
func (m *machine) remember(op byte) error {
	n := len(m.memo)
	if op != opMemoize {
		width := 1
		if op == opLongPut || op == opLongGet {
			width = 4
		}
		var err error
		if n, err = m.size(width); err != nil {
			return err
		}
	}
	if op == opGet || op == opLongGet {
		v, ok := m.memo[n]
		if !ok {
			return fmt.Errorf("%w: nothing was remembered as %d", ErrPickle, n)
		}
		m.push(v)
		return nil
	}
	if len(m.stack) == 0 {
		return fmt.Errorf("%w: the stack is empty", ErrPickle)
	}
	m.memo[n] = m.stack[len(m.stack)-1]
	return nil
}

// The names that a pickle may use, beside the storages.
const (
	orderedDict      = global("collections OrderedDict")
	rebuildTensor    = global("torch._utils _rebuild_tensor_v2")
	rebuildParameter = global("torch._utils _rebuild_parameter")
)

func (m *machine) global(op byte) error {
	var module, name string
	if op == opStackGlobal {
		items, err := m.popN(2)
		if err != nil {
			return err
		}
		module, _ = items[0].(string)
		name, _ = items[1].(string)
	} else {
		for _, to := range []*string{&module, &name} {
			n := bytes.IndexByte(m.code[m.at:], '\n')
			if n < 0 {
				return fmt.Errorf("%w: a name without an end", ErrPickle)
			}
			b, err := m.bytes(n + 1)
			if err != nil {
				return err
			}
			*to = string(b[:n])
		}
	}
	g := global(module + " " + name)
	if _, ok := dtypes[g]; !ok && g != orderedDict && g != rebuildTensor && g != rebuildParameter {
		return fmt.Errorf("%w: the name %.100q is none of a state dict", ErrPickle, string(g))
	}
	m.push(g)
	return nil
}

// call makes what a call of a known name would.
func (m *machine) call(op byte) error {
	switch op {
	case opPersID:
		id, err := m.pop()
		if err != nil {
			return err
		}
		s, err := newStorage(id)
		if err == nil {
			m.storages[s.key] = s
			m.push(s)
		}
		return err
	case opBuild: // the attributes of an ordered dict: versions of modules
		if _, err := m.pop(); err != nil {
			return err
		}
		if len(m.stack) == 0 {
			return fmt.Errorf("%w: the stack is empty", ErrPickle)
		}
		return nil
	}
	items, err := m.popN(2)
	if err != nil {
		return err
	}
	args, ok := items[1].(tuple)
	if !ok {
		return fmt.Errorf("%w: a call with %s, want a tuple", ErrPickle, describe(items[1]))
	}
	switch items[0] {
	case orderedDict:
		if len(args) > 0 {
			return fmt.Errorf("%w: an OrderedDict of %d arguments, want none", ErrPickle, len(args))
		}
		m.push(&dict{})
		return nil
	case rebuildTensor:
		t, err := newTensor(args)
		if err == nil {
			m.push(t)
		}
		return err
	case rebuildParameter:
		if len(args) > 0 {
			if t, ok := args[0].(*tensor); ok {
				m.push(t)
				return nil
			}
		}
	}
	return fmt.Errorf("%w: a call of %s with %d arguments", ErrPickle, describe(items[0]), len(args))
}

// storage is elements of one type in an entry of the archive.
type storage struct {
	dtype dtype
	key   string
	len   int
}

// newStorage reads ("storage", type, key, device, length), and before PyTorch 1.6 a
// sixth part, None but in files of before 0.4: the storage that it is a part of.
func newStorage(id any) (*storage, error) {
	t, _ := id.(tuple)
	if len(t) < 5 {
		return nil, fmt.Errorf("%w: a storage of %d parts, want 5", ErrPickle, len(t))
	}
	kind, _ := t[0].(string)
	class, _ := t[1].(global)
	key, ok := t[2].(string)
	n, sized := t[4].(int)
	d, known := dtypes[class]
	if kind != "storage" || !known || !ok || !sized || n < 0 || strings.ContainsAny(key, "/\\") {
		return nil, fmt.Errorf("%w: a storage of type %.100q, key %.100q, length %s", ErrPickle, string(class), key, describe(t[4]))
	}
	if len(t) > 5 && t[5] != nil {
		return nil, fmt.Errorf("%w: storage %.100q is a part of another, which is not read", ErrTensor, key)
	}
	return &storage{d, key, n}, nil
}

// tensor is a view of a storage.
type tensor struct {
	*storage
	offset         int
	shape, strides []int
	count          int // elements
	span           int // of the storage, from the first element to the last
}

// newTensor reads (storage, offset, shape, strides, …) and holds the view against the storage.
func newTensor(args tuple) (*tensor, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("%w: a tensor of %d parts, want at least 4", ErrPickle, len(args))
	}
	t := &tensor{}
	var ok [4]bool
	t.storage, ok[0] = args[0].(*storage)
	t.offset, ok[1] = args[1].(int)
	t.shape, ok[2] = sizes(args[2])
	t.strides, ok[3] = sizes(args[3])
	if ok != [4]bool{true, true, true, true} || len(t.shape) != len(t.strides) || t.offset < 0 {
		return nil, fmt.Errorf("%w: a tensor of shape %v, strides %v, offset %s", ErrPickle, t.shape, t.strides, describe(args[1]))
	}
	if slices.Contains(t.shape, 0) {
		return t, nil
	}
	last := t.offset // the last element of the view
	for i, n := range t.shape {
		if s := t.strides[i]; n > 1 && s > 0 {
			if n-1 > (t.len-last)/s {
				last = t.len
				break
			}
			last += (n - 1) * s
		}
	}
	if last >= t.len {
		return nil, fmt.Errorf("%w: shape %v, strides %v, offset %d in a storage of %d elements", ErrTensor, t.shape, t.strides, t.offset, t.len)
	}
	t.count, t.span = 1, last-t.offset+1
	for _, n := range t.shape { // a stride of 0 repeats an element: no more of them than the storage has
		if n > t.len/t.count {
			return nil, fmt.Errorf("%w: shape %v of a storage of %d elements", ErrTensor, t.shape, t.len)
		}
		t.count *= n
	}
	return t, nil
}

// maxAxes is the largest number of axes of a tensor.
const maxAxes = 16

// sizes reads a tuple of numbers that are not negative.
func sizes(v any) ([]int, bool) {
	t, ok := v.(tuple)
	if !ok || len(t) > maxAxes {
		return nil, false
	}
	out := make([]int, len(t))
	for i, x := range t {
		n, is := x.(int)
		if !is || n < 0 {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}
