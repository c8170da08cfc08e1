package main

import "math"

// baselines are the perplexities of a text by counts of the training text:
// of single tokens, each counted once more than seen (Laplace),
//
//	p(w) = (c(w) + 1) / (n + V)
//
// and of pairs, mixed with them by the number T(v) of different tokens after v
// (Witten & Bell 1991, The zero-frequency problem),
//
//	p(w | v) = (c(v, w) + T(v) p(w)) / (c(v) + T(v))
func baselines(train, test []int, tokens int) (unigram, bigram float64) {
	count, after, kinds := make([]float64, tokens), make([]float64, tokens), make([]float64, tokens)
	pairs := map[[2]int]float64{}
	for i, w := range train {
		count[w]++
		if i == 0 {
			continue
		}
		v := train[i-1]
		after[v]++
		if pairs[[2]int{v, w}]++; pairs[[2]int{v, w}] == 1 {
			kinds[v]++
		}
	}
	one, two := 0.0, 0.0
	for i := 1; i < len(test); i++ {
		v, w := test[i-1], test[i]
		p := (count[w] + 1) / float64(len(train)+tokens)
		one -= math.Log(p)
		if n := after[v] + kinds[v]; n > 0 {
			p = (pairs[[2]int{v, w}] + kinds[v]*p) / n
		}
		two -= math.Log(p)
	}
	n := float64(max(1, len(test)-1))
	return math.Exp(one / n), math.Exp(two / n)
}
