package node2vec

import "math/rand/v2"

// alias draws a number of 0 … n−1 with given weights in constant time (Walker 1977; the set-up is Vose's of 1991). Place
// i is kept with probability keep[i] and stands for other[i] otherwise.
type alias struct {
	keep  []float64
	other []int32
}

// fill sets the tables up for weights above 0. All slices have the same length.
func (a alias) fill(weights []float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	n := len(weights)
	var small, large []int32
	for i, w := range weights {
		a.keep[i] = w / sum * float64(n)
		a.other[i] = int32(i)
		if a.keep[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.other[s] = l
		a.keep[l] -= 1 - a.keep[s]
		if a.keep[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	// What is left over is 1 but for rounding.
	for _, rest := range [][]int32{small, large} {
		for _, i := range rest {
			a.keep[i] = 1
		}
	}
}

func (a alias) draw(r *rand.Rand) int32 {
	i := r.Int32N(int32(len(a.keep)))
	if r.Float64() < a.keep[i] {
		return i
	}
	return a.other[i]
}
