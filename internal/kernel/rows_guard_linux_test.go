package kernel

import "testing"

// No step of a cell, update, normalisation or pooling reads or writes outside its slices, which end or begin at pages that may not be touched.
func TestRowFunctionsStayInside(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		bothEnds(t, 8, 1<<11, func(take func(i, n int) []float32) {
			for n := 1; n <= 150; n++ {
				all := func(width ...int) (x [][]float32) {
					for i, w := range width {
						x = append(x, take(i, w*n))
					}
					return x
				}
				x := all(4, 1, 1, 1, 1)
				LSTMStep(1, n, x[0], x[1], x[2], x[3], x[4])
				LSTMStepGrad(1, n, x[0], x[1], x[2], x[3], x[4])
				x = all(3, 3, 1, 1)
				GRUStep(1, n, x[0], x[1], x[2], x[3])
				GRUStepGrad(1, n, x[0], x[1], x[2], x[3])
				x = all(1, 1, 1, 1)
				for _, step := range updates[float32]() {
					step(x[0], x[1], x[2], x[3])
				}
				x = all(1, 1, 1, 1, 1, 1)
				one := []float32{1}
				LayerNormRows(1, n, 1e-5, x[0], x[1], x[2], x[3], one, one)
				LayerNormRowsGrad(1, n, x[0], x[1], one, one, x[2], x[3], x[4], x[5])
				SoftmaxRowsGrad(1, n, x[0], x[1], x[2])
				LogSoftmaxRowsGrad(1, n, x[0], x[1], x[2])
				AddRows(x[0], []float32{1, 2}, []int{1, 0}, take(6, 2*n))
				WindowMax(5, 2, 1, take(7, 10*n), 2*n, x[0], make([]int32, n))
				TopK(2, x[0], take(6, 3*n), nil)
			}
		})
	})
}
