package loglinear

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Probability that a word of share f = count/total of the text is kept: min(1, √(t/f) + t/f), with t the sample, 1e-3 say; 1 where t is 0.
// It is the form of word2vec's C program and of gensim; the paper has √(t/f) alone.
func Probability(count, total int64, sample float64) float64 {
	if sample <= 0 || count <= 0 {
		return 1
	}
	x := sample * float64(total) / float64(count)
	return min(1, math.Sqrt(x)+x)
}

// Keep drops frequent words, each time it sees them anew. nil keeps all.
type Keep struct {
	below []uint64 // of 2^64; all ones: always
}

// NewKeep makes the [Probability] of each id, of a text of total words; 0: the sum of the counts. A sample of 0 drops nothing.
func NewKeep(counts []int64, total int64, sample float64) (*Keep, error) {
	if !(sample >= 0) || math.IsInf(sample, 0) {
		return nil, fmt.Errorf("%w: sample %v, want 0 or more", ErrConfig, sample)
	}
	if sample == 0 {
		return nil, nil
	}
	var sum int64
	for i, c := range counts {
		if c < 0 || c > math.MaxInt64-sum {
			return nil, fmt.Errorf("%w: %d for id %d, want 0 or more, and a sum below 2^63", ErrCounts, c, i)
		}
		sum += c
	}
	if total == 0 {
		total = sum
	}
	k := &Keep{make([]uint64, len(counts))}
	for i, c := range counts {
		k.below[i] = math.MaxUint64
		if p := Probability(c, total, sample); p < 1 {
			k.below[i] = uint64(p * (1 << 64))
		}
	}
	return k, nil
}

// Append appends to dst those of ids that are kept. Ids below 0 are dropped.
func (k *Keep) Append(dst, ids []int32, r *rand.PCG) []int32 {
	for _, id := range ids {
		if id < 0 {
			continue
		}
		if k != nil && k.below[id] != math.MaxUint64 && r.Uint64() >= k.below[id] {
			continue
		}
		dst = append(dst, id)
	}
	return dst
}

// Below draws a whole number 0 … n-1 (Lemire's product, whose bias of n/2^64 does not matter here).
func Below(r *rand.PCG, n int) int {
	hi, _ := bits.Mul64(r.Uint64(), uint64(n))
	return int(hi)
}
