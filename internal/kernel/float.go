package kernel

import "unsafe"

// Float is the type of a number: float32 for models, float64 for checks.
type Float interface{ float32 | float64 }

func isFloat32[T Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 4
}

// as gives a slice of T its own type back; T and U are the same type.
func as[U, T Float](x []T) []U {
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
