//go:build arm64 && !purego && !noasm

package kernel

// assembly: every arm64 processor that Go runs on has NEON.
func assembly() []ISA { return []ISA{NEON} }
