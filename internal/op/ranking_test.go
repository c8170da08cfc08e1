package op_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/gradcheck"
	"github.com/seed6481993f/verso/internal/op"
)

// rankingInputs are random scores of n pairs and ids of which some are equal.
func rankingInputs(rng *rand.Rand, n int) []gradcheck.Input {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = rng.IntN(1 + 2*n/3)
	}
	return []gradcheck.Input{gradcheck.Random(rng, 1, n, n), gradcheck.Ints(ids...)}
}

func rankingBatches(rng *rand.Rand) (out [][]gradcheck.Input) {
	for _, n := range []int{4, 1, 9, 2, 20, 3} {
		out = append(out, rankingInputs(rng, n))
	}
	return out
}

func TestTripletGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for _, hardest := range []bool{false, true} {
		for _, d := range []verso.Direction{verso.BothWays, verso.RowsToColumns, verso.ColumnsToRows} {
			for _, r := range []verso.Reduction{verso.ReduceSum, verso.ReduceMean} {
				t.Run(fmt.Sprint(hardest, d, r), func(t *testing.T) {
					c := verso.TripletConfig{Margin: 0.4, Hardest: hardest, Direction: d, Reduction: r}
					f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
						return verso.TripletRanking(g, in[0], c, in[1:]...)
					}
					gradcheck.Check(t, rankingInputs(rng, 17), f)
					gradcheck.Check(t, rankingInputs(rng, 6)[:1], f)
					gradcheck.Dynamic(t, rankingBatches(rng), f)
				})
			}
		}
	}
}

// plainTriplet is the loss as its equation reads.
func plainTriplet(s []float64, n int, ids []int, c op.TripletConfig) float64 {
	sum := 0.0
	for i := range n {
		for _, row := range []bool{true, false} {
			if row && c.Direction == op.ColToRows || !row && c.Direction == op.RowsToCol {
				continue
			}
			worst := 0.0
			for j := range n {
				v := s[j*n+i]
				if row {
					v = s[i*n+j]
				}
				h := max(0, c.Margin+v-s[i*n+i])
				switch {
				case j == i || ids[i] == ids[j]:
				case c.Hardest:
					worst = max(worst, h)
				default:
					sum += h
				}
			}
			sum += worst
		}
	}
	switch {
	case c.Reduction == op.ReduceSum:
		return sum
	case c.Hardest:
		return sum / float64(n)
	}
	return sum / float64(n*n)
}

func TestTripletEqualsItsEquation(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	for _, n := range []int{1, 2, 5, 33} {
		in := rankingInputs(rng, n)
		for _, hardest := range []bool{false, true} {
			for _, d := range []op.Direction{op.BothWays, op.RowsToCol, op.ColToRows} {
				for _, r := range []op.Reduction{op.ReduceSum, op.ReduceMean} {
					c := op.TripletConfig{Margin: 0.3, Hardest: hardest, Direction: d, Reduction: r}
					y := forward(t, must(op.Triplet(c)).F64, matrix(n, in[0].Data...), ints[float64](in[1].Ints...))
					assert.InDelta(t, plainTriplet(in[0].Data, n, in[1].Ints, c), y.Data[0], 1e-12, "%+v", c)
				}
			}
		}
	}
}

func TestRankingPassesOverSharedIDs(t *testing.T) {
	// Pairs 0 and 1 show one picture; pairs 1 and 2 share a sentence.
	scores := matrix(3, 0.0, 9, 1, 9, 0, 9, 1, 9, 0)
	pictures, sentences := ints[float64](7, 7, 8), ints[float64](1, 2, 2)
	l := must(op.Triplet(op.TripletConfig{Margin: 0.5, Hardest: true, Direction: op.RowsToCol, Reduction: op.ReduceSum})).F64
	y := forward(t, l, scores, pictures, sentences)
	assert.InDelta(t, 3.0, y.Data[0], 1e-12, "only scores of pairs 0 and 2 compete, 1.5 each way")
	assert.Equal(t, []float64{-1, 0, 1, 0, 0, 0, 1, 0, -1}, backward(t, l, y, []float64{1}, scores, pictures, sentences)[0])

	n := must(op.InfoNCE(op.InfoNCEConfig{Temperature: 0.5, Direction: op.RowsToCol})).F64
	y = forward(t, n, scores, pictures, sentences)
	assert.InDelta(t, 2*math.Log(1+math.Exp(2))/3, y.Data[0], 1e-12)
	assert.Zero(t, backward(t, n, y, []float64{1}, scores, pictures, sentences)[0][1])
}

func TestInfoNCEGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for _, d := range []verso.Direction{verso.BothWays, verso.RowsToColumns, verso.ColumnsToRows} {
		f := func(g *verso.Graph, in []*gorgonia.Node) *gorgonia.Node {
			return verso.InfoNCE(g, in[0], verso.InfoNCEConfig{Temperature: 0.6, Direction: d}, in[1:]...)
		}
		gradcheck.Check(t, rankingInputs(rng, 17), f)
		gradcheck.Check(t, rankingInputs(rng, 5)[:1], f)
		gradcheck.Dynamic(t, rankingBatches(rng), f)
	}
}

// TestInfoNCEIsCrossEntropy compares with the loss over the same scores, where
// no pairs share an id.
func TestInfoNCEIsCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	const n = 9
	s := gradcheck.Random(rng, 1, n, n).Data
	labels := make([]int, n)
	scaled, turned := make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		labels[i] = i
		for j := range n {
			scaled[i*n+j], turned[j*n+i] = s[i*n+j]/0.1, s[i*n+j]/0.1
		}
	}
	ce := must(op.CrossEntropy(op.CrossEntropyConfig{Axis: -1, IgnoreIndex: -100, Reduction: op.ReduceMean, Mode: &op.Mode{}})).F64
	rows := forward(t, ce, matrix(n, scaled...), ints[float64](labels...)).Data[0]
	cols := forward(t, ce, matrix(n, turned...), ints[float64](labels...)).Data[0]
	for d, want := range map[op.Direction]float64{op.RowsToCol: rows, op.ColToRows: cols, op.BothWays: (rows + cols) / 2} {
		y := forward(t, must(op.InfoNCE(op.InfoNCEConfig{Temperature: 0.1, Direction: d})).F64, matrix(n, s...))
		assert.InDelta(t, want, y.Data[0], 1e-12, d)
	}
}

func TestRankingRefuses(t *testing.T) {
	l := must(op.Triplet(op.TripletConfig{Direction: op.BothWays})).F64
	assert.ErrorContains(t, shapeError(l, matrix(3, 1.0, 2, 3)), "square matrix, got [1 3]")
	assert.ErrorContains(t, shapeError(l, matrix(1, 1.0), ints[float64](1, 2)), "want 1 ids, got [2]")
	for _, c := range []op.TripletConfig{
		{Direction: "up"}, {Direction: op.BothWays, Margin: -1}, {Direction: op.BothWays, Margin: math.NaN()}, {Direction: op.BothWays, Reduction: op.ReduceNone},
	} {
		_, err := op.Triplet(c)
		assert.Error(t, err, "%+v", c)
	}
	for _, c := range []op.InfoNCEConfig{{Direction: op.BothWays}, {Temperature: 1, Direction: "up"}} {
		_, err := op.InfoNCE(c)
		assert.Error(t, err, "%+v", c)
	}
}
