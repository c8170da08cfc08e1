package multimodal

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

func (c Config) validate() error {
	bad := func(what string, got any) error {
		return fmt.Errorf("%w: %s, got %v", verso.ErrConfig, what, got)
	}
	texts, visuals := []Level{Bag, NGrams, WordVectors, GRU, Convolution}, []Level{Frames, GRU, Convolution}
	if err := checkLevels("text", c.Text.Levels, texts, c.Text.Sequence); err != nil {
		return err
	}
	if err := checkLevels("visual", c.Visual.Levels, visuals, c.Visual.Sequence); err != nil {
		return err
	}
	for _, h := range []HeadConfig{c.Text.Head, c.Visual.Head} {
		if err := h.validate(); err != nil {
			return err
		}
	}
	t, p := c.Text, c.Visual.Prepare
	switch {
	case len(t.Head.Sizes) == 0:
		return bad("the text side wants a head", t.Head.Sizes)
	case len(t.Norms) > len(t.Levels) || slices.ContainsFunc(t.Norms, func(v float64) bool { return !(v >= 0) || math.IsInf(v, 0) }):
		return bad(fmt.Sprintf("norms want at most %d finite numbers of 0 or more", len(t.Levels)), t.Norms)
	case slices.ContainsFunc(t.normed(), Level.network):
		return bad(fmt.Sprintf("norms above 0 are for %q, %q and %q", Bag, NGrams, WordVectors), t.normed())
	case t.MinCount < 0 || t.MaxWords < 0 || c.Visual.MaxFrames < 0:
		return bad("least count, most words and most frames want 0 or more", []int{t.MinCount, t.MaxWords, c.Visual.MaxFrames})
	case slices.Contains(t.Levels, NGrams) && (t.NGram[0] < 1 || t.NGram[1] < t.NGram[0]):
		return bad("runs of characters want 1 ≤ shortest ≤ longest", t.NGram)
	case hasRows(t.Levels) && t.Dim < 1:
		return bad("word vectors want a width of at least 1", t.Dim)
	case t.FrozenWords && t.Marks:
		return bad("marks have no given vectors: frozen words want none", t.Marks)
	case t.StopWords != "" && stopWordLists[t.StopWords] == nil:
		return bad(fmt.Sprintf("the stop words want to be \"\" or one of %q", StopWordLists()), t.StopWords)
	case p.Components < 0 || !(p.Whiten >= 0 && p.Whiten <= 1):
		return bad("preparing wants 0 or more components, whitened from 0 to 1", p)
	case c.Loss.Kind == SquaredError && p.Components > 0 && t.Head.Output == verso.ReLU:
		return bad("visual vectors without their mean have both signs, which a text side that ends in ReLU never has: components want another output", p.Components)
	}
	if _, err := tokenizer(t.Tokenizer); err != nil {
		return err
	}
	return c.Loss.validate()
}

func (l LossConfig) validate() (err error) {
	d := op.Direction(cmp.Or(l.Direction, verso.BothWays))
	switch l.Kind {
	case SquaredError:
		return nil
	case Triplet:
		_, err = op.Triplet(op.TripletConfig{Margin: l.Margin, Hardest: l.Hardest, Direction: d, Reduction: op.Reduction(l.Reduction)})
	case Contrastive:
		_, err = op.InfoNCE(op.InfoNCEConfig{Temperature: l.Temperature, Direction: d})
	default:
		return fmt.Errorf("%w: the loss wants to be %q, %q or %q, got %q", verso.ErrConfig, SquaredError, Triplet, Contrastive, l.Kind)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", verso.ErrConfig, err)
	}
	return nil
}

// normed are the levels that are given a norm.
func (t TextConfig) normed() (levels []Level) {
	for i, v := range t.Norms {
		if v > 0 {
			levels = append(levels, t.Levels[i])
		}
	}
	return levels
}

func checkLevels(side string, levels, known []Level, s SequenceConfig) error {
	seen := map[Level]bool{}
	for _, l := range levels {
		if !slices.Contains(known, l) || seen[l] {
			return fmt.Errorf("%w: the %s side wants different levels out of %q, got %q", verso.ErrConfig, side, known, levels)
		}
		seen[l] = true
	}
	switch {
	case len(levels) == 0:
		return fmt.Errorf("%w: the %s side wants at least one level out of %q", verso.ErrConfig, side, known)
	case (seen[GRU] || seen[Convolution]) && s.Hidden < 1:
		return fmt.Errorf("%w: the GRU of the %s side wants at least 1 unit, got %d", verso.ErrConfig, side, s.Hidden)
	case seen[Convolution] && (len(s.Widths) == 0 || slices.Min(s.Widths) < 1 || s.Maps < 1):
		return fmt.Errorf("%w: the filters of the %s side want widths and maps of at least 1, got widths %v, %d maps", verso.ErrConfig, side, s.Widths, s.Maps)
	case !(s.Dropout >= 0 && s.Dropout < 1 && s.InputDropout >= 0 && s.InputDropout < 1):
		return fmt.Errorf("%w: dropout wants numbers from 0 to below 1, got %v and %v", verso.ErrConfig, s.InputDropout, s.Dropout)
	}
	return nil
}

func (h HeadConfig) validate() error {
	for i, n := range h.Sizes {
		if n < 0 || n == 0 && i < len(h.Sizes)-1 {
			return fmt.Errorf("%w: widths of a head want at least 1, and 0 only as the last, got %v", verso.ErrConfig, h.Sizes)
		}
	}
	if !(h.Dropout >= 0 && h.Dropout < 1) {
		return fmt.Errorf("%w: dropout wants a number from 0 to below 1, got %v", verso.ErrConfig, h.Dropout)
	}
	return nil
}
