package op

import "fmt"

// PoolKind says what a pooling over time does with the rows of a sequence.
type PoolKind string

// The poolings of [Pool].
const (
	PoolMean PoolKind = "mean"
	PoolSum  PoolKind = "sum"
	PoolMax  PoolKind = "max"
)

// Pool is one row for each sequence of a ragged batch, feature by feature the
// mean, the sum or the maximum over time:
//
//	x (total, features), lengths (batch) → y (batch, features)
//
// Inputs: x, lengths. An empty sequence gives 0 and gets no gradient. Of equal
// maxima the first gets the gradient.
func Pool(kind PoolKind) Spec {
	if kind == PoolMax {
		return Spec{Name: "max-pool", F32: &maxPool[float32]{}, F64: &maxPool[float64]{}}
	}
	mean := kind == PoolMean
	return Spec{Name: string(kind) + "-pool", F32: &sumPool[float32]{mean: mean}, F64: &sumPool[float64]{mean: mean}}
}

// poolShape checks the inputs of a pooling and returns its batch and features.
func poolShape[T Float](in []Value[T]) (batch, features int, err error) {
	x, lengths := in[0], in[1]
	if err := wantRank("the rows", x, 2); err != nil {
		return 0, 0, err
	}
	if err := wantRank("the lengths", lengths, 1); err != nil {
		return 0, 0, err
	}
	_, err = Lengths(lengths.Ints, x.Rows())
	return lengths.Rows(), x.Cols(), err
}

type sumPool[T Float] struct {
	mean bool
	dx   whole[T]
}

func (p *sumPool[T]) Shape(in []Value[T]) ([]int, error) {
	batch, features, err := poolShape(in)
	return []int{batch, features}, err
}

// factor is what each row of a sequence of n rows counts.
func (p *sumPool[T]) factor(n int) T {
	if p.mean {
		return 1 / T(n)
	}
	return 1
}

func (p *sumPool[T]) Forward(in []Value[T], y Value[T]) error {
	x, f := in[0].Data, in[0].Cols()
	clear(y.Data)
	for s, n := range in[1].Ints {
		out := y.Data[s*f : (s+1)*f]
		for range n {
			for j, v := range x[:f] {
				out[j] += v
			}
			x = x[f:]
		}
		if p.mean && n > 0 {
			for j := range out {
				out[j] /= T(n)
			}
		}
	}
	return nil
}

func (p *sumPool[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	f := in[0].Cols()
	dx := p.dx.of(din[0], len(in[0].Data))
	at := 0
	for s, n := range in[1].Ints {
		g := dy.Data[s*f : (s+1)*f]
		for range n {
			c := p.factor(n)
			for j, v := range g {
				dx[at+j] = c * v
			}
			at += f
		}
	}
	clear(dx[at:]) // the row of a batch that is empty throughout
	p.dx.give(din[0], dx)
	return nil
}

type maxPool[T Float] struct {
	winner []int // for each sequence and feature the row that won, −1 for none
	dx     whole[T]
}

func (p *maxPool[T]) Shape(in []Value[T]) ([]int, error) {
	batch, features, err := poolShape(in)
	return []int{batch, features}, err
}

func (p *maxPool[T]) Forward(in []Value[T], y Value[T]) error {
	x, f := in[0].Data, in[0].Cols()
	p.winner = grow(p.winner, len(y.Data))
	row := 0
	for s, n := range in[1].Ints {
		out, won := y.Data[s*f:(s+1)*f], p.winner[s*f:(s+1)*f]
		if n == 0 {
			clear(out)
			for j := range won {
				won[j] = -1
			}
			continue
		}
		copy(out, x[row*f:(row+1)*f])
		for j := range won {
			won[j] = row
		}
		for r := row + 1; r < row+n; r++ {
			for j, v := range x[r*f : (r+1)*f] {
				if v > out[j] || v != v { // a NaN wins, so that it is seen
					out[j], won[j] = v, r
				}
			}
		}
		row += n
	}
	return nil
}

func (p *maxPool[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	return scatterWinners(&p.dx, in[0], p.winner, in[0].Cols(), dy.Data, din[0])
}

// scatterWinners gives each winner the gradient of what it won: winner i won a
// place of feature i mod features.
func scatterWinners[T Float](w *whole[T], x Value[T], winner []int, features int, dy []T, g Grad[T]) error {
	dx := w.of(g, len(x.Data))
	clear(dx)
	for i, r := range winner {
		if r >= 0 {
			dx[r*features+i%features] += dy[i]
		}
	}
	w.give(g, dx)
	return nil
}

// KMaxPool keeps the k largest values over time of each feature, in the order of
// time:
//
//	x (total, features), lengths (batch) → y (batch, k·features)
//
// Element i·features + j of a row of y is the i-th of what is kept of feature j.
// Where a sequence has fewer than k rows the places behind them are 0. Of equal
// values the earlier is kept.
//
// Inputs: x, lengths. Source: Kalchbrenner, Grefenstette & Blunsom 2014, A
// convolutional neural network for modelling sentences, section 3.2.
func KMaxPool(k int) (Spec, error) {
	if k < 1 {
		return Spec{}, fmt.Errorf("k-max pooling wants a k of at least 1, got %d", k)
	}
	return Spec{Name: "k-max-pool", F32: &kMaxPool[float32]{k: k}, F64: &kMaxPool[float64]{k: k}}, nil
}

type kMaxPool[T Float] struct {
	k      int
	winner []int // (batch, k, features), −1 for none
	kept   []int // rows kept so far of one feature, in the order of time
	dx     whole[T]
}

func (p *kMaxPool[T]) Shape(in []Value[T]) ([]int, error) {
	batch, features, err := poolShape(in)
	return []int{batch, p.k * features}, err
}

func (p *kMaxPool[T]) Forward(in []Value[T], y Value[T]) error {
	x, f := in[0].Data, in[0].Cols()
	p.winner = grow(p.winner, len(y.Data))
	row := 0
	for s, n := range in[1].Ints {
		at := s * p.k * f
		for j := range f {
			p.keep(x, f, j, row, row+n)
			for i := range p.k {
				place := at + i*f + j
				y.Data[place], p.winner[place] = 0, -1
				if i < len(p.kept) {
					r := p.kept[i]
					y.Data[place], p.winner[place] = x[r*f+j], r
				}
			}
		}
		row += n
	}
	return nil
}

// keep finds the rows from up to to with the k largest values of feature j.
func (p *kMaxPool[T]) keep(x []T, f, j, from, to int) {
	p.kept = p.kept[:0]
	for r := from; r < to; r++ {
		p.kept = append(p.kept, r)
		if len(p.kept) <= p.k {
			continue
		}
		least := 0 // the smallest, of equal ones the latest; a NaN counts as larger than all, so that it is seen
		for i, q := range p.kept {
			if v, smallest := x[q*f+j], x[p.kept[least]*f+j]; v <= smallest || smallest != smallest {
				least = i
			}
		}
		p.kept = append(p.kept[:least], p.kept[least+1:]...)
	}
}

func (p *kMaxPool[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	return scatterWinners(&p.dx, in[0], p.winner, in[0].Cols(), dy.Data, din[0])
}
