package recurrent

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Next returns the k likeliest tokens to come after a prompt with their
// probabilities, the likeliest first, of equal ones the lower number; all tokens
// where k is above their number. [Unknown] is one of them: it stands for all tokens
// that the vocabulary does not hold.
//
// Prompts are those of [LanguageModel.Generate], and so are errors; a k below 1 is
// a verso.ErrConfig.
func (m *LanguageModel) Next(ctx context.Context, prompt string, k int) ([]Token, error) {
	if k < 1 {
		return nil, fmt.Errorf("%w: Next wants at least 1 token, got %d", verso.ErrConfig, k)
	}
	text, err := m.prompt(prompt)
	if err != nil {
		return nil, err
	}
	s, err := m.stepper()
	if err != nil {
		return nil, err
	}
	if n := m.cfg.Window; n > 0 {
		text = text[max(0, len(text)-n):]
	}
	p := make([]float32, m.words.Len())
	if err := s.read(ctx, text, s.cell.NewState(1), p); err != nil {
		return nil, err
	}
	kernel.SoftmaxRows(1, len(p), p, p)
	if sum := kernel.Sum(p); math.IsNaN(float64(sum)) {
		return nil, fmt.Errorf("%w: the probabilities after the prompt add up to %v", verso.ErrNotFinite, sum)
	}
	out := make([]Token, len(p))
	for id := range p {
		out[id].ID, out[id].Probability = id, float64(p[id])
		out[id].Text, _ = m.words.Word(id)
	}
	slices.SortStableFunc(out, func(a, b Token) int { return cmp.Compare(b.Probability, a.Probability) })
	return slices.Clone(out[:min(k, len(out))]), nil
}
