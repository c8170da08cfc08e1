package op

import (
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// phases applies filters over time with fewer products than one a row and tap.
// Let X₀ and X₁ be the even and the odd rows of a sequence, G₀ and G₁ the even and
// the odd taps of a filter, and ⋆ the sliding sum. The windows that begin at even
// and at odd rows,
//
//	Y₀ = G₀⋆X₀ + G₁⋆X₁        Y₁ = G₀⋆X₁ + G₁⋆X₀′,    X₀′[s] = X₀[s+1],
//
// are four sliding sums of half the rows and half the taps. Three do:
//
//	A = G₀⋆(X₀ − X₁)    H = (G₀ + G₁)⋆X₁    C = G₁⋆(X₀′ − X₁)
//	Y₀ = A + H          Y₁ = H + C
//
// and each of them may be cut again in the same way. Filters of 3, 4 and 5 taps
// come to 8, 9 and 13 products for 4 rows after two cuts, for 12, 16 and 20
// without. The rows on the left of ⋆, a stream, are the same for all filters, so
// a stream times all their taps is one matrix product.
//
// The differences cost accuracy: the error of a window's sum is some two times
// that of the plain one. Nothing is divided, so that whole numbers stay exact. A
// row that is not finite spoils some windows beside those that see it, of its own
// sequence alone. Equal windows at rows of different phase may differ in the last places.
//
// Source: Mou and Duhamel 1991, Short-length FIR filters and their use in fast
// nonrecursive filtering; the three products are those of Karatsuba and Ofman 1962.
type phases[T Float] struct {
	maps   []int // of each width
	cuts   int
	leaves []leaf[T] // 3^cuts
}

// leaf is one of the sliding sums that are left after the cuts. Row p of its
// stream is Σ sign·x[step·p + offset], step = 2^cuts.
type leaf[T Float] struct {
	step    int
	offset  []int
	sign    []T
	taps    [][][]int // of each width: the filter's taps whose sum each tap is
	column  []int     // of each width: the first column of its shares
	columns int       // taps times maps over all widths

	filters []T              // (columns, features)
	packed  kernel.Packed[T] // their transpose
}

// mostCuts keeps the loss of accuracy small; after three cuts it would be as
// large again.
const mostCuts = 2

// plan cuts filters of the given widths as often as saves products, unless it has
// done so for these.
func (h *phases[T]) plan(widths, maps []int) bool {
	if slices.Equal(h.maps, maps) {
		return false
	}
	h.maps = slices.Clone(maps)
	least := 0.0
	for cuts := range mostCuts + 1 {
		leaves := cut[T](cuts, widths, maps)
		products := 0.0 // for each row
		for _, l := range leaves {
			products += float64(l.columns) / float64(l.step)
		}
		if cuts == 0 || products < least {
			h.cuts, h.leaves, least = cuts, leaves, products
		}
	}
	return true
}

// cut returns the leaves in the order of their digits to base 3: 0 for A, 1 for
// H, 2 for C, the first cut's the highest.
func cut[T Float](cuts int, widths, maps []int) []leaf[T] {
	root := leaf[T]{step: 1, offset: []int{0}, sign: []T{1}}
	for _, k := range widths {
		var taps [][]int
		for j := range k {
			taps = append(taps, []int{j})
		}
		root.taps = append(root.taps, taps)
	}
	leaves := []leaf[T]{root}
	for range cuts {
		var next []leaf[T]
		for i := range leaves {
			for digit := range 3 {
				next = append(next, leaves[i].third(digit))
			}
		}
		leaves = next
	}
	for i := range leaves {
		l := &leaves[i]
		for w, taps := range l.taps {
			l.column = append(l.column, l.columns)
			l.columns += len(taps) * maps[w]
		}
	}
	return leaves
}

// third is A, H or C of a leaf.
func (l *leaf[T]) third(digit int) leaf[T] {
	t := leaf[T]{step: 2 * l.step}
	stream := func(row int, sign T) { // rows 2s+row of l's stream
		for i, o := range l.offset {
			t.offset, t.sign = append(t.offset, l.step*row+o), append(t.sign, sign*l.sign[i])
		}
	}
	switch digit {
	case 0:
		stream(0, 1)
		stream(1, -1)
	case 1:
		stream(1, 1)
	case 2:
		stream(2, 1)
		stream(1, -1)
	}
	for _, taps := range l.taps {
		var part [][]int
		for i := 0; i < len(taps); i += 2 {
			two := i+1 < len(taps)
			switch {
			case digit == 1 && two:
				part = append(part, slices.Concat(taps[i], taps[i+1]))
			case digit < 2:
				part = append(part, taps[i])
			case two:
				part = append(part, taps[i+1])
			}
		}
		t.taps = append(t.taps, part)
	}
	return t
}

// span returns the rows of the stream from..to−1 that depend on a sequence of n
// rows; others are zero.
func (l *leaf[T]) span(n int) (from, to int) {
	if n == 0 || l.columns == 0 {
		return 0, 0
	}
	from = -(slices.Max(l.offset) / l.step)
	to = (n - 1 - slices.Min(l.offset) + l.step) / l.step
	return from, max(from, to)
}

// pack lays out the filters of a leaf for the product. The rows of taps are the
// filters with the width outermost, the tap next and the map after it.
func (l *leaf[T]) pack(taps []T, maps, widths []int, features int) {
	l.filters = grow(l.filters, l.columns*features)
	at, first := 0, 0
	for w, parts := range l.taps {
		size := maps[w] * features
		for _, sum := range parts {
			dst := l.filters[at : at+size]
			for i, j := range sum {
				src := taps[first+j*size : first+(j+1)*size]
				if i == 0 {
					copy(dst, src)
				} else {
					kernel.Add(dst, dst, src)
				}
			}
			at += size
		}
		first += widths[w] * size
	}
	l.packed.Pack(true, features, l.columns, l.filters, features)
}

// view is rows from..to−1 of a matrix whose other rows are zero.
type view[T Float] struct {
	data             []T
	from, to, stride int
}

// row returns n numbers of row s, nil where they are zero.
func (v view[T]) row(s, n int) []T {
	if s < v.from || s >= v.to {
		return nil
	}
	at := (s - v.from) * v.stride
	return v.data[at : at+n]
}

// windows returns the sums of windows from..to−1 of a width over one sequence, as
// a node of the tree of cuts gives them: the one with leaves first, first+1, ….
func (h *phases[T]) windows(b *convBlock[T], w, cuts, first, from, to int) view[T] {
	if cuts == 0 {
		return h.slide(b, w, first, from, to)
	}
	third := 1 // leaves below A, H and C each
	for range cuts - 1 {
		third *= 3
	}
	a := h.windows(b, w, cuts-1, first, (from+1)>>1, (to+1)>>1)
	m := h.windows(b, w, cuts-1, first+third, from>>1, (to+1)>>1)
	c := h.windows(b, w, cuts-1, first+2*third, from>>1, to>>1)
	y, maps := b.take(from, to, h.maps[w]), h.maps[w]
	for t := from; t < to; t++ {
		side := a
		if t&1 == 1 {
			side = c
		}
		addRows(y.row(t, maps), m.row(t>>1, maps), side.row(t>>1, maps))
	}
	return y
}

// slide sums the shares of a leaf's taps.
func (h *phases[T]) slide(b *convBlock[T], w, i, from, to int) view[T] {
	l, shares, maps := &h.leaves[i], b.shares[i], h.maps[w]
	taps := len(l.taps[w])
	if taps == 0 || shares.from == shares.to {
		return view[T]{}
	}
	shares.data = shares.data[l.column[w]:]
	if taps == 1 {
		return shares
	}
	y := b.take(from, to, maps)
	for t := from; t < to; t++ {
		sum := y.row(t, maps)
		tap := func(j int) []T {
			row := shares.row(t+j, j*maps+maps)
			if row == nil {
				return nil
			}
			return row[j*maps:]
		}
		addRows(sum, tap(0), tap(1))
		for j := 2; j < taps; j++ {
			addRows(sum, sum, tap(j))
		}
	}
	return y
}

// addRows is dst = x + y, where nil is zero.
func addRows[T Float](dst, x, y []T) {
	switch {
	case x == nil && y == nil:
		clear(dst)
	case x == nil:
		copy(dst, y)
	case y == nil:
		copy(dst, x)
	default:
		kernel.Add(dst, x, y)
	}
}
