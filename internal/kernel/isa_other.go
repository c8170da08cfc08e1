//go:build !(amd64 || arm64) || purego || noasm

package kernel

func assembly() []ISA { return nil }
