//go:build !amd64 || purego || noasm

package kernel

func sgns32(dim int, in, out, e []float32, steps []SGNSStep, rate float32) (done int) {
	return sgnsGo(dim, in, out, e, steps, rate)
}
