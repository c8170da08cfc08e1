package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// analogyFigures are the outcome of the analogies.
type analogyFigures struct {
	all, semantic, syntactic vectors.AnalogyScore
	baseline                 float64
}

// judgeAnalogies asks a section at a time, so that a bar can move.
func judgeAnalogies(ctx context.Context, o options, s *space, sections []vectors.AnalogySection, t *terminal) (analogyFigures, error) {
	var f analogyFigures
	t.Begin("analogies")
	t.Printf("\n%-30s %7s %6s of %5s\n", "a is to b as c is to d", "right", "asked", "all")
	for i, section := range sections {
		report, err := s.v.EvaluateAnalogies(ctx, []vectors.AnalogySection{section}, o.evaluate())
		if err != nil {
			return f, err
		}
		add(&f.all, report.All)
		add(&f.semantic, report.Semantic)
		add(&f.syntactic, report.Syntactic)
		t.score(section.Name, report.All)
		t.Advance(float64(i+1) / float64(len(sections)+1))
	}
	if f.all.Asked == 0 {
		return f, errors.New("the vectors know all words of none of the analogies")
	}
	t.score("all", f.all)
	right, err := nearestToC(ctx, o, s, sections)
	if err != nil {
		return f, err
	}
	f.baseline = float64(right) / float64(f.all.Asked)
	t.Printf("baseline, the word nearest to c: %.4f\n", f.baseline)
	return f, nil
}

func add(sum *vectors.AnalogyScore, s vectors.AnalogyScore) {
	sum.Correct, sum.Asked, sum.Total = sum.Correct+s.Correct, sum.Asked+s.Asked, sum.Total+s.Total
}

// nearestToC counts the questions that are right without a and b: by the word that is
// nearest to c.
func nearestToC(ctx context.Context, o options, s *space, sections []vectors.AnalogySection) (right int, err error) {
	var queries []vectors.Query
	place := map[string]int{} // of the query of a word c
	for _, section := range sections {
		for _, q := range section.Questions {
			term, err := s.known(q.C, o.restrict)
			if _, ok := place[q.C]; err == nil && !ok {
				place[q.C] = len(queries)
				queries = append(queries, vectors.Query{Positive: []string{term}, To: o.rows(s)})
			}
		}
	}
	nearest, err := s.v.MostSimilarAll(ctx, queries, 3, o.evaluate().Workers)
	if err != nil {
		return 0, err
	}
	for _, section := range sections {
		for _, q := range section.Questions {
			i, ok := place[q.C]
			if !ok {
				continue
			}
			for _, m := range nearest[i] {
				if !strings.EqualFold(m.Word, q.A) && !strings.EqualFold(m.Word, q.B) && !strings.EqualFold(m.Word, q.C) {
					if strings.EqualFold(m.Word, q.D) {
						right++
					}
					break
				}
			}
		}
	}
	return right, nil
}

// rows is how many words are searched.
func (o options) rows(s *space) int {
	if o.restrict == 0 {
		return s.v.Len()
	}
	return min(o.restrict, s.v.Len())
}

// known finds a word as it is or in lower case.
func (s *space) known(word string, restrict int) (string, error) {
	for _, w := range []string{word, strings.ToLower(word)} {
		if i, ok := s.v.Index(w); ok && (restrict == 0 || i < restrict) {
			return w, nil
		}
	}
	return "", fmt.Errorf("%w: %q", vectors.ErrUnknown, word)
}

// pairFigures are the outcome of the pairs.
type pairFigures struct {
	report   vectors.PairsReport
	baseline float64
}

func judgePairs(o options, s *space, pairs []vectors.WordPair, t *terminal) (pairFigures, error) {
	var f pairFigures
	var err error
	if f.report, err = s.v.EvaluatePairs(pairs, o.evaluate()); err != nil {
		return f, err
	}
	if math.IsNaN(f.report.Spearman) {
		return f, fmt.Errorf("%d of %d pairs have two known words, too few or too alike to be compared", f.report.Pairs, f.report.Total)
	}
	var want, got []float64
	for _, p := range pairs {
		_, a := s.known(p.A, o.restrict)
		_, b := s.known(p.B, o.restrict)
		if a == nil && b == nil {
			want, got = append(want, p.Score), append(got, spelling(strings.ToLower(p.A), strings.ToLower(p.B)))
		}
	}
	f.baseline = vectors.Spearman(want, got)
	t.Printf("\npairs of words: %d of %d, unknown %.1f %%\n", f.report.Pairs, f.report.Total, 100*f.report.UnknownRatio())
	t.Printf("  Spearman %.4f  Pearson %.4f\nbaseline, letters in common: Spearman %.4f\n", f.report.Spearman, f.report.Pearson, f.baseline)
	return f, nil
}

// spelling is how much the words have in common of their pairs of letters, 0 … 1 (Dice).
func spelling(a, b string) float64 {
	x, y := bigrams(a), bigrams(b)
	common := 0
	for g := range x {
		if y[g] {
			common++
		}
	}
	return 2 * float64(common) / float64(max(len(x)+len(y), 1))
}

func bigrams(word string) map[string]bool {
	set := map[string]bool{}
	letters := []rune("^" + word + "$")
	for i := range len(letters) - 1 {
		set[string(letters[i:i+2])] = true
	}
	return set
}
