//go:build arm64 && !purego && !noasm

package kernel

// Functions of gemm_arm64.s: tiles take the address of a tile, strides of the rest count bytes.

//go:noescape
func tile1x1NEON(t *byte)

//go:noescape
func tile1x1tailNEON(t *byte)

//go:noescape
func tile1x2NEON(t *byte)

//go:noescape
func tile1x2tailNEON(t *byte)

//go:noescape
func tile2x1NEON(t *byte)

//go:noescape
func tile2x1tailNEON(t *byte)

//go:noescape
func tile2x2NEON(t *byte)

//go:noescape
func tile2x2tailNEON(t *byte)

//go:noescape
func tile3x1NEON(t *byte)

//go:noescape
func tile3x1tailNEON(t *byte)

//go:noescape
func tile3x2NEON(t *byte)

//go:noescape
func tile3x2tailNEON(t *byte)

//go:noescape
func tile4x1NEON(t *byte)

//go:noescape
func tile4x1tailNEON(t *byte)

//go:noescape
func tile4x2NEON(t *byte)

//go:noescape
func tile4x2tailNEON(t *byte)

//go:noescape
func tile5x1NEON(t *byte)

//go:noescape
func tile5x1tailNEON(t *byte)

//go:noescape
func tile5x2NEON(t *byte)

//go:noescape
func tile5x2tailNEON(t *byte)

//go:noescape
func tile6x1NEON(t *byte)

//go:noescape
func tile6x1tailNEON(t *byte)

//go:noescape
func tile6x2NEON(t *byte)

//go:noescape
func tile6x2tailNEON(t *byte)

//go:noescape
func tile7x1NEON(t *byte)

//go:noescape
func tile7x1tailNEON(t *byte)

//go:noescape
func tile7x2NEON(t *byte)

//go:noescape
func tile7x2tailNEON(t *byte)

//go:noescape
func tile8x1NEON(t *byte)

//go:noescape
func tile8x1tailNEON(t *byte)

//go:noescape
func tile8x2NEON(t *byte)

//go:noescape
func tile8x2tailNEON(t *byte)

//go:noescape
func transposeNEON(dst, src *float32, dstRow, srcRow uintptr, cols int)

//go:noescape
func rowTimesRowsNEON(y, x, b *float32, n int, rowB uintptr, add int)

//go:noescape
func rowTimesColumnsNEON(y, x, b *float32, k int, rowB uintptr, add int)
