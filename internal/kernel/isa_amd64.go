//go:build amd64 && !purego && !noasm

package kernel

import "golang.org/x/sys/cpu"

func assembly() (have []ISA) {
	x := &cpu.X86
	if !(x.HasAVX2 && x.HasFMA && x.HasBMI2) {
		return nil
	}
	have = append(have, AVX2)
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		have = append(have, AVX512)
	}
	return have
}
