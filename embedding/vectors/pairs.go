package vectors

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/seed6481993f/verso/internal/kernel"
)

// WordPair is two words and how similar people find them, on any scale.
type WordPair struct {
	A, B  string
	Score float64
}

// ReadPairs reads a pair a line: two words and a score, parted by tabs, in lines without
// a tab by commas, and in lines with neither by blanks. Between tabs or commas there may
// be more columns: the score is the first number after the two words. So the files of
// WordSim-353 (Finkelstein et al. 2002), MEN, SimLex-999, SimVerb-3500, Rare Words and
// others are read as they come.
//
// Lines that begin with "#", and a heading, which is a first line without a score, are
// passed over; another line that is no pair is [ErrLine].
func ReadPairs(r io.Reader) ([]WordPair, error) {
	var pairs []WordPair
	first := true
	err := eachLine(r, func(line string) error {
		if strings.HasPrefix(line, "#") {
			return nil
		}
		heading := first
		first = false
		fields, columns := pairFields(line)
		if len(fields) < 3 || len(fields) > 3 && !columns {
			return fmt.Errorf("%w: %d fields, want two words and a score: %.60q", ErrLine, len(fields), line)
		}
		score, err := firstScore(fields[2:])
		if err != nil && !heading {
			return err
		}
		if err == nil {
			pairs = append(pairs, WordPair{strings.TrimSpace(fields[0]), strings.TrimSpace(fields[1]), score})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return pairs, nil
}

// pairFields cuts a line up; columns tells that it does so at tabs or commas.
func pairFields(line string) (fields []string, columns bool) {
	for _, sep := range []string{"\t", ","} {
		if strings.Contains(line, sep) {
			return strings.Split(line, sep), true
		}
	}
	return strings.Fields(line), false
}

// firstScore returns the first number among the fields, or the error of the first field.
func firstScore(fields []string) (score float64, err error) {
	for i, field := range fields {
		x, bad := parseScore(field)
		if bad == nil {
			return x, nil
		}
		if i == 0 {
			err = bad
		}
	}
	return 0, err
}

// LoadPairs reads a file as [ReadPairs] does, gzipped if its name ends in ".gz".
func LoadPairs(path string) ([]WordPair, error) { return load(path, ReadPairs) }

func parseScore(field string) (float64, error) {
	score, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
	if err != nil || math.IsNaN(score) || math.IsInf(score, 0) {
		return 0, fmt.Errorf("%w: score %.40q, want a number", ErrLine, field)
	}
	return score, nil
}

// PairsReport is the outcome of [Vectors.EvaluatePairs].
type PairsReport struct {
	Pearson, Spearman float64 // NaN of fewer than two pairs, and where all scores are equal
	Pairs             int     // that were compared
	Unknown           int     // with an unknown word
	Total             int     // of the file
}

// UnknownRatio is Unknown/Total, and 0 of no pairs.
func (r PairsReport) UnknownRatio() float64 {
	return float64(r.Unknown) / float64(max(r.Total, 1))
}

// EvaluatePairs correlates the cosines of the pairs with their scores, as gensim's
// evaluate_word_pairs. Error: [ErrOptions].
func (v *Vectors) EvaluatePairs(pairs []WordPair, cfg EvaluateConfig) (PairsReport, error) {
	report := PairsReport{Total: len(pairs)}
	words, err := v.fold(cfg)
	if err != nil {
		return report, err
	}
	var want, got []float64
	for _, p := range pairs {
		a, known := words.row(p.A)
		b, also := words.row(p.B)
		cosine := 0.0
		if known && also {
			cosine = float64(kernel.Dot(v.unitRow(a), v.unitRow(b)))
		} else {
			report.Unknown++
			if !cfg.UnknownIsWrong {
				continue
			}
		}
		want, got = append(want, p.Score), append(got, cosine)
	}
	report.Pairs = len(want)
	report.Pearson, report.Spearman = Pearson(want, got), Spearman(want, got)
	return report, nil
}
