//go:build amd64 && !purego && !noasm

package kernel

import "golang.org/x/sys/cpu"

// float16Words widens as many numbers as fill vectors and returns how many.
func float16Words(dst []float32, src []uint16) (done int) {
	isa := Current()
	for isa != Generic && cpu.X86.HasF16C && len(src)-done >= 16 {
		n := min(len(src)-done, piece) &^ 15
		if isa == AVX512 {
			float16_512(&dst[done], &src[done], n)
		} else {
			float16_256(&dst[done], &src[done], n)
		}
		done += n
	}
	return done
}

// bfloat16Words widens as many numbers as fill vectors and returns how many.
func bfloat16Words(dst []float32, src []uint16) (done int) {
	isa := Current()
	for isa != Generic && len(src)-done >= 16 {
		n := min(len(src)-done, piece) &^ 15
		if isa == AVX512 {
			bfloat16_512(&dst[done], &src[done], n)
		} else {
			bfloat16_256(&dst[done], &src[done], n)
		}
		done += n
	}
	return done
}
