//go:build !(amd64 || arm64) || purego || noasm

package kernel

func (w *workspace) run(_ ISA, rows, cols int, a, b, c []float32) {
	tileGo(&w.tile, rows, cols, a, b, c)
}

// Without assembly no caller reaches the rest.

func blockOf(ISA) int { return 0 }

func transposeRows(_ ISA, _, _ []float32, _, _, _ int) {}

func rowTimesRows(_ ISA, _, _, _ []float32, _ int, _ bool) {}

func rowTimesColumns(_, _, _ []float32, _ int, _ bool) {}
