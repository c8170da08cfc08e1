package kernel

// tileGo is the tile in Go: two rows or one by four columns, else number by number. Each sum is one chain over k, as in assembly.
func tileGo(t *tile, rows, cols int, a, b, c []float32) {
	if rows == 2 && cols == 4 {
		tile2x4(t, a, b, c)
		return
	}
	if rows == 1 && cols == 4 {
		tile1x4(t, a, b, c)
		return
	}
	for i := range rows {
		for j := range cols {
			var sum float32
			if t.add == 1 {
				sum = c[i*t.rowC+j]
			}
			for q := range t.k {
				sum += a[i*t.rowA+q*t.colA] * b[q*t.rowB+j]
			}
			c[i*t.rowC+j] = sum
		}
	}
}

func tile2x4(t *tile, a, b, c []float32) {
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	c0, c1 := c[:4], c[t.rowC:t.rowC+4]
	if t.add == 1 {
		s00, s01, s02, s03 = c0[0], c0[1], c0[2], c0[3]
		s10, s11, s12, s13 = c1[0], c1[1], c1[2], c1[3]
	}
	ia, ib := 0, 0
	for range t.k {
		x, y, v := a[ia], a[ia+t.rowA], b[ib:ib+4]
		s00 += x * v[0]
		s01 += x * v[1]
		s02 += x * v[2]
		s03 += x * v[3]
		s10 += y * v[0]
		s11 += y * v[1]
		s12 += y * v[2]
		s13 += y * v[3]
		ia += t.colA
		ib += t.rowB
	}
	c0[0], c0[1], c0[2], c0[3] = s00, s01, s02, s03
	c1[0], c1[1], c1[2], c1[3] = s10, s11, s12, s13
}

func tile1x4(t *tile, a, b, c []float32) {
	var s0, s1, s2, s3 float32
	c = c[:4]
	if t.add == 1 {
		s0, s1, s2, s3 = c[0], c[1], c[2], c[3]
	}
	ia, ib := 0, 0
	for range t.k {
		x, v := a[ia], b[ib:ib+4]
		s0 += x * v[0]
		s1 += x * v[1]
		s2 += x * v[2]
		s3 += x * v[3]
		ia += t.colA
		ib += t.rowB
	}
	c[0], c[1], c[2], c[3] = s0, s1, s2, s3
}
