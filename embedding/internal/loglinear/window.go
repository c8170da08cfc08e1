package loglinear

import (
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Emit forms what is to be learned of sequence i, whose frequent words are dropped already, and gives it to the learner.
type Emit[T kernel.Float] func(l *Learner[T], i int, words []int32)

// SkipGram pairs each word, as target, with every word around it, as input. The window is window words to each side; shrink draws 1 … window
// anew for each word, so that nearer words count more.
func SkipGram[T kernel.Float](window int, shrink bool) Emit[T] {
	return func(l *Learner[T], _ int, words []int32) {
		for i, target := range words {
			from, to := Around(l.Rand, i, len(words), window, shrink)
			for j := from; j < to; j++ {
				if j != i {
					l.Pair(words[j], target)
				}
			}
		}
	}
}

// CBOW lets the words around each word tell it: the continuous bag of words.
func CBOW[T kernel.Float](window int, shrink bool, how Combine) Emit[T] {
	return func(l *Learner[T], _ int, words []int32) {
		for i, target := range words {
			from, to := Around(l.Rand, i, len(words), window, shrink)
			l.bag = append(append(l.bag[:0], words[from:i]...), words[i+1:to]...)
			l.Bag(l.bag, target, how)
		}
	}
}

// Around returns the window [from, to) of place i among n; shrink draws its width from 1 … window.
func Around(r *rand.PCG, i, n, window int, shrink bool) (from, to int) {
	if shrink {
		window = 1 + Below(r, window)
	}
	return max(0, i-window), min(n-1, i+window) + 1
}
