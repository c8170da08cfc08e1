package kernel

import (
	"fmt"
	"math"
)

// Activation is the function with which a product ends.
type Activation int

// The activations of an epilogue.
const (
	ActivationNone     Activation = iota // none
	ActivationReLU                       // see [ReLU]
	ActivationTanh                       // see [Tanh]
	ActivationGeluErf                    // see [GeluErf]
	ActivationGeluTanh                   // see [GeluTanh]
)

// Options of a product. The zero value is the plain product on the calling goroutine.
//
// The epilogue replaces each element by
//
//	C_ij ← f(((α·op(A)·op(B) + β·C)_ij + r_i) + b_j + d_ij)
//
// while it is still in the first caches, and gives the bits of the separate steps in that order. Operands that are nil are left out.
type Options[T Float] struct {
	Workers    int        // goroutines that may work on it, the caller's among them; under 2 it is the caller's alone
	RowBias    []T        // r, m numbers
	Bias       []T        // b, n numbers: the bias of a layer
	Add        []T        // d, laid out like C: a residual, or what a recurrent net adds at this step
	Activation Activation // f
}

// epilogue is what is left to do to a product, with d beginning where C does.
type epilogue[T Float] struct {
	rowBias, bias, add []T
	activation         Activation
}

func (o *Options[T]) set(e *epilogue[T]) {
	e.rowBias, e.bias, e.add, e.activation = o.RowBias, o.Bias, o.Add, o.Activation
}

// check panics unless the operands fit C. total is the least length of d.
func (o *Options[T]) check(m, n, total int) {
	if o.RowBias != nil && len(o.RowBias) != m {
		panic(fmt.Sprintf("kernel: Gemm: %d biases of rows, want %d", len(o.RowBias), m))
	}
	if o.Bias != nil && len(o.Bias) != n {
		panic(fmt.Sprintf("kernel: Gemm: %d biases of columns, want %d", len(o.Bias), n))
	}
	if o.Add != nil && len(o.Add) < total {
		panic(fmt.Sprintf("kernel: Gemm: Add holds %d numbers, too few for the %d of C", len(o.Add), total))
	}
	if o.Activation < ActivationNone || o.Activation > ActivationGeluTanh {
		panic(fmt.Sprintf("kernel: Gemm: activation %d is unknown", o.Activation))
	}
}

func (e *epilogue[T]) empty() bool {
	return e.rowBias == nil && e.bias == nil && e.add == nil && e.activation == ActivationNone
}

// at is the epilogue of the part of C whose first element is in row i and column j.
func (e *epilogue[T]) at(i, j, ldc int) epilogue[T] {
	part := *e
	if part.rowBias != nil {
		part.rowBias = part.rowBias[i:]
	}
	if part.bias != nil {
		part.bias = part.bias[j:]
	}
	if part.add != nil {
		part.add = part.add[i*ldc+j:]
	}
	return part
}

// finish ends rows×cols of C from row i and column j.
func (e *epilogue[T]) finish(c []T, ldc, i, j, rows, cols int) {
	if e.rowBias != nil || e.bias != nil || e.add != nil {
		low := T(math.Inf(-1))
		if e.activation == ActivationReLU {
			low = 0
		}
		for r := i; r < i+rows; r++ {
			at := r*ldc + j
			row := T(math.Copysign(0, -1)) // adding it changes nothing, not even the sign of zero
			if e.rowBias != nil {
				row = e.rowBias[r]
			}
			var bias, add []T
			if e.bias != nil {
				bias = e.bias[j : j+cols]
			}
			if e.add != nil {
				add = e.add[at : at+cols]
			}
			if y := c[at : at+cols]; isFloat32[T]() {
				finishRow(as[float32](y), as[float32](bias), as[float32](add), float32(row), float32(low))
			} else {
				finishGo(y, bias, add, row, low)
			}
		}
		if e.activation == ActivationReLU {
			return
		}
	}
	if cols == ldc {
		rows, cols = 1, rows*cols
	}
	for r := range rows {
		at := (i+r)*ldc + j
		activate(e.activation, c[at:at+cols])
	}
}

func finishGo[T Float](y, bias, add []T, row, low T) {
	for j, v := range y {
		v += row
		if bias != nil {
			v += bias[j]
		}
		if add != nil {
			v += add[j]
		}
		if v < low {
			v = low
		}
		y[j] = v
	}
}

func activate[T Float](f Activation, y []T) {
	switch f {
	case ActivationReLU:
		ReLU(y, y)
	case ActivationTanh:
		Tanh(y, y)
	case ActivationGeluErf:
		GeluErf(y, y)
	case ActivationGeluTanh:
		GeluTanh(y, y)
	}
}
