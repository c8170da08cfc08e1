package recurrent

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Options say how [LanguageModel.Generate] goes on. They are taken literally:
// start from [DefaultOptions].
type Options struct {
	verso.Sampling        // temperature, top-k and top-p
	Seed           uint64 // of the draws; default 1
	Length         int    // most tokens; default 100
	// Stop ends the text when it is drawn, and is not part of it; default "":
	// nothing does.
	Stop string
	// Unknown lets [Unknown] be drawn; default false.
	Unknown bool
}

// DefaultOptions returns 100 tokens drawn from the model's own distribution.
func DefaultOptions() Options {
	return Options{Sampling: verso.DefaultSampling(), Seed: 1, Length: 100}
}

// Token is one that [LanguageModel.Generate] drew, or that may come next by
// [LanguageModel.Next].
type Token struct {
	ID          int
	Text        string
	Probability float64 // the model's; of a drawn one after temperature, top-k and top-p
}

// Generate goes on from a prompt, a token at a time; [LanguageModel.Join] makes a
// text of them. The same model, prompt and options give the same tokens.
//
// An empty prompt is the beginning of a line. A prompt with a token that the model
// does not know is an [ErrToken] that names it; options out of their range are a
// verso.ErrConfig. An error, that of ctx among them, ends the sequence.
//
// Cost: the weights are copied once, into the layout of the products; then, a
// token, that of [Cell], and 2·tokens·hidden for the logits. With a Window the
// window is read anew for each token.
func (m *LanguageModel) Generate(ctx context.Context, prompt string, o Options) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if err := m.generate(ctx, prompt, o, yield); err != nil {
			yield(Token{}, err)
		}
	}
}

func (m *LanguageModel) generate(ctx context.Context, prompt string, o Options, yield func(Token, error) bool) error {
	sampler, err := verso.NewSampler(o.Sampling, o.Seed)
	if err != nil {
		return err
	}
	if o.Length < 0 {
		return fmt.Errorf("%w: Length wants at least 0, got %d", verso.ErrConfig, o.Length)
	}
	stop := -1
	if o.Stop != "" {
		if stop, err = m.known(o.Stop); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
	}
	text, err := m.prompt(prompt)
	if err != nil {
		return err
	}
	s, err := m.stepper()
	if err != nil {
		return err
	}
	unk, hasUnk := m.words.Unk()
	state, unread := s.cell.NewState(1), text
	logits := make([]float32, m.words.Len())
	for range o.Length {
		if n := m.cfg.Window; n > 0 {
			text = text[max(0, len(text)-n):]
			state, unread = s.cell.NewState(1), text
		}
		if err := s.read(ctx, unread, state, logits); err != nil {
			return err
		}
		if hasUnk && !o.Unknown {
			logits[unk] = float32(math.Inf(-1))
		}
		id, p, err := sampler.Next(logits)
		if err != nil {
			return err
		}
		if id == stop {
			return nil
		}
		word, _ := m.words.Word(id)
		if !yield(Token{ID: id, Text: word, Probability: p}, nil) {
			return nil
		}
		unread = []int{id}
		text = append(text, id)
	}
	return nil
}

// prompt returns the numbers of a prompt's tokens, at least one.
func (m *LanguageModel) prompt(prompt string) ([]int, error) {
	var ids []int
	for t := range m.cfg.tokens(prompt) {
		id, err := m.known(t)
		if err != nil {
			return nil, fmt.Errorf("prompt, token %d: %w", len(ids)+1, err)
		}
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		return ids, nil
	}
	id, err := m.known(m.cfg.lineEnd())
	if err != nil {
		return nil, fmt.Errorf("%w: a prompt is wanted, as the model has learned no line's beginning", ErrText)
	}
	return []int{id}, nil
}

// known returns the number of a token that has one of its own.
func (m *LanguageModel) known(token string) (int, error) {
	id, ok := m.words.ID(token)
	if !ok {
		return 0, fmt.Errorf("%w: the vocabulary of %d has no %.100q", ErrToken, m.words.Len(), token)
	}
	return id, nil
}

// stepper reads tokens one at a time, by a copy of the weights.
type stepper struct {
	cell  *Cell
	table []float32
	dim   int
	out   kernel.Packed[float32]
	bias  []float32
}

func (m *LanguageModel) stepper() (*stepper, error) {
	cell, err := NewCell(m.net.layer)
	if err != nil {
		return nil, err
	}
	s := &stepper{cell: cell, table: m.net.table.Float32s(), dim: m.cfg.Dim, bias: m.net.out.Bias.Float32s()}
	s.out.Pack(true, m.cfg.Hidden, m.words.Len(), m.net.out.Weight.Float32s(), m.cfg.Hidden)
	return s, nil
}

// read makes a step for each token and leaves the logits after the last.
func (s *stepper) read(ctx context.Context, ids []int, state *CellState, logits []float32) error {
	var h []float32
	for _, id := range ids {
		err := ctx.Err()
		if err != nil {
			return fmt.Errorf("reading a prompt, or writing on: %w", err)
		}
		if h, err = s.cell.Step(s.table[id*s.dim:(id+1)*s.dim], state); err != nil {
			return err
		}
	}
	kernel.GemmPacked(kernel.Options[float32]{Bias: s.bias}, false, 1, 1, h, len(h), &s.out, 0, logits, len(logits))
	return nil
}
