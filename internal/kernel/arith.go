package kernel

// Axpy adds α·x to y. x and y must be equally long and must not overlap in part.
func Axpy[T Float](alpha T, x, y []T) {
	sameLength(len(x), len(y))
	if isFloat32[T]() {
		axpy32(float32(alpha), as[float32](x), as[float32](y))
		return
	}
	axpyGo(alpha, x, y)
}

// Scale multiplies x by α.
func Scale[T Float](alpha T, x []T) {
	if isFloat32[T]() {
		scale32(float32(alpha), as[float32](x))
		return
	}
	scaleGo(alpha, x)
}

// Add writes x + y. dst may be x or y.
func Add[T Float](dst, x, y []T) {
	sameLength(len(x), len(dst))
	sameLength(len(y), len(dst))
	if isFloat32[T]() {
		add32(as[float32](dst), as[float32](x), as[float32](y))
		return
	}
	addGo(dst, x, y)
}

// Mul writes the products x·y of elements. dst may be x or y.
func Mul[T Float](dst, x, y []T) {
	sameLength(len(x), len(dst))
	sameLength(len(y), len(dst))
	if isFloat32[T]() {
		mul32(as[float32](dst), as[float32](x), as[float32](y))
		return
	}
	mulGo(dst, x, y)
}

func axpyGo[T Float](alpha T, x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += alpha * v
	}
}

func scaleGo[T Float](alpha T, x []T) {
	for i := range x {
		x[i] *= alpha
	}
}

func addGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func mulGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}
