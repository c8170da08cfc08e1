package op

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// chunk is the number of elements that stay in the first cache between passes.
const chunk = 256

// topAndLog returns max x and log Σ_j e^(x_j − max x) for classes that stand side
// by side. A loss over a vocabulary spends its time here and in softmaxKnown,
// which is why they go through the kernels: the numbers are those of the loops
// they stand for.
func topAndLog[T Float](x []T) (top, log T) {
	top = kernel.Largest(x)
	var minus, buffer [chunk]T
	for j := range minus[:min(chunk, len(x))] {
		minus[j] = -top
	}
	sum := 0.0
	for from := 0; from < len(x); from += chunk {
		e := buffer[:min(chunk, len(x)-from)]
		kernel.Add(e, x[from:from+len(e)], minus[:len(e)])
		kernel.Exp(e, e)
		sum += float64(kernel.Sum(e))
	}
	return top, T(math.Log(sum))
}

// softmaxKnown writes e^(x − top − log), the probabilities, given both from
// topAndLog.
func softmaxKnown[T Float](x, p []T, top, log T) {
	var minusTop, minusLog [chunk]T
	for j := range minusTop[:min(chunk, len(x))] {
		minusTop[j], minusLog[j] = -top, -log
	}
	for from := 0; from < len(x); from += chunk {
		to := min(from+chunk, len(x))
		q, n := p[from:to], to-from
		kernel.Add(q, x[from:to], minusTop[:n])
		kernel.Add(q, q, minusLog[:n])
		kernel.Exp(q, q)
	}
}
