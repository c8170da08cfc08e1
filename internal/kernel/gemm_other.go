//go:build !(amd64 || arm64) || purego || noasm

package kernel

func (w *workspace) run(_ ISA, rows, cols int, a, b, c []float32) {
	tileGo(&w.tile, rows, cols, a, b, c)
}

func (w *workspace) strip(isa ISA, rows, cols int, a, b, c []float32, width, panel int) {
	w.stripOfTiles(isa, rows, cols, a, b, c, width, panel, 4)
}

func finishRow(y, bias, add []float32, row, low float32) { finishGo(y, bias, add, row, low) }

// Without assembly no caller reaches the rest.

func blockOf(ISA) int { return 0 }

func transposeRows(_ ISA, _, _ []float32, _, _, _ int) {}

func rowTimesRows(_ ISA, _, _, _ []float32, _ int, _ bool) {}

func rowTimesColumns(_, _, _ []float32, _ int, _ bool) {}
