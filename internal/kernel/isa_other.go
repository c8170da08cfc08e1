//go:build !amd64 || purego || noasm

package kernel

func assembly() []ISA { return nil }
