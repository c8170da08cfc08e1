//go:build amd64 && !purego && !noasm

package kernel

import (
	"math"
	"unsafe"
)

// sgnsPiece is the most steps one call of assembly takes: some microseconds.
const sgnsPiece = 64

func sgns32(dim int, in, out, e []float32, steps []SGNSStep, rate float32) (done int) {
	isa := Current()
	if isa == Generic || len(in) < dim || len(out) < dim {
		return sgnsGo(dim, in, out, e, steps, rate)
	}
	// The assembly compares the eight words at the head of a step with these.
	var limits [8]int32
	for j := range SGNSTargets {
		limits[j] = int32(min(len(out)/dim, math.MaxInt32))
	}
	limits[6], limits[7] = int32(min(len(in)/dim, math.MaxInt32)), -1
	for done < len(steps) {
		n := min(len(steps)-done, sgnsPiece)
		for i := range n {
			if c := steps[done+i].Count; c < 1 || c > SGNSTargets {
				n = i
				break
			}
		}
		if n == 0 {
			break
		}
		left, p := 0, (*int32)(unsafe.Pointer(&steps[done]))
		if isa == AVX512 {
			left = sgns512(&in[0], &out[0], &e[0], dim, p, n, &limits[0], rate)
		} else {
			left = sgns256(&in[0], &out[0], &e[0], dim, p, n, &limits[0], rate)
		}
		done += n - left
		if left > 0 {
			break
		}
	}
	return done
}
