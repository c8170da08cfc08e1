//go:build !amd64 || purego || noasm

package kernel

import "runtime"

// What only amd64 has assembly for.

func vectorOf(ISA) int { return 0 }

func copyPanels(_ ISA, _, _ []float32, _, _, _, _, _ int) {}

// relax lets other goroutines run.
func relax() { runtime.Gosched() }
