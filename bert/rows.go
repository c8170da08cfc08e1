package bert

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// positions numbers the rows of each sequence from 0. A sequence of more rows
// than there are positions is [verso.ErrInput] when the graph runs.
func positions(g *verso.Graph, lengths *gorgonia.Node, most int) *gorgonia.Node {
	return g.ApplyInt("positions", op.IntSpec{Name: "positions", F: func(out []int, in ...[]int) ([]int, error) {
		for i, n := range in[0] {
			if n > most {
				return nil, fmt.Errorf("%w: sequence %d has %d pieces, the model has %d positions", op.ErrInput, i, n, most)
			}
			for p := range n {
				out = append(out, p)
			}
		}
		if len(out) == 0 {
			out = append(out, 0) // the row that no length covers
		}
		return out, nil
	}}, lengths)
}

// within returns the numbers of at once each has been found in its sequence, whose
// lengths are given, behind the one before it. Without any row there is a −1.
func within(g *verso.Graph, at Rows, lengths *gorgonia.Node) *gorgonia.Node {
	return g.ApplyInt("rows", op.IntSpec{Name: "rows", F: func(out []int, in ...[]int) ([]int, error) {
		numbers, counts, lengths := in[0], in[1], in[2]
		if len(counts) != len(lengths) {
			return nil, fmt.Errorf("%w: rows of %d sequences, there are %d", op.ErrInput, len(counts), len(lengths))
		}
		k, begin := 0, 0
		for i, n := range counts {
			end, least := begin+lengths[i], begin
			for range n {
				if k == len(numbers) {
					return nil, fmt.Errorf("%w: %d rows, sequence %d wants more", op.ErrInput, k, i)
				}
				if r := numbers[k]; r < least || r >= end {
					return nil, fmt.Errorf("%w: row %d of sequence %d, want one from %d to below %d", op.ErrInput, r, i, least, end)
				}
				least = numbers[k] + 1
				k++
			}
			begin = end
		}
		if k < len(numbers) && !(k == 0 && len(numbers) == 1 && numbers[0] == -1) {
			return nil, fmt.Errorf("%w: %d rows, the sequences want %d", op.ErrInput, len(numbers), k)
		}
		return append(out, numbers...), nil
	}}, at.Numbers, at.Lengths, lengths)
}

// firstRows returns the number of the first row of each sequence that has one,
// one behind another; of no such sequence, the row that no length covers.
func firstRows(g *verso.Graph, lengths *gorgonia.Node) *gorgonia.Node {
	return g.ApplyInt("first rows", op.IntSpec{Name: "first rows", F: func(out []int, in ...[]int) ([]int, error) {
		at := 0
		for _, n := range in[0] {
			if n > 0 {
				out = append(out, at)
			}
			at += n
		}
		if len(out) == 0 {
			out = append(out, 0)
		}
		return out, nil
	}}, lengths)
}

// atMostOne returns 1 for each sequence that has rows, 0 for an empty one.
func atMostOne(g *verso.Graph, lengths *gorgonia.Node) *gorgonia.Node {
	return g.ApplyInt("rows there", op.IntSpec{Name: "rows there", F: func(out []int, in ...[]int) ([]int, error) {
		for _, n := range in[0] {
			out = append(out, min(n, 1))
		}
		return out, nil
	}}, lengths)
}

// starts returns where each sequence begins, −1 for an empty one.
func starts(g *verso.Graph, lengths *gorgonia.Node) *gorgonia.Node {
	return g.ApplyInt("starts", op.IntSpec{Name: "starts", F: func(out []int, in ...[]int) ([]int, error) {
		at := 0
		for _, n := range in[0] {
			if n > 0 {
				out = append(out, at)
			} else {
				out = append(out, -1)
			}
			at += n
		}
		return out, nil
	}}, lengths)
}
