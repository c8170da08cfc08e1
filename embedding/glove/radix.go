package glove

import "math/bits"

const digit = 11 // bits that one pass of the sort looks at

// sortPairs sorts co-occurrences of a vocabulary of so many words by word and context, equal pairs in the order in which
// they stand: a radix sort from the lowest digit, some times as fast as comparing. spare is of the same length; what is
// returned is one of the two.
func sortPairs(pairs, spare []Cooccurrence, words int) []Cooccurrence {
	width := bits.Len(uint(max(1, words-1)))
	for _, key := range []func(*Cooccurrence) int32{
		func(x *Cooccurrence) int32 { return x.Context },
		func(x *Cooccurrence) int32 { return x.Word },
	} {
		for shift := 0; shift < width; shift += digit {
			var next [1 << digit]int
			for i := range pairs {
				next[key(&pairs[i])>>shift&(1<<digit-1)]++
			}
			at := 0
			for d, n := range next {
				next[d], at = at, at+n
			}
			for i := range pairs {
				d := key(&pairs[i]) >> shift & (1<<digit - 1)
				spare[next[d]] = pairs[i]
				next[d]++
			}
			pairs, spare = spare, pairs
		}
	}
	return pairs
}
