package op

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Dropout sets each element to 0 with probability p and divides the others by
// 1 − p, while the graph trains; otherwise y = x.
//
//	y_i = m_i x_i,  m_i = 0 with probability p, else 1/(1 − p)
//
// Input: x. Which elements fall is a function of the graph's seed, the number of
// the operation, the training step and the shard alone. p is from 0 up to but
// without 1. The mask is kept for the backward pass: one number an element.
//
// Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural
// networks from overfitting; the scale is that of its section 10, "inverted".
func Dropout(p float64, number uint64, m *Mode) (Spec, error) {
	if !(p >= 0 && p < 1) {
		return Spec{}, fmt.Errorf("dropout wants a probability of at least 0 and below 1, got %v", p)
	}
	return Spec{Name: "dropout", F32: &dropout[float32]{p: p, number: number, mode: m}, F64: &dropout[float64]{p: p, number: number, mode: m}}, nil
}

// stream returns the random numbers of one operation at one step.
func (m *Mode) stream(number uint64) *rand.PCG {
	return rand.NewPCG(mix(mix(m.Seed)+number), mix(mix(m.Step)+m.Shard))
}

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014): neighbouring
// numbers give unrelated ones.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// drawMask fills mask with 0, with probability p, and 1/(1 − p).
func drawMask[T Float](mask []T, p float64, source *rand.PCG) {
	factor := [2]T{T(1 / (1 - p)), 0}
	below := uint32(p * (1 << 32)) // an element falls where 32 random bits are below
	var bits uint64
	for i := range mask {
		if i%2 == 0 {
			bits = source.Uint64()
		} else {
			bits >>= 32
		}
		mask[i] = factor[bit(uint32(bits) < below)]
	}
}

type dropout[T Float] struct {
	p      float64
	number uint64
	mode   *Mode
	mask   []T
	drops  bool // whether the last forward pass drew a mask
	dx     whole[T]
}

func (d *dropout[T]) Shape(in []Value[T]) ([]int, error) { return in[0].Shape, nil }

func (d *dropout[T]) Forward(in []Value[T], y Value[T]) error {
	x := in[0].Data
	if d.drops = d.mode.Train && d.p > 0; !d.drops {
		copy(y.Data, x)
		return nil
	}
	d.mask = grow(d.mask, len(x))
	drawMask(d.mask, d.p, d.mode.stream(d.number))
	kernel.Mul(y.Data, d.mask, x)
	return nil
}

func (d *dropout[T]) Backward(_ []Value[T], _, dy Value[T], din []Grad[T]) error {
	if !d.drops {
		din[0].AddScaled(1, dy.Data)
		return nil
	}
	dx := d.dx.of(din[0], len(dy.Data))
	kernel.Mul(dx, d.mask, dy.Data)
	d.dx.give(din[0], dx)
	return nil
}
