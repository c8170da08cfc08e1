package optim

import "math"

// sqrt is the square root in T's own precision: the compiler makes one instruction of it.
func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }

// signOf is what the gradient is multiplied by.
func signOf(maximize bool) float64 {
	if maximize {
		return -1
	}
	return 1
}
