package glove

import (
	"math"

	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// weights are what is learned, for words or for contexts, with the sums of squared gradients.
type weights[T kernel.Float] struct {
	v, sqV []T // (n, dim)
	b, sqB []T // (n)
}

func newWeights[T kernel.Float](n, dim int) weights[T] {
	s := weights[T]{make([]T, n*dim), make([]T, n*dim), make([]T, n), make([]T, n)}
	for _, sums := range [][]T{s.sqV, s.sqB} {
		for i := range sums {
			sums[i] = 1
		}
	}
	return s
}

// pair is a co-occurrence with what a step needs of its count x.
type pair[T kernel.Float] struct {
	word, context int32
	log, f        T // log x, f(x)
}

// stepper makes steps of AdaGrad.
type stepper[T kernel.Float] struct {
	dim             int
	rate, bias      T
	clip            T // +Inf: none
	words, contexts weights[T]
}

func newStepper[T kernel.Float](words *vocab.Vocabulary, c *Config) *stepper[T] {
	s := &stepper[T]{dim: c.Dim, rate: T(c.Rate), bias: T(c.BiasRate), clip: T(c.Clip)}
	if c.Clip == 0 {
		s.clip = T(math.Inf(1))
	}
	s.words, s.contexts = newWeights[T](words.Len(), c.Dim), newWeights[T](words.Len(), c.Dim)
	return s
}

// weigh works out log x and f(x) = min(1, (x/XMax)^α).
func weigh[T kernel.Float](x Cooccurrence, c *Config) pair[T] {
	f := 1.0
	if x.Value <= c.XMax {
		f = math.Pow(x.Value/c.XMax, c.Alpha)
	}
	return pair[T]{x.Word, x.Context, T(math.Log(x.Value)), T(f)}
}

// step fits one pair and returns its cost ½ f e² before the step. Where e is not finite nothing is changed, and the cost
// is not finite.
func (s *stepper[T]) step(p *pair[T]) float64 {
	i, j := int(p.word), int(p.context)
	w := s.words.v[i*s.dim : (i+1)*s.dim]
	c := s.contexts.v[j*s.dim : (j+1)*s.dim]
	e := kernel.Dot(w, c) + s.words.b[i] + s.contexts.b[j] - p.log
	fe := p.f * e
	if fe-fe != 0 {
		return math.NaN()
	}
	s.adapt(fe, w, c, s.words.sqV[i*s.dim:(i+1)*s.dim], s.contexts.sqV[j*s.dim:(j+1)*s.dim])
	g := s.bias * fe
	s.words.b[i] -= g / root(s.words.sqB[i])
	s.contexts.b[j] -= g / root(s.contexts.sqB[j])
	s.words.sqB[i] += g * g
	s.contexts.sqB[j] += g * g
	return 0.5 * float64(fe) * float64(e)
}

// adapt steps both vectors, each along the other as it was.
func (s *stepper[T]) adapt(fe T, w, c, sqW, sqC []T) {
	c, sqW, sqC = c[:len(w)], sqW[:len(w)], sqC[:len(w)]
	for k, x := range w {
		y := c[k]
		gw, gc := s.rate*cut(fe*y, s.clip), s.rate*cut(fe*x, s.clip)
		w[k] = x - gw/root(sqW[k])
		c[k] = y - gc/root(sqC[k])
		sqW[k] += gw * gw
		sqC[k] += gc * gc
	}
}

func cut[T kernel.Float](x, most T) T {
	if x > most {
		return most
	}
	if x < -most {
		return -most
	}
	return x
}

func root[T kernel.Float](x T) T { return T(math.Sqrt(float64(x))) }
