package kernel

import "math"

// Float16ToFloat32 widens IEEE 754 halves given by their bits, exactly; a NaN becomes quiet. It panics unless dst and src are equally long.
func Float16ToFloat32(dst []float32, src []uint16) {
	sameLength(len(dst), len(src))
	for i := float16Words(dst, src); i < len(src); i++ {
		dst[i] = widenHalf(src[i])
	}
}

// BFloat16ToFloat32 widens numbers given by the upper half of a float32's bits, exactly. It panics unless dst and src are equally long.
func BFloat16ToFloat32(dst []float32, src []uint16) {
	sameLength(len(dst), len(src))
	for i := bfloat16Words(dst, src); i < len(src); i++ {
		dst[i] = math.Float32frombits(uint32(src[i]) << 16)
	}
}

// widenHalf shifts the half into place and corrects the exponent's bias by a product, which also makes denormal halves normal.
func widenHalf(h uint16) float32 {
	sign, rest := uint32(h&0x8000)<<16, uint32(h&0x7fff)<<13
	if h&0x7c00 == 0x7c00 { // infinity and NaN
		rest |= 0x7f800000
		if h&0x3ff != 0 {
			rest |= 0x400000
		}
		return math.Float32frombits(sign | rest)
	}
	return math.Float32frombits(sign | math.Float32bits(math.Float32frombits(rest)*0x1p112))
}
