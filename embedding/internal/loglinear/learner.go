package loglinear

import (
	"math"
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Combine says how the rows of a bag make a hidden vector, and what of its error e each of n rows gets.
type Combine int

// The ways to combine rows.
const (
	Mean         Combine = iota // h = mean, e to each: what word2vec's C program, fastText and gensim do; a row named twice gets it twice
	MeanGradient                // h = mean, e/n to each: the gradient
	Sum                         // h = sum, e to each: the gradient
)

// queue is how many steps wait before they are done; 16 KiB.
const queue = 256

// Learner changes tables, one pair or bag at a time. Pairs wait in a queue, so [Learner.Flush] must come before the tables are read.
// It belongs to one goroutine, and so do its tables.
type Learner[T kernel.Float] struct {
	Rand *rand.PCG
	// Loss, where it is set, gets the loss of each step added, before it is done. That costs the time of the steps again.
	Loss *float64

	t       *Tables[T]
	o       Objective
	rate    T
	tree    int32 // row of node 0
	steps   []kernel.SGNSStep
	h, e    []T
	p       []T // of all targets
	bag     []int32
	drawn   []int32
	names   []int32                // of what Noise draws; nil: ids
	collect func(in, target int32) // takes the pairs instead; see tiles
}

// NewLearner returns a learner of rate 0; see [Learner.SetRate].
func NewLearner[T kernel.Float](t *Tables[T], o Objective, r *rand.PCG) (*Learner[T], error) {
	if err := o.check(t.Targets()); err != nil {
		return nil, err
	}
	l := &Learner[T]{Rand: r, t: t, o: o, steps: make([]kernel.SGNSStep, 0, queue), h: make([]T, t.Stride), e: make([]T, t.Stride)}
	if o.Negatives > 0 {
		l.tree = int32(o.Noise.Len())
	}
	return l, nil
}

// SetRate sets the learning rate of the pairs and bags to come.
func (l *Learner[T]) SetRate(rate float64) {
	l.Flush()
	l.rate = T(rate)
}

// Pair learns that input row in has the target. Both must be rows of their tables; else the Flush that does the work panics.
func (l *Learner[T]) Pair(in, target int32) {
	if l.collect != nil {
		l.collect(in, target)
		return
	}
	l.PairWith(in, target, l.draw(target))
}

// PairWith is Pair with negatives of the caller's. One that is the target is left out.
func (l *Learner[T]) PairWith(in, target int32, negatives []int32) {
	if len(l.steps) >= queue-queue/8 {
		l.Flush()
	}
	l.begin(in, target, negatives)
	l.steps[len(l.steps)-1].Last = true
}

// Bag learns that input rows together have the target.
func (l *Learner[T]) Bag(ins []int32, target int32, how Combine) {
	if len(ins) > 0 {
		l.BagWith(ins, target, l.draw(target), how)
	}
}

// BagWith is Bag with negatives of the caller's.
func (l *Learner[T]) BagWith(ins []int32, target int32, negatives []int32, how Combine) {
	l.Flush()
	if how == Sum {
		l.sum(l.h, ins)
	} else {
		l.Mean(l.h, ins)
	}
	l.begin(0, target, negatives)
	l.run(l.h)
	if how == MeanGradient {
		kernel.Scale(1/T(len(ins)), l.e)
	}
	l.Give(ins, l.e)
}

// Room returns a vector of as many numbers as a row takes, 0 behind the first Dim: what the methods below want.
func (l *Learner[T]) Room() []T { return make([]T, l.t.Stride) }

// Mean writes the mean of input rows to h; there must be one.
func (l *Learner[T]) Mean(h []T, ins []int32) {
	l.sum(h, ins)
	kernel.Scale(1/T(len(ins)), h)
}

func (l *Learner[T]) sum(h []T, ins []int32) {
	clear(h)
	for _, i := range ins {
		kernel.Add(h, h, l.input(i))
	}
}

// Give adds e to each of the input rows, as often as it is named.
func (l *Learner[T]) Give(ins []int32, e []T) {
	for _, i := range ins {
		row := l.input(i)
		kernel.Add(row, row, e)
	}
}

func (l *Learner[T]) input(i int32) []T { return l.t.In[int(i)*l.t.Stride : int(i+1)*l.t.Stride] }

// Learn does a step for a hidden vector of the caller's, h: it writes to e what is to be added to h, and changes the target's rows of Out unless
// they are frozen, as they are while a new document is read. h and e have Stride numbers.
func (l *Learner[T]) Learn(h []T, target int32, e []T, frozen bool) {
	l.Flush()
	l.begin(0, target, l.draw(target))
	if frozen {
		l.look(h)
		l.steps = l.steps[:0]
	} else {
		l.run(h)
	}
	copy(e, l.e)
}

// LearnAll does a step for h and each target in turn, and adds each step's error to h, of Stride numbers.
func (l *Learner[T]) LearnAll(h []T, targets []int32) {
	l.Flush()
	for _, target := range targets {
		if len(l.steps) >= queue-queue/8 {
			l.run(h)
		}
		l.begin(0, target, l.draw(target))
		l.steps[len(l.steps)-1].Last = true
	}
	l.run(h)
}

// redraws bounds how often a negative is drawn again, where hardly anything but the target is ever drawn.
const redraws = 100

// draw draws the negatives of a target.
func (l *Learner[T]) draw(target int32) []int32 {
	l.drawn = l.drawn[:0]
	for range l.o.Negatives {
		n := l.o.Noise.Draw(l.Rand)
		for k := 0; l.o.Redraw && n == target && k < redraws; k++ {
			n = l.o.Noise.Draw(l.Rand)
		}
		if l.names != nil {
			n = l.names[n]
		}
		l.drawn = append(l.drawn, n)
	}
	return l.drawn
}

// begin starts a step, with the rows that tell the target from what it is not.
func (l *Learner[T]) begin(in, target int32, negatives []int32) {
	l.steps = append(l.steps, kernel.SGNSStep{In: in, First: true})
	if l.o.Tree != nil {
		points, bits := l.o.Tree.Path(int(target))
		for i, p := range points {
			l.add(l.tree+p, float32(1-bits[i]))
		}
	}
	if l.o.Negatives == 0 {
		return
	}
	l.add(target, 1)
	for _, n := range negatives {
		if n != target {
			l.add(n, 0)
		}
	}
}

// add gives a row of Out to the step, or to a new one when it is full or has the row already: within a step all scores are taken before any row
// changes.
func (l *Learner[T]) add(row int32, label float32) {
	s := &l.steps[len(l.steps)-1]
	n := s.Count
	full := n == kernel.SGNSTargets
	for _, other := range s.Out[:n] {
		full = full || other == row
	}
	if full {
		l.steps = append(l.steps, kernel.SGNSStep{In: s.In})
		s, n = &l.steps[len(l.steps)-1], 0
	}
	s.Out[n], s.Labels[n] = row, label
	s.Count = n + 1
}

// Flush does the work that waits.
func (l *Learner[T]) Flush() {
	if len(l.steps) > 0 {
		l.run(l.t.In)
	}
}

// run does the steps of the queue on a table of inputs. The error of one without Last is left in l.e.
func (l *Learner[T]) run(in []T) {
	if l.Loss == nil {
		kernel.SGNS(l.t.Stride, in, l.t.Out, l.e, l.steps, l.rate)
	} else {
		for i := range l.steps {
			*l.Loss += l.loss(in, &l.steps[i])
			kernel.SGNS(l.t.Stride, in, l.t.Out, l.e, l.steps[i:i+1], l.rate)
		}
	}
	l.steps = l.steps[:0]
}

// loss is -Σ log σ(±h·c_j), the sign by the label.
func (l *Learner[T]) loss(in []T, s *kernel.SGNSStep) (sum float64) {
	h := in[int(s.In)*l.t.Stride:][:l.t.Stride]
	for j, row := range s.Out[:s.Count] {
		f := float64(kernel.Dot(h, l.t.Out[int(row)*l.t.Stride:][:l.t.Stride]))
		if s.Labels[j] == 1 {
			f = -f
		}
		sum += max(f, 0) + math.Log1p(math.Exp(-math.Abs(f)))
	}
	return sum
}

// look is a step that leaves Out as it is.
func (l *Learner[T]) look(h []T) {
	clear(l.e)
	for i := range l.steps {
		s := &l.steps[i]
		if l.Loss != nil {
			*l.Loss += l.loss(h, &kernel.SGNSStep{Out: s.Out, Count: s.Count, Labels: s.Labels})
		}
		for j, row := range s.Out[:s.Count] {
			c := l.t.Out[int(row)*l.t.Stride : int(row+1)*l.t.Stride]
			f := float64(kernel.Dot(h, c))
			kernel.Axpy(l.rate*(T(s.Labels[j])-T(1/(1+math.Exp(-f)))), c, l.e)
		}
	}
}
