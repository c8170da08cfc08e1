//go:build !amd64 || purego || noasm

package kernel

// What only amd64 has assembly for; the portable forms are beside the definitions.

func applyGrad32(g gradient, dx, given, dy []float32)                                   { applyGradGo(g, dx, given, dy) }
func max32(x []float32) (top float32, ok bool)                                          { return 0, false }
func sgdStep32(k *SGD[float32], w, g []float32) bool                                    { return false }
func momentumStep32(k *Momentum[float32], w, g, buf []float32) bool                     { return false }
func adamStep32(k *Adam[float32], w, g, m, v []float32) bool                            { return false }
func sparseAdamStep32(k *SparseAdam[float32], w, g, m, v []float32) bool                { return false }
func rmspropStep32(k *RMSprop[float32], w, g, v []float32) bool                         { return false }
func adagradStep32(k *Adagrad[float32], w, g, sum []float32) bool                       { return false }
func adadeltaStep32(k *Adadelta[float32], w, g, v, u []float32) bool                    { return false }
func lstm32(i, f, g, o, c, next, u, h []float32) bool                                   { return false }
func lstmGrad32(i, f, g, o, c, u, dh, dc []float32) bool                                { return false }
func gru32(r, z, c, ar, az, ac, h, next []float32) bool                                 { return false }
func gruGrad32(r, z, c, ar, az, ac, h, dh []float32) bool                               { return false }
func softmaxBack32(a float32, dx, y, dy []float32) bool                                 { return false }
func logSoftmaxBack32(a float32, dx, y, dy []float32) bool                              { return false }
func lower32(a, b float32, dst, x []float32) bool                                       { return false }
func normalise32(y, x, gamma, beta []float32, mean, rstd float32) bool                  { return false }
func normBack32(dx, x, dy, gamma, dgamma, dbeta []float32, mean, rstd float32) bool     { return false }
func normFinish32(dx, x []float32, mean, rstd, a, b float32) bool                       { return false }
func expTotal32(x []float32, shift float32) (s float32, ok bool)                        { return 0, false }
func spread32(x []float32, mean float32) (s float32, ok bool)                           { return 0, false }
func dotLess32(g, x []float32, mean float32) (s float32, ok bool)                       { return 0, false }
func squares32(x []float32) (s float64, ok bool)                                        { return 0, false }
func softmaxRow32(dst, src []float32) bool                                              { return false }
func windowMax32(w *slide, shares []float32, from int, best []float32, at []int32) bool { return false }
func addRows32(y, a []float32, rows []int, table []float32) bool                        { return false }
func float16Words(dst []float32, src []uint16) (done int)                               { return 0 }
func bfloat16Words(dst []float32, src []uint16) (done int)                              { return 0 }
