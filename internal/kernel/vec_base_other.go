//go:build !(amd64 || arm64) || purego || noasm

package kernel

// The functions that both kinds of assembly have.

func apply32(f function, dst, src []float32)             { applyGo(f, dst, src) }
func axpy32(alpha float32, x, y []float32)               { axpyGo(alpha, x, y) }
func scale32(alpha float32, x []float32)                 { scaleGo(alpha, x) }
func add32(dst, x, y []float32)                          { addGo(dst, x, y) }
func mul32(dst, x, y []float32)                          { mulGo(dst, x, y) }
func dot32(x, y []float32) float32                       { return dotGo(x, y) }
func sum32(x []float32) float32                          { return sumGo(x) }
func expSum32(dst, src []float32, shift float32) float32 { return expSumGo(dst, src, shift) }
