package safetensors

import "math"

// float32ToF16 rounds to the nearest half, ties to even; from 65520 on that is infinity.
func float32ToF16(f float32) uint16 {
	b := math.Float32bits(f)
	sign, b := uint16(b>>16&0x8000), b&0x7fffffff
	switch {
	case b > 0x7f800000: // NaN: made quiet, so that dropping bits cannot turn it into infinity
		return sign | 0x7e00 | uint16(b>>13&0x3ff)
	case b >= 0x477ff000: // 65520, halfway between the largest half and what would come next
		return sign | 0x7c00
	case b < 0x38800000: // below 2^-14: a float32 near 0.5 has the spacing 2^-24 of subnormal halves, so adding rounds
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
	}
	b += 0xfff + b>>13&1
	return sign | uint16((b-(127-15)<<23)>>13)
}

// float32ToBF16 rounds to the nearest bfloat16, ties to even.
func float32ToBF16(f float32) uint16 {
	b := math.Float32bits(f)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}
