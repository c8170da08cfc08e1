package kernel

import "fmt"

// AddBias adds bias, cols numbers, to each row of x, rows×cols.
func AddBias[T Float](rows, cols int, bias, x []T) {
	sameLength(len(x), area(rows, cols))
	sameLength(len(bias), cols)
	for i := range rows {
		row := x[i*cols : (i+1)*cols]
		Add(row, row, bias)
	}
}

// SumRows writes to dst, cols numbers, the sum of the rows of x, rows×cols; with accumulate it adds it. It is the gradient of a bias.
// Rows are added in order.
func SumRows[T Float](rows, cols int, x, dst []T, accumulate bool) {
	sameLength(len(x), area(rows, cols))
	sameLength(len(dst), cols)
	if !accumulate {
		clear(dst)
	}
	for i := range rows {
		Add(dst, dst, x[i*cols:(i+1)*cols])
	}
}

// Gather copies row ids[i] of table, rows of width numbers, to row i of dst: an embedding lookup. It panics when an id is outside the table.
func Gather[T Float](dst []T, width int, table []T, ids []int) {
	sameLength(len(dst), area(len(ids), width))
	if width == 0 {
		return
	}
	n := len(table) / width
	for i, id := range ids {
		checkRow(id, n)
		copy(dst[i*width:(i+1)*width], table[id*width:(id+1)*width])
	}
}

// ScatterAdd adds row i of src, rows of width numbers, to row rows[i] of dst, in order: the gradient of [Gather]. A row named
// twice gets both. It panics when a row is outside dst; the rows before it are then added already.
func ScatterAdd[T Float](dst []T, width int, src []T, rows []int) {
	sameLength(len(src), area(len(rows), width))
	if width == 0 {
		return
	}
	n := len(dst) / width
	for i, r := range rows {
		checkRow(r, n)
		d := dst[r*width : (r+1)*width]
		Add(d, d, src[i*width:(i+1)*width])
	}
}

func checkRow(id, n int) {
	if id < 0 || id >= n {
		panic(fmt.Sprintf("kernel: row %d of a table of %d rows", id, n))
	}
}

// area returns rows·cols, or panics when either is negative or the product overflows.
func area(rows, cols int) int {
	n := rows * cols
	if rows < 0 || cols < 0 || rows > 0 && n/rows != cols {
		panic(fmt.Sprintf("kernel: %d rows of %d columns", rows, cols))
	}
	return n
}
