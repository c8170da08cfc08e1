package verso

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Init fills the elements of a new parameter, given row by row. The random
// source belongs to that parameter alone.
type Init func(rng *rand.Rand, shape []int, out []float64)

// Zeros fills with 0.
func Zeros() Init { return Constant(0) }

// Ones fills with 1.
func Ones() Init { return Constant(1) }

// Constant fills with v.
func Constant(v float64) Init {
	return func(_ *rand.Rand, _ []int, out []float64) {
		for i := range out {
			out[i] = v
		}
	}
}

// Values fills with given numbers, row by row; where there are too few, what is
// left is 0.
func Values[T float32 | float64](x []T) Init {
	return func(_ *rand.Rand, _ []int, out []float64) {
		for i := range min(len(out), len(x)) {
			out[i] = float64(x[i])
		}
	}
}

// Uniform draws from U(lo, hi).
func Uniform(lo, hi float64) Init {
	return func(rng *rand.Rand, _ []int, out []float64) {
		for i := range out {
			out[i] = lo + (hi-lo)*rng.Float64()
		}
	}
}

// Normal draws from N(mean, std²).
func Normal(mean, std float64) Init {
	return func(rng *rand.Rand, _ []int, out []float64) {
		for i := range out {
			out[i] = mean + std*rng.NormFloat64()
		}
	}
}

// TruncatedNormal draws from N(mean, std²) and draws again what falls outside
// mean ± 2 std, as BERT's initialiser does (Devlin et al. 2019).
func TruncatedNormal(mean, std float64) Init {
	return func(rng *rand.Rand, _ []int, out []float64) {
		for i := range out {
			z := rng.NormFloat64()
			for math.Abs(z) > 2 {
				z = rng.NormFloat64()
			}
			out[i] = mean + std*z
		}
	}
}

// XavierUniform draws from U(−a, a), a = gain·√(6 / (fan_in + fan_out)).
// Source: Glorot & Bengio 2010, Understanding the difficulty of training deep
// feedforward neural networks, equation 16.
func XavierUniform(gain float64) Init {
	return func(rng *rand.Rand, shape []int, out []float64) {
		in, o := fans(shape)
		a := gain * math.Sqrt(6/float64(in+o))
		Uniform(-a, a)(rng, shape, out)
	}
}

// XavierNormal draws from N(0, std²), std = gain·√(2 / (fan_in + fan_out)).
func XavierNormal(gain float64) Init {
	return func(rng *rand.Rand, shape []int, out []float64) {
		in, o := fans(shape)
		Normal(0, gain*math.Sqrt(2/float64(in+o)))(rng, shape, out)
	}
}

// KaimingUniform draws from U(−b, b), b = √(6 / ((1 + a²)·fan_in)), where a is
// the negative slope of a leaky ReLU: 0 for ReLU, √5 for what PyTorch's Linear
// and Conv1d do, which is U(−1/√fan_in, 1/√fan_in).
// Source: He et al. 2015, Delving deep into rectifiers, equation 14.
func KaimingUniform(a float64) Init {
	return func(rng *rand.Rand, shape []int, out []float64) {
		in, _ := fans(shape)
		b := math.Sqrt(6 / ((1 + a*a) * float64(in)))
		Uniform(-b, b)(rng, shape, out)
	}
}

// KaimingNormal draws from N(0, std²), std = √(2 / ((1 + a²)·fan_in)).
func KaimingNormal(a float64) Init {
	return func(rng *rand.Rand, shape []int, out []float64) {
		in, _ := fans(shape)
		Normal(0, math.Sqrt(2/((1+a*a)*float64(in))))(rng, shape, out)
	}
}

// Orthogonal fills a matrix, all axes after the first taken as one, with
// orthonormal rows or columns, whichever are fewer, times gain.
// Source: Saxe et al. 2014, Exact solutions to the nonlinear dynamics of
// learning in deep linear neural networks.
func Orthogonal(gain float64) Init {
	return func(rng *rand.Rand, shape []int, out []float64) {
		rows := shape[0]
		cols := len(out) / rows
		tall, wide := max(rows, cols), min(rows, cols)
		a := mat.NewDense(tall, wide, nil)
		for i := range tall {
			for j := range wide {
				a.Set(i, j, rng.NormFloat64())
			}
		}
		var qr mat.QR
		qr.Factorize(a)
		var q, r mat.Dense
		qr.QTo(&q)
		qr.RTo(&r)
		for i := range tall {
			for j := range wide {
				// The sign of R's diagonal makes the draw uniform.
				v := gain * q.At(i, j) * math.Copysign(1, r.At(j, j))
				if rows >= cols {
					out[i*cols+j] = v
				} else {
					out[j*cols+i] = v
				}
			}
		}
	}
}

// fans returns the numbers of inputs and outputs of one unit, as PyTorch counts
// them: weight (out, in, kernel…).
func fans(shape []int) (in, out int) {
	if len(shape) < 2 {
		return shape[0], shape[0]
	}
	field := 1
	for _, d := range shape[2:] {
		field *= d
	}
	return shape[1] * field, shape[0] * field
}
