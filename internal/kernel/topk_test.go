package kernel

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTopK(t *testing.T) {
	onEachPath(t, func(t *testing.T) {
		testTopK[float32](t)
		testTopK[float64](t)
	})
}

func testTopK[T Float](t *testing.T) {
	r := seeded(1)
	var into []Match[T]
	for range few(300) {
		rows, width, k := r.IntN(200), 1+r.IntN(5), r.IntN(12)
		query, table := random[T](r, width), random[T](r, rows*width)
		if width == 1 { // many ties
			for i := range table {
				table[i] = T(r.IntN(4))
			}
		}
		all := make([]Match[T], rows)
		for i := range all {
			all[i] = Match[T]{i, Dot(query, table[i*width:(i+1)*width])}
		}
		slices.SortStableFunc(all, func(a, b Match[T]) int {
			switch {
			case a.Score > b.Score:
				return -1
			case a.Score < b.Score:
				return 1
			}
			return 0
		})
		into = TopK(k, query, table, into)
		require.Len(t, into, min(k, rows))
		for i, m := range into {
			require.Equal(t, all[i], m, "rank %d of %d rows", i, rows)
		}
	}
	x := []T{1, T(nan), 3, 2}
	require.Equal(t, []Match[T]{{2, 3}, {3, 2}, {0, 1}}, TopK(9, []T{1}, x, nil), "NaN does not come")
	require.Empty(t, TopK(0, []T{1}, x, nil))
	require.Empty(t, TopK(2, nil, x, nil))
	require.Panics(t, func() { TopK(2, []T{1, 2, 3}, x, nil) }, "no whole rows")
}
