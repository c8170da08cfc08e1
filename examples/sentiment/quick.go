package main

import (
	"math/rand/v2"

	"github.com/seed6481993f/verso/embedding/dataset"
)

// What -quick has time for on two cores, in bytes of text, which cost follows:
// a sample of so many, and passes over its training part until so many are read.
const (
	sampleBytes = 250 << 10
	quickBytes  = 8 * sampleBytes
)

// sample draws examples until their texts fill the budget: first one of every
// class, then any.
func sample(examples []dataset.Example, seed uint64) []dataset.Example {
	order := rand.New(rand.NewPCG(seed, 0x71756963)).Perm(len(examples)) // a stream of its own
	var first, others []dataset.Example
	seen := map[string]bool{}
	for _, i := range order {
		e := examples[i]
		if seen[e.Class] {
			others = append(others, e)
		} else {
			seen[e.Class] = true
			first = append(first, e)
		}
	}
	size := textBytes(first)
	for i, e := range others {
		if size += len(e.Text) + 1; size > sampleBytes {
			others = others[:i]
			break
		}
	}
	return append(first, others...)
}

// quickEpochs is how many passes over the examples there is time for.
func quickEpochs(examples []dataset.Example) int {
	return min(max(quickBytes/max(textBytes(examples), 1), 2), 50)
}

// textBytes is the length of all texts, and one byte for each, so that empty
// ones count.
func textBytes(examples []dataset.Example) int {
	n := len(examples)
	for _, e := range examples {
		n += len(e.Text)
	}
	return n
}
