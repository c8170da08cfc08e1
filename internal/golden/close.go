package golden

import (
	"math"
	"testing"
)

// A Tolerance says how far a number a may be from the reference b: |a-b| <= Atol + Rtol*|b|.
type Tolerance struct {
	Rtol float64 `json:"rtol"`
	Atol float64 `json:"atol"`
}

// Times returns a tolerance n times as wide.
func (tol Tolerance) Times(n float64) Tolerance {
	return Tolerance{Rtol: n * tol.Rtol, Atol: n * tol.Atol}
}

// Close fails the test if got is not want within tol, naming the element that is furthest beyond it, and reports whether
// all is well. NaN is close to NaN alone, an infinity to itself alone. The shape is checked by its number of elements.
func Close[T float32 | float64](t testing.TB, want Tensor, got []T, tol Tolerance, msg string) bool {
	t.Helper()
	expected := As[float64](want)
	if len(got) != len(expected) {
		t.Errorf("%s: %d elements, not %d (shape %v)", msg, len(got), len(expected), want.Shape)
		return false
	}
	worst, worstExcess, bad := -1, 0.0, 0
	for i, w := range expected {
		if excess := excess(float64(got[i]), w, tol); excess > 0 {
			bad++
			if worst < 0 || excess > worstExcess {
				worst, worstExcess = i, excess
			}
		}
	}
	if bad == 0 {
		return true
	}
	g, w := float64(got[worst]), expected[worst]
	t.Errorf("%s: %d of %d elements are off, the worst at %v (shape %v): got %v, want %v, difference %.3g, allowed %.3g",
		msg, bad, len(got), position(worst, want.Shape), want.Shape, g, w, math.Abs(g-w), tol.Atol+tol.Rtol*math.Abs(w))
	return false
}

// excess is 0 when got is within tol of want, else how far beyond.
func excess(got, want float64, tol Tolerance) float64 {
	switch {
	case got == want, math.IsNaN(got) && math.IsNaN(want):
		return 0
	case math.IsNaN(got) || math.IsNaN(want) || math.IsInf(got, 0) || math.IsInf(want, 0):
		return math.Inf(1)
	}
	if difference, allowed := math.Abs(got-want), tol.Atol+tol.Rtol*math.Abs(want); difference > allowed {
		return difference - allowed
	}
	return 0
}

// position turns a row-major offset into one index a dimension.
func position(offset int, shape []int) []int {
	at := make([]int, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		at[d] = offset % shape[d]
		offset /= shape[d]
	}
	return at
}
