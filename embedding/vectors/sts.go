package vectors

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// SentencePair is two sentences and how similar people find them, on any scale.
type SentencePair struct {
	A, B  string
	Score float64
}

// ReadSentencePairs reads a pair a line: score, tab, sentence, tab, sentence. Lines of the
// STS Benchmark (Cer et al. 2017), which have four fields before these, are taken too.
// Another line is [ErrLine].
func ReadSentencePairs(r io.Reader) ([]SentencePair, error) {
	var pairs []SentencePair
	err := eachLine(r, func(line string) error {
		fields := strings.Split(line, "\t")
		if len(fields) >= 7 {
			fields = fields[4:7]
		}
		if len(fields) != 3 {
			return fmt.Errorf("%w: %d fields, want a score and two sentences, parted by tabs: %.60q", ErrLine, len(fields), line)
		}
		score, err := parseScore(fields[0])
		pairs = append(pairs, SentencePair{fields[1], fields[2], score})
		return err
	})
	if err != nil {
		return nil, err
	}
	return pairs, nil
}

// LoadSentencePairs reads a file as [ReadSentencePairs] does, gzipped if its name ends in
// ".gz".
func LoadSentencePairs(path string) ([]SentencePair, error) { return load(path, ReadSentencePairs) }

// EvaluatePairs correlates the cosines of the sentences' vectors with their scores. A pair
// with a sentence of no known word counts as of similarity 0, and as Unknown.
func (s *Sentences) EvaluatePairs(pairs []SentencePair, t vocab.Tokenizer) PairsReport {
	report := PairsReport{Pairs: len(pairs), Total: len(pairs)}
	want, got := make([]float64, len(pairs)), make([]float64, len(pairs))
	for i, p := range pairs {
		a, b := vocab.Texts(t.Tokenize(p.A)), vocab.Texts(t.Tokenize(p.B))
		want[i], got[i] = p.Score, Cosine(s.Vector(a), s.Vector(b))
		if !s.knows(a) || !s.knows(b) {
			report.Unknown++
		}
	}
	report.Pearson, report.Spearman = Pearson(want, got), Spearman(want, got)
	return report
}

// knows tells whether a word of the sentence has a vector.
func (s *Sentences) knows(tokens []string) bool {
	for _, w := range tokens {
		if has(s.v.index, w) {
			return true
		}
	}
	return false
}
