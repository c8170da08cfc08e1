package vectors

import (
	"cmp"
	"math"
	"slices"
)

// Pearson returns the product-moment correlation of n pairs of numbers,
//
//	r = Σ (x_i−x̄)(y_i−ȳ) / √(Σ (x_i−x̄)² · Σ (y_i−ȳ)²)
//
// in [-1, 1], and NaN for fewer than two pairs, where all x or all y are equal, where
// there is a NaN, and unless they are equally long.
func Pearson(x, y []float64) float64 {
	if len(x) != len(y) || len(x) < 2 || constant(x) || constant(y) {
		return math.NaN()
	}
	mx, my := mean(x), mean(y)
	var xy, xx, yy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	r := xy / math.Sqrt(xx) / math.Sqrt(yy)
	return max(-1, min(1, r))
}

// Spearman returns the rank correlation of n pairs of numbers: [Pearson] of their ranks,
// of which equal numbers share the mean. NaN as there.
func Spearman(x, y []float64) float64 { return Pearson(ranks(x), ranks(y)) }

func constant(x []float64) bool { return slices.Min(x) == slices.Max(x) }

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// ranks are 1 … n by size; a NaN among x makes them all NaN.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	ranks := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		rank := float64(i+1+j) / 2
		if math.IsNaN(x[order[i]]) { // these come first
			return slices.Repeat([]float64{math.NaN()}, len(x))
		}
		for ; i < j; i++ {
			ranks[order[i]] = rank
		}
	}
	return ranks
}
