package kernel

import "fmt"

// SGNSTargets is the most rows that one [SGNSStep] names.
const SGNSTargets = 6

// SGNSStep is a step of logistic regression of one input row on a few target rows: the word pair of word2vec with its negatives, or part of
// a path through a Huffman tree. A step of more targets, or one that names a row twice, is cut into several: the first has First set,
// the last has Last set, so one alone has both.
type SGNSStep struct {
	Out    [SGNSTargets]int32   // rows of out, all different; those behind Count are 0
	In     int32                // row of in
	Count  uint8                // of targets, 1 … SGNSTargets
	First  bool                 // the error starts from nothing, else from e
	Last   bool                 // the error is added to the input row, else left in e
	_      uint8                //
	Labels [SGNSTargets]float32 // 1 for a row that belongs to the input, 0 for one that does not
	_      [2]float32           // one cache line in all
}

// SGNS runs steps of logistic regression in order: in and out are tables of rows of dim numbers, e has dim numbers, and with h the input row
// and c_j the target rows, a step is
//
//	g_j = rate·(label_j - σ(h·c_j)),   e = Σ_j g_j·c_j,   c_j += g_j·h,   h += e
//
// (Mikolov et al. 2013, Distributed representations of words and phrases). h is the same for all targets of a step, and for all steps up to
// the Last one: the sums are those of word2vec's C program with an exact σ. It panics when a step names a row outside its table or no
// target; the steps before it are then done. float32 assembly passes twice over the rows of a step, the first time while it computes the
// scores, and asks for the rows of the next. Both widths of amd64 give the same bits. σ is within 3 ulp.
func SGNS[T Float](dim int, in, out, e []T, steps []SGNSStep, rate T) {
	sameLength(len(e), dim)
	if dim == 0 || len(steps) == 0 {
		return
	}
	rows, targets := len(in)/dim, len(out)/dim
	var done int
	if isFloat32[T]() {
		done = sgns32(dim, as[float32](in), as[float32](out), as[float32](e), steps, float32(rate))
	} else {
		done = sgnsGo(dim, in, out, e, steps, rate)
	}
	if done < len(steps) {
		panic(fmt.Sprintf("kernel: step %d is %+v, want rows of tables of %d and %d, and 1 … %d targets", done, steps[done], rows, targets, SGNSTargets))
	}
}

// valid tells whether a step stays inside tables of so many rows.
func (s *SGNSStep) valid(rows, targets int) bool {
	ok := s.Count >= 1 && s.Count <= SGNSTargets && s.In >= 0 && int(s.In) < rows
	for _, j := range s.Out {
		ok = ok && j >= 0 && int(j) < targets
	}
	return ok
}

// sgnsGo returns how many steps it did.
func sgnsGo[T Float](dim int, in, out, e []T, steps []SGNSStep, rate T) int {
	rows, targets := len(in)/dim, len(out)/dim
	for i := range steps {
		s := &steps[i]
		if !s.valid(rows, targets) {
			return i
		}
		if s.First {
			clear(e)
		}
		h := in[int(s.In)*dim:][:dim]
		for j, row := range s.Out[:s.Count] {
			c := out[int(row)*dim:][:dim]
			g := rate * (T(s.Labels[j]) - T(sigmoid(float64(Dot(h, c)))))
			Axpy(g, c, e)
			Axpy(g, h, c)
		}
		if s.Last {
			Add(h, h, e)
		}
	}
	return len(steps)
}
