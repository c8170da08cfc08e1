package attention

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/op"
)

// Cache decodes row by row outside a graph. It keeps the keys and values of all
// rows so far, so that a step costs one row and a look at those before it, where
// the graph would compute them all again. It holds several sequences that grow
// together: the hypotheses of a beam search, over one memory or several.
//
//	x (hypotheses, embed) → y (hypotheses, embed), the rows at the next place
//
// Results are those of the graph in evaluation up to rounding. Cost a step and
// layer: the products of one row for each hypothesis, and 4·embed operations for
// each row so far and each of the memory; 2·embed numbers are kept for each row.
//
// A Cache is for one goroutine; many may read the same weights. float32 only.
type Cache struct {
	embed  int
	length int // rows so far
	layers []cacheLayer
	memory []int            // of each hypothesis
	norm   *verso.LayerNorm // nil without
}

// cacheLayer is a layer with what it remembers.
type cacheLayer struct {
	self, cross        *MultiHead // cross is nil in an encoder
	attend, look, feed part
	hidden             feedForward
	activate           op.Body[float32]

	keys, values     [][]float32 // of each hypothesis: (length, embed)
	memoryK, memoryV [][]float32 // of each memory: (rows, embed)
	looked           [][]float32 // at the last step, of each hypothesis: weights over its memory, mean over heads

	x, y, q, k, v, scores  []float32 // y: the rows on their way through the layer
	up, active, mean, rstd []float32
}

// NewCache begins decoding a sequence over each of the memories: the encoder's rows
// of a source, embed numbers each; there may be none. The decoder must be causal.
func (d *Decoder) NewCache(memories ...[]float32) (*Cache, error) {
	c := &Cache{norm: d.Norm}
	for _, l := range d.Layers {
		c.layers = append(c.layers, cacheLayer{self: l.SelfAttention, cross: l.CrossAttention, attend: l.attend, look: l.look, feed: l.feed, hidden: l.hidden})
	}
	return c.begin(len(memories), memories)
}

// NewCache begins decoding with the given number of sequences. The encoder must
// be causal: a language model.
func (e *Encoder) NewCache(sequences int) (*Cache, error) {
	c := &Cache{norm: e.Norm}
	for _, l := range e.Layers {
		c.layers = append(c.layers, cacheLayer{self: l.SelfAttention, attend: l.attend, feed: l.feed, hidden: l.hidden})
	}
	return c.begin(sequences, nil)
}

func (c *Cache) begin(n int, memories [][]float32) (*Cache, error) {
	if len(c.layers) == 0 || n < 1 {
		return nil, fmt.Errorf("%w: decoding wants at least 1 layer and 1 sequence, got %d and %d", verso.ErrConfig, len(c.layers), n)
	}
	first := c.layers[0].self
	if c.embed = first.embed; !first.splits() {
		return nil, fmt.Errorf("%w: decoding wants heads that divide the width, got width %d and %d heads", verso.ErrConfig, first.embed, first.heads)
	}
	for _, m := range memories {
		if len(m)%c.embed != 0 {
			return nil, fmt.Errorf("%w: a memory wants rows of %d numbers, got %d numbers", verso.ErrShape, c.embed, len(m))
		}
	}
	for i := range n {
		c.memory = append(c.memory, i)
	}
	for i := range c.layers {
		l := &c.layers[i]
		if !l.self.cfg.Causal {
			return nil, fmt.Errorf("%w: decoding row by row wants causal layers", verso.ErrConfig)
		}
		for _, a := range []*MultiHead{l.self, l.cross} {
			if a != nil && (a.In == nil || a.BiasK != nil || a.cfg.AddZeroAttn) {
				return nil, fmt.Errorf("%w: decoding row by row wants keys and values of %d features and none added", verso.ErrConfig, c.embed)
			}
		}
		if t := l.hidden.linear1.Weight.Dtype(); t != tensor.Float32 {
			return nil, fmt.Errorf("%w: decoding wants float32 weights, got %v", verso.ErrConfig, t)
		}
		s, err := op.Activate(op.Activation(l.hidden.cfg.Activation), &op.Mode{})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", verso.ErrConfig, err)
		}
		l.activate = s.F32
		l.keys, l.values = make([][]float32, n), make([][]float32, n)
		if l.cross != nil {
			for _, m := range memories {
				rows := len(m) / c.embed
				l.memoryK = append(l.memoryK, l.cross.projectRows(1, rows, m, nil))
				l.memoryV = append(l.memoryV, l.cross.projectRows(2, rows, m, nil))
			}
		}
	}
	return c, nil
}

// Len returns the number of rows so far.
func (c *Cache) Len() int { return c.length }

// Hypotheses returns the number of sequences that grow together.
func (c *Cache) Hypotheses() int { return len(c.layers[0].keys) }

// Step takes the next row of every hypothesis and returns what the last layer
// makes of it, valid until the next step.
func (c *Cache) Step(x []float32) ([]float32, error) {
	n := c.Hypotheses()
	if len(x) != n*c.embed {
		return nil, fmt.Errorf("%w: a step of %d sequences wants %d numbers, got %d", verso.ErrShape, n, n*c.embed, len(x))
	}
	for i := range c.layers {
		x = c.layers[i].step(x, c.memory, c.embed)
	}
	c.length++
	if c.norm != nil {
		l := &c.layers[len(c.layers)-1]
		l.normalise(c.norm, n, c.embed, x, x)
	}
	return x, nil
}

// Reorder makes hypothesis i go on from what was hypothesis parents[i]: some die,
// some fork, and their number may change.
func (c *Cache) Reorder(parents []int) error {
	for i, p := range parents {
		if p < 0 || p >= c.Hypotheses() {
			return fmt.Errorf("%w: hypothesis %d wants a parent from 0 to %d, got %d", verso.ErrInput, i, c.Hypotheses()-1, p)
		}
	}
	if len(parents) == 0 {
		return fmt.Errorf("%w: decoding wants at least 1 sequence, got 0", verso.ErrInput)
	}
	for i := range c.layers {
		l := &c.layers[i]
		l.keys, l.values = pickRows(l.keys, parents), pickRows(l.values, parents)
	}
	memory := make([]int, len(parents))
	for i, p := range parents {
		memory[i] = c.memory[p]
	}
	c.memory = memory
	return nil
}

// pickRows copies only what has more than one heir.
func pickRows(from [][]float32, parents []int) [][]float32 {
	out, taken := make([][]float32, len(parents)), make([]bool, len(from))
	for i, p := range parents {
		if out[i] = from[p]; taken[p] {
			out[i] = append([]float32{}, from[p]...)
		}
		taken[p] = true
	}
	return out
}

// step is the layer on one row of each hypothesis, whose memories are given.
func (l *cacheLayer) step(x []float32, memory []int, embed int) []float32 {
	n := len(memory)
	l.y = append(l.y[:0], x...)
	l.part(l.attend, n, embed, func(x []float32) []float32 {
		l.k, l.v = l.self.projectRows(1, n, x, l.k), l.self.projectRows(2, n, x, l.v)
		for h := range n {
			l.keys[h] = append(l.keys[h], l.k[h*embed:(h+1)*embed]...)
			l.values[h] = append(l.values[h], l.v[h*embed:(h+1)*embed]...)
		}
		return l.attention(l.self, n, x, func(h int) (k, v, looked []float32) { return l.keys[h], l.values[h], nil })
	})
	if l.cross != nil {
		l.part(l.look, n, embed, func(x []float32) []float32 {
			l.looked = make([][]float32, n)
			return l.attention(l.cross, n, x, func(h int) (k, v, looked []float32) {
				k, v = l.memoryK[memory[h]], l.memoryV[memory[h]]
				l.looked[h] = make([]float32, len(k)/embed)
				return k, v, l.looked[h]
			})
		})
	}
	l.part(l.feed, n, embed, func(x []float32) []float32 {
		l.up = rowsOf(l.hidden.linear1, n, x, l.up)
		l.active = resize(l.active, len(l.up))
		shape := []int{len(l.up)}
		_ = l.activate.Forward([]op.Value[float32]{{Shape: shape, Data: l.up}}, op.Value[float32]{Shape: shape, Data: l.active}) // it has no error to return
		l.v = rowsOf(l.hidden.linear2, n, l.active, l.v)
		return l.v
	})
	return l.y
}

// part puts a part of the layer over l.y.
func (l *cacheLayer) part(p part, n, embed int, f func(x []float32) []float32) {
	if p.cfg.NormFirst {
		l.x = resize(l.x, n*embed)
		l.normalise(p.norm, n, embed, l.y, l.x)
		kernel.Add(l.y, l.y, f(l.x))
		return
	}
	kernel.Add(l.y, l.y, f(l.y))
	l.normalise(p.norm, n, embed, l.y, l.y)
}

func (l *cacheLayer) normalise(norm *verso.LayerNorm, n, embed int, x, y []float32) {
	l.mean, l.rstd = resize(l.mean, n), resize(l.rstd, n)
	kernel.LayerNormRows(n, embed, l.hidden.cfg.Eps, norm.Weight.Float32s(), norm.Bias.Float32s(), x, y, l.mean, l.rstd)
}

// attention lets row h of x look at the keys and values that f returns for it. The
// mean of the weights over heads is added to the third, where there is one.
func (l *cacheLayer) attention(a *MultiHead, n int, x []float32, f func(h int) (k, v, looked []float32)) []float32 {
	d := a.embed / a.heads
	scale := float32(1 / math.Sqrt(float64(d)))
	l.q = a.projectRows(0, n, x, l.q)
	l.v = resize(l.v, n*a.embed)
	clear(l.v)
	for h := range n {
		keys, values, looked := f(h)
		rows := len(keys) / a.embed
		if rows == 0 {
			continue
		}
		l.scores = resize(l.scores, rows)
		for head := range a.heads {
			at := head * d
			q, y := l.q[h*a.embed+at:h*a.embed+at+d], l.v[h*a.embed+at:h*a.embed+at+d]
			for j := range rows {
				l.scores[j] = scale * kernel.Dot(q, keys[j*a.embed+at:j*a.embed+at+d])
			}
			kernel.SoftmaxRows(1, rows, l.scores, l.scores)
			if looked != nil {
				kernel.Axpy(1/float32(a.heads), l.scores, looked)
			}
			for j, w := range l.scores {
				kernel.Axpy(w, values[j*a.embed+at:j*a.embed+at+d], y)
			}
		}
	}
	l.k = rowsOf(a.Out, n, l.v, l.k)
	return l.k
}

// projectRows is projection i of the three (queries, keys, values) of plain rows.
func (a *MultiHead) projectRows(i, rows int, x, y []float32) []float32 {
	w, width := []*verso.Param{a.Q, a.K, a.V}[i], []int{a.embed, a.cfg.KeyDim, a.cfg.ValueDim}[i]
	var weight []float32
	if w == nil {
		weight = a.In.Float32s()[i*a.embed*a.embed:]
	} else {
		weight = w.Float32s()
	}
	var o kernel.Options[float32]
	if a.InBias != nil {
		o.Bias = a.InBias.Float32s()[i*a.embed : (i+1)*a.embed]
	}
	y = resize(y, rows*a.embed)
	kernel.GemmWith(o, false, true, rows, a.embed, width, 1, x, width, weight, width, 0, y, a.embed)
	return y
}

// rowsOf is a linear layer of plain rows.
func rowsOf(l *verso.Linear, rows int, x, y []float32) []float32 {
	s := l.Weight.Shape()
	var o kernel.Options[float32]
	if l.Bias != nil {
		o.Bias = l.Bias.Float32s()
	}
	y = resize(y, rows*s[0])
	kernel.GemmWith(o, false, true, rows, s[0], s[1], 1, x, s[1], l.Weight.Float32s(), s[1], 0, y, s[0])
	return y
}
