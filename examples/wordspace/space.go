package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seed6481993f/verso/embedding/fasttext"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/cli"
	"github.com/seed6481993f/verso/examples/internal/glove"
)

// space is word vectors and where they come from.
type space struct {
	name  string
	v     *vectors.Vectors
	model *fasttext.Model // makes vectors of unknown words; nil: none
}

// fastTextMagic begins the models of fastText.
var fastTextMagic = []byte{0xba, 0x16, 0x4f, 0x2f}

// loadSpace reads vectors of any form, or those that come along.
func loadSpace(path string) (*space, error) {
	s := &space{name: path}
	var err error
	if path == "" {
		s.name = glove.Name
		s.v, err = glove.Load()
		return s, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	start, _ := io.ReadAll(io.LimitReader(f, int64(len(fastTextMagic))))
	f.Close()
	if bytes.Equal(start, fastTextMagic) {
		if s.model, err = fasttext.ReadFile(path); err != nil {
			return nil, err
		}
		s.v, err = s.model.Vectors()
	} else {
		s.v, err = vectors.LoadFile(path, vectors.Options{InvalidUTF8: vectors.UTF8Replace}) // the word2vec program cuts long words
	}
	if err == nil && s.v.Len() == 0 {
		err = fmt.Errorf("%s: no words", path)
	}
	return s, err
}

// grammar is what a question may be.
const grammar = `  word                     the nearest words
  word word                their similarity
  word word word …         the odd one out
  king - man + woman       what is to king as woman is to man
`

// answer answers a question, in whole lines.
func (s *space) answer(question string, top int) (string, error) {
	fields := strings.Fields(strings.NewReplacer("−", "-").Replace(question))
	q, plain := vectors.Query{}, true
	weight := float32(1)
	for i, f := range fields {
		switch {
		case isSign(f) && (i == len(fields)-1 || plain && len(q.Terms) > 1):
			return "", fmt.Errorf("want words alone, or + or - between all of them, got %q", question)
		case f == "+":
			weight, plain = 1, false
		case f == "-":
			weight, plain = -1, false
		default:
			if !plain && !isSign(fields[i-1]) {
				return "", fmt.Errorf("want + or - between %q and %q", fields[i-1], f)
			}
			term, err := s.term(f)
			if err != nil {
				return "", err
			}
			term.Weight = weight
			q.Terms = append(q.Terms, term)
		}
	}
	switch {
	case len(q.Terms) == 0:
		return "", fmt.Errorf("want a word, got %q", question)
	case plain && len(q.Terms) == 2:
		a, b := s.row(q.Terms[0]), s.row(q.Terms[1])
		return fmt.Sprintf("  %.4f\n", vectors.Cosine(a, b)), nil
	case plain && len(q.Terms) > 2:
		odd, err := s.v.DoesntMatch(words(q.Terms)...)
		return fmt.Sprintf("  %s\n", odd), err
	}
	matches, err := s.v.MostSimilar(q, top)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, m := range matches {
		fmt.Fprintf(&b, "  %-20s %.4f\n", m.Word, m.Score)
	}
	return b.String(), nil
}

func isSign(field string) bool { return field == "+" || field == "-" }

// term looks a word up as it is and in lower case; fastText knows all words.
func (s *space) term(word string) (vectors.Term, error) {
	for _, w := range []string{word, strings.ToLower(word)} {
		if _, ok := s.v.Index(w); ok {
			return vectors.Term{Word: w}, nil
		}
	}
	if s.model != nil {
		v, err := s.model.Vector(word)
		if norm := float32(vectors.Norm(v)); norm > 0 {
			for i := range v {
				v[i] /= norm // as much as the words beside it
			}
		}
		return vectors.Term{Word: word, Vector: v}, err
	}
	return vectors.Term{}, fmt.Errorf("the vectors do not know %q", word)
}

func (s *space) row(t vectors.Term) []float32 {
	if t.Vector != nil {
		return t.Vector
	}
	row, _ := s.v.Row(t.Word)
	return row
}

func words(terms []vectors.Term) []string {
	var list []string
	for _, t := range terms {
		list = append(list, t.Word)
	}
	return list
}

// converse answers the lines of a conversation until it ends.
func (s *space) converse(ctx context.Context, in io.Reader, t *terminal, top int) error {
	t.Printf("%d words of %d numbers: %s\n%s", s.v.Len(), s.v.Dim(), s.name, grammar)
	t.Printf("> ")
	for line, err := range cli.Lines(ctx, in) {
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) != "" {
			answer, err := s.answer(line, top)
			if err != nil {
				answer = fmt.Sprintf("  %v\n", err)
			}
			t.Printf("%s", answer)
		}
		t.Printf("> ")
	}
	t.Printf("\n")
	return ctx.Err()
}
