package op

// Copy is y = x, with memory of its own.
func Copy() Spec { return Spec{Name: "copy", F32: identity[float32]{}, F64: identity[float64]{}} }

// Detach is [Copy] through which no gradient passes.
func Detach() Spec {
	s := Copy()
	s.Name, s.Stop = "detach", []int{0}
	return s
}

type identity[T Float] struct{}

func (identity[T]) Shape(in []Value[T]) ([]int, error) { return in[0].Shape, nil }

func (identity[T]) Forward(in []Value[T], y Value[T]) error {
	copy(y.Data, in[0].Data)
	return nil
}

func (identity[T]) Backward(_ []Value[T], _, dy Value[T], din []Grad[T]) error {
	din[0].AddScaled(1, dy.Data)
	return nil
}
