package loglinear

import (
	"fmt"
	"math"
)

// Objective says how a hidden vector is to know its target: by Negatives drawn from Noise, by a path of Tree, or by both. With both, rows
// 0 … Noise.Len()-1 of Out are targets and the inner nodes of Tree lie behind them. Or it looks at all of so many targets ([Learner.LearnFull]).
type Objective struct {
	Noise     *Noise
	Negatives int  // a target; 0: no negative sampling
	Redraw    bool // a negative that is the target is drawn again, as in fastText; else it is left out, as in word2vec
	Tree      *Huffman
	Full      int // 0: no
}

// Rows is the number of rows that table Out needs.
func (o Objective) Rows() (n int) {
	if o.Negatives > 0 {
		n += o.Noise.Len()
	}
	if o.Tree != nil {
		n += o.Tree.Len() - 1
	}
	return n + o.Full
}

// targets is how many things can be told apart.
func (o Objective) targets() int {
	n := math.MaxInt
	if o.Full > 0 {
		n = o.Full
	}
	if o.Negatives > 0 && o.Noise != nil {
		n = o.Noise.Len()
	}
	if o.Tree != nil {
		n = min(n, o.Tree.Len())
	}
	return n
}

// check tells whether each of so many targets can be learned with these tables.
func (o Objective) check(targets int) error {
	switch {
	case o.Negatives < 0:
		return fmt.Errorf("%w: %d negatives, want 0 or more", ErrConfig, o.Negatives)
	case o.Negatives == 0 && o.Tree == nil && o.Full == 0:
		return fmt.Errorf("%w: neither negatives nor a tree", ErrConfig)
	case o.Full < 0 || o.Full > 0 && (o.Negatives > 0 || o.Tree != nil):
		return fmt.Errorf("%w: all of %d targets, and others", ErrConfig, o.Full)
	case o.Negatives > 0 && o.Noise == nil:
		return fmt.Errorf("%w: %d negatives, and nothing to draw them from", ErrConfig, o.Negatives)
	case o.Rows() != targets:
		return fmt.Errorf("%w: %d rows for targets, want %d", ErrConfig, targets, o.Rows())
	}
	return nil
}
