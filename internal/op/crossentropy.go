package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// CrossEntropyConfig holds the options of [CrossEntropy], which are PyTorch's.
type CrossEntropyConfig struct {
	Axis           int       // of the classes; negative counts from the last
	Probabilities  bool      // targets are probabilities, not labels
	IgnoreIndex    int       // examples with this label count nothing
	LabelSmoothing float64   // ε, from 0 to 1
	ClassWeights   []float64 // w, one a class; nil is 1 for all
	Reduction      Reduction
	Mode           *Mode // for the number of workers; may be nil
}

// CrossEntropy is the loss of logits against labels, or against probabilities:
//
//	logits (…, C), labels (…) → loss
//	ℓ_i = −Σ_j a_ij log softmax(x_i)_j
//	a_ij = (1 − ε) w_j [j = label_i] + (ε/C) w_j             for labels
//	a_ij = ((1 − ε) t_ij + ε/C) w_j                          for probabilities t
//
// Inputs: logits, and labels (integers) or probabilities of the logits' shape.
// The mean is Σ ℓ_i / Σ w_{label_i} over the labels that count, and Σ ℓ_i / N for
// probabilities. Where no label counts the loss is 0 with gradient 0 (PyTorch's
// mean is NaN there). A coefficient a_ij of 0 contributes 0 even where the logit
// is −∞, so that classes can be masked out.
//
// Gradients: dx_ij = softmax(x_i)_j Σ_k a_ik − a_ij, and for probabilities
// dt_ij = −(1 − ε) w_j log softmax(x_i)_j. Cost: two passes of exponentials, no
// memory of the logits' size.
func CrossEntropy(c CrossEntropyConfig) (Spec, error) {
	if err := checkSmoothing(c.LabelSmoothing); err != nil {
		return Spec{}, err
	}
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	c.ClassWeights = slices.Clone(c.ClassWeights)
	return Spec{Name: "cross-entropy", F32: newCrossEntropy[float32](c), F64: newCrossEntropy[float64](c)}, nil
}

type crossEntropy[T Float] struct {
	CrossEntropyConfig
	along
	top, log []T // of each example max_j x_ij and log Σ_j e^{x_ij − top}
	losses   []float64
	count    float64 // what the mean divides by
	dx, dt   whole[T]
}

func newCrossEntropy[T Float](c CrossEntropyConfig) *crossEntropy[T] {
	return &crossEntropy[T]{CrossEntropyConfig: c, along: along{axis: c.Axis}}
}

func (c *crossEntropy[T]) Shape(in []Value[T]) ([]int, error) {
	x, target := in[0], in[1]
	if err := c.find(x.Shape); err != nil {
		return nil, err
	}
	if c.ClassWeights != nil && len(c.ClassWeights) != c.n {
		return nil, fmt.Errorf("%w: logits %v want %d class weights, got %d", ErrShape, x.Shape, c.n, len(c.ClassWeights))
	}
	each := c.without(x.Shape, false)
	switch {
	case c.Probabilities && !slices.Equal(target.Shape, x.Shape):
		return nil, fmt.Errorf("%w: logits %v want probabilities of the same shape, got %v", ErrShape, x.Shape, target.Shape)
	case !c.Probabilities && !slices.Equal(target.Shape, each) && !(len(each) == 0 && size(target.Shape) == 1):
		return nil, fmt.Errorf("%w: logits %v want labels %v, got %v", ErrShape, x.Shape, each, target.Shape)
	}
	if err := checkLabels(target.Ints, c.IgnoreIndex, c.n); err != nil {
		return nil, err
	}
	return c.Reduction.shape(each), nil
}

func checkSmoothing(eps float64) error {
	if !(eps >= 0 && eps <= 1) {
		return fmt.Errorf("label smoothing wants a number from 0 to 1, got %v", eps)
	}
	return nil
}

// checkLabels refuses labels that are none of n classes.
func checkLabels(labels []int, ignore, n int) error {
	for i, label := range labels {
		if label != ignore && (label < 0 || label >= n) {
			return fmt.Errorf("%w: label %d at place %d, there are %d classes", ErrInput, label, i, n)
		}
	}
	return nil
}

func (c *crossEntropy[T]) weight(j int) float64 {
	if c.ClassWeights == nil {
		return 1
	}
	return c.ClassWeights[j]
}

// base returns where class 0 of example i stands; class j is j·inner further on.
func (c *crossEntropy[T]) base(i int) int { return i/c.inner*c.n*c.inner + i%c.inner }

func (c *crossEntropy[T]) ignored(target Value[T], i int) bool {
	return !c.Probabilities && target.Ints[i] == c.IgnoreIndex
}

func (c *crossEntropy[T]) Forward(in []Value[T], y Value[T]) error {
	x, target := in[0].Data, in[1]
	n := c.outer * c.inner
	c.top, c.log, c.losses = grow(c.top, n), grow(c.log, n), grow(c.losses, n)
	c.Mode.split(n, c.n, func(from, to int) {
		for i := from; i < to; i++ {
			c.losses[i] = 0
			if !c.ignored(target, i) {
				c.normalise(x[c.base(i):], i)
				c.losses[i] = c.loss(x[c.base(i):], target, i)
			}
		}
	})
	c.count = float64(n)
	if !c.Probabilities {
		c.count = Normaliser(c.CrossEntropyConfig, target.Ints)
	}
	reduce(c.Reduction, y.Data, c.losses, c.count)
	return nil
}

// Normaliser is what the mean over labels divides by: the sum of the class
// weights of the labels that count, so their number where there are no weights.
func Normaliser(c CrossEntropyConfig, labels []int) float64 {
	sum := 0.0
	for _, label := range labels {
		switch {
		case label == c.IgnoreIndex:
		case c.ClassWeights == nil:
			sum++
		case label >= 0 && label < len(c.ClassWeights):
			sum += c.ClassWeights[label]
		}
	}
	return sum
}

// normalise finds top and log of example i, whose classes stand inner apart.
func (c *crossEntropy[T]) normalise(x []T, i int) {
	if c.inner == 1 {
		c.top[i], c.log[i] = topAndLog(x[:c.n])
		return
	}
	top := x[0]
	for j := 1; j < c.n; j++ {
		top = max(top, x[j*c.inner])
	}
	var buffer [256]T
	sum := 0.0
	for from := 0; from < c.n; from += len(buffer) {
		e := buffer[:min(len(buffer), c.n-from)]
		for j := range e {
			e[j] = x[(from+j)*c.inner] - top
		}
		kernel.Exp(e, e)
		sum += float64(kernel.Sum(e))
	}
	c.top[i], c.log[i] = top, T(math.Log(sum))
}

// loss is that of example i.
func (c *crossEntropy[T]) loss(x []T, target Value[T], i int) float64 {
	term := func(a float64, j int) float64 { // −a log softmax_j
		if a == 0 {
			return 0
		}
		return a * float64(c.log[i]-(x[j*c.inner]-c.top[i]))
	}
	sum := 0.0
	if c.Probabilities {
		t := target.Data[c.base(i):]
		for j := range c.n {
			sum += term(c.coefficient(t, j), j)
		}
		return sum
	}
	label, eps := target.Ints[i], c.LabelSmoothing
	sum = term((1-eps)*c.weight(label), label)
	if eps > 0 {
		for j := range c.n {
			sum += term(eps/float64(c.n)*c.weight(j), j)
		}
	}
	return sum
}

// coefficient is a_ij for the probabilities t of an example.
func (c *crossEntropy[T]) coefficient(t []T, j int) float64 {
	return ((1-c.LabelSmoothing)*float64(t[j*c.inner]) + c.LabelSmoothing/float64(c.n)) * c.weight(j)
}

func (c *crossEntropy[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x, target := in[0].Data, in[1]
	if din[0].Wanted() {
		dx := c.dx.of(din[0], len(x))
		block := c.n * c.inner
		c.Mode.split(c.outer, block, func(from, to int) {
			for o := from; o < to; o++ {
				c.softmax(o, x[o*block:(o+1)*block], dx[o*block:(o+1)*block])
				for i := o * c.inner; i < (o+1)*c.inner; i++ {
					c.gradient(dx[c.base(i):], target, i, share(c.Reduction, i, dy.Data, c.count))
				}
			}
		})
		c.dx.give(din[0], dx)
	}
	if din[1].Wanted() {
		dt := c.dt.of(din[1], len(x))
		for i := range c.outer * c.inner {
			g, b := (1-c.LabelSmoothing)*share(c.Reduction, i, dy.Data, c.count), c.base(i)
			for j := range c.n {
				at := b + j*c.inner
				dt[at] = T(g * c.weight(j) * float64(c.log[i]-(x[at]-c.top[i])))
			}
		}
		c.dt.give(din[1], dt)
	}
	return nil
}

// softmax writes the probabilities of the o-th block of examples.
func (c *crossEntropy[T]) softmax(o int, x, p []T) {
	if c.inner == 1 {
		softmaxKnown(x, p, c.top[o], c.log[o])
		return
	}
	top, log := c.top[o*c.inner:], c.log[o*c.inner:]
	for j := range c.n {
		for q := range c.inner {
			at := j*c.inner + q
			p[at] = x[at] - top[q] - log[q]
		}
	}
	kernel.Exp(p, p)
}

// gradient turns the probabilities of example i into g times its gradient.
func (c *crossEntropy[T]) gradient(p []T, target Value[T], i int, g float64) {
	if c.ignored(target, i) {
		for j := range c.n {
			p[j*c.inner] = 0
		}
		return
	}
	if c.Probabilities {
		t, sum := target.Data[c.base(i):], 0.0
		for j := range c.n {
			sum += c.coefficient(t, j)
		}
		for j := range c.n {
			p[j*c.inner] = T(g * (float64(p[j*c.inner])*sum - c.coefficient(t, j)))
		}
		return
	}
	label, eps := target.Ints[i], c.LabelSmoothing
	hit, sum := (1-eps)*c.weight(label), 0.0 // a_i,label without what is spread, and Σ_j a_ij
	if eps > 0 {
		for j := range c.n {
			sum += eps / float64(c.n) * c.weight(j)
		}
	}
	sum += hit
	if c.inner == 1 {
		kernel.Scale(T(g*sum), p[:c.n])
	} else {
		for j := range c.n {
			p[j*c.inner] *= T(g * sum)
		}
	}
	p[label*c.inner] -= T(g * hit)
	if eps > 0 {
		for j := range c.n {
			p[j*c.inner] -= T(g * eps / float64(c.n) * c.weight(j))
		}
	}
}
