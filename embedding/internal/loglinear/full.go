package loglinear

import (
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// LearnFull does a step for a hidden vector of the caller's, h, that looks at all targets, of which those named belong to it: with s = Out·h, y 1
// for these and 0 for others, and p = softmax(s) or σ(s) of each,
//
//	g = rate·(y - p),   e = Σ_j g_j·c_j,   c_j += g_j·h
//
// e is what is to be added to h. h and e have Stride numbers. With softmax one target should be named.
func (l *Learner[T]) LearnFull(h []T, targets []int32, e []T, softmax bool) {
	l.Flush()
	d := l.t.Stride
	n := len(l.t.Out) / d
	if len(l.p) != n {
		l.p = make([]T, n)
	}
	for j := range n {
		l.p[j] = kernel.Dot(h, l.t.Out[j*d:(j+1)*d])
	}
	if softmax {
		kernel.SoftmaxRows(1, n, l.p, l.p)
	} else {
		kernel.Sigmoid(l.p, l.p)
	}
	if l.Loss != nil {
		*l.Loss += l.fullLoss(targets, softmax)
	}
	for _, j := range targets {
		l.p[j]--
	}
	clear(e)
	for j, p := range l.p {
		c := l.t.Out[j*d : (j+1)*d]
		kernel.Axpy(-l.rate*p, c, e)
		kernel.Axpy(-l.rate*p, h, c)
	}
}

// fullLoss is -Σ log p of the targets and, where each has a σ, of what is none.
func (l *Learner[T]) fullLoss(targets []int32, softmax bool) (sum float64) {
	if !softmax {
		for _, p := range l.p {
			sum -= math.Log1p(-float64(p))
		}
	}
	for _, j := range targets {
		p := float64(l.p[j])
		sum -= math.Log(p)
		if !softmax {
			sum += math.Log1p(-p)
		}
	}
	return sum
}
