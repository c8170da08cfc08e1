//go:build !amd64 || purego || noasm

package kernel

// What only amd64 has assembly for; the rest is in vec_base_other.go.

func applyGrad32(g gradient, dx, given, dy []float32) { applyGradGo(g, dx, given, dy) }
func max32(x []float32) (top float32, ok bool)        { return 0, false }
