package main

import (
	"math/rand/v2"

	"github.com/seed6481993f/verso/embedding/dataset"
)

// What -quick has time for on two cores, in the unit of [cost]: a sample, half of
// it for each of several trainings, and passes over it.
const (
	sampleCost = 400_000
	quickCost  = 7 * sampleCost
)

// sample draws examples until they use the budget up: first one of every class,
// then any.
func sample(examples []dataset.Example, budget int, seed uint64) []dataset.Example {
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
	spent, n := cost(first), 0
	for n < len(others) && spent <= budget {
		spent += cost(others[n : n+1])
		n++
	}
	return append(first, others[:n]...)
}

// quickEpochs is how many passes there is time for. Reading the development part
// costs a third of learning from it.
func quickEpochs(p part, trainings int) int {
	pass := cost(p.train) + cost(p.dev)/3
	return min(max(quickCost/trainings/pass, 3), 50)
}

// cost is roughly proportional to the time of learning from the examples: bytes
// of text, and for each example what does not depend on its length.
func cost(examples []dataset.Example) int {
	n := 60 * len(examples)
	for _, e := range examples {
		n += len(e.Text)
	}
	return n
}
