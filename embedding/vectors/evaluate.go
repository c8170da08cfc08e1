package vectors

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// EvaluateConfig says how words of an evaluation are found in the table.
type EvaluateConfig struct {
	// Restrict is the number of rows, from the first on, that are known and searched;
	// 0 takes all. The default is gensim's 300,000.
	Restrict int
	// CaseSensitive looks words up as they are. By default case is ignored, and of
	// words that differ in it only the first of the table is known.
	CaseSensitive bool
	// UnknownIsWrong counts a question with an unknown word as wrong, and a pair as of
	// similarity 0. By default they are left out.
	UnknownIsWrong bool
	// Method answers analogies.
	Method Method
	// Workers is the number of goroutines; 0 means runtime.GOMAXPROCS(0). The result does
	// not depend on it.
	Workers int
}

// DefaultEvaluateConfig is what gensim does, on all cores.
func DefaultEvaluateConfig() EvaluateConfig {
	return EvaluateConfig{Restrict: 300_000}
}

// AnalogyScore counts the questions of a section.
type AnalogyScore struct {
	Section string
	Correct int
	Asked   int // with all words known, or all with UnknownIsWrong
	Total   int // of the file
}

// Accuracy is Correct/Asked, and 0 when nothing was asked.
func (s AnalogyScore) Accuracy() float64 {
	if s.Asked == 0 {
		return 0
	}
	return float64(s.Correct) / float64(s.Asked)
}

func (s *AnalogyScore) add(t AnalogyScore) {
	s.Correct, s.Asked, s.Total = s.Correct+t.Correct, s.Asked+t.Asked, s.Total+t.Total
}

// AnalogyReport is the outcome of [Vectors.EvaluateAnalogies].
type AnalogyReport struct {
	Sections []AnalogyScore
	// Sums over the sections whose names begin with "gram", the others, and all.
	Syntactic, Semantic, All AnalogyScore
}

// EvaluateAnalogies answers the questions and counts the right answers, as gensim's
// evaluate_word_analogies: the answer to A : B = C : ? is the word that scores best for
// B − A + C, the three left out, and is right if it is D. Error: [ErrOptions], and ctx's.
//
// Cost: 2·n·D operations a question, as a product of matrices: the 19,544 of
// questions-words.txt and 50,000 words of 100 numbers take some seconds.
func (v *Vectors) EvaluateAnalogies(ctx context.Context, sections []AnalogySection, cfg EvaluateConfig) (AnalogyReport, error) {
	report := AnalogyReport{
		Syntactic: AnalogyScore{Section: "syntactic"}, Semantic: AnalogyScore{Section: "semantic"}, All: AnalogyScore{Section: "all"},
	}
	words, err := v.fold(cfg)
	if err != nil {
		return report, err
	}
	type asked struct{ section, d int }
	var questions []asked
	var queries []prepared
	for i, s := range sections {
		score := AnalogyScore{Section: s.Name, Total: len(s.Questions)}
		for _, q := range s.Questions {
			p, d, ok := v.ask(q, words, cfg)
			if ok || cfg.UnknownIsWrong {
				score.Asked++
			}
			if ok {
				questions, queries = append(questions, asked{i, d}), append(queries, p)
			}
		}
		report.Sections = append(report.Sections, score)
	}
	right := make([]bool, len(queries))
	// Five answers, of which those that are the words of the question in another case do not count.
	err = v.searchAll(ctx, queries, 5, cfg.Workers, func(i int, found []candidate) {
		for _, c := range found {
			if answer, ok := words.row(v.words[c.row]); !slices.Contains(queries[i].skip, answer) || !ok {
				right[i] = answer == questions[i].d
				return
			}
		}
	})
	if err != nil {
		return report, err
	}
	for i, ok := range right {
		if ok {
			report.Sections[questions[i].section].Correct++
		}
	}
	for _, s := range report.Sections {
		report.All.add(s)
		if strings.HasPrefix(s.Section, "gram") {
			report.Syntactic.add(s)
		} else {
			report.Semantic.add(s)
		}
	}
	return report, nil
}

// ask prepares a question whose words are all known; d is the row of the right answer.
func (v *Vectors) ask(q Question, words folded, cfg EvaluateConfig) (p prepared, d int, ok bool) {
	var rows [4]int
	for i, w := range []string{q.A, q.B, q.C, q.D} {
		if rows[i], ok = words.row(w); !ok {
			return p, 0, false
		}
	}
	a, b, c := v.words[rows[0]], v.words[rows[1]], v.words[rows[2]]
	p, err := v.prepare(Query{Positive: []string{b, c}, Negative: []string{a}, Method: cfg.Method, To: words.restrict})
	return p, rows[3], err == nil // it has no answer where the three cancel out
}

// folded finds words by their names without regard to case.
type folded struct {
	rows     map[string]int // nil: case counts
	v        *Vectors
	restrict int
}

func (v *Vectors) fold(cfg EvaluateConfig) (folded, error) {
	f := folded{v: v, restrict: v.Len()}
	if cfg.Restrict < 0 || cfg.Workers < 0 {
		return f, fmt.Errorf("%w: Restrict %d and Workers %d, want 0 or more", ErrOptions, cfg.Restrict, cfg.Workers)
	}
	if cfg.Restrict > 0 {
		f.restrict = min(f.restrict, cfg.Restrict)
	}
	if !cfg.CaseSensitive {
		f.rows = make(map[string]int, f.restrict)
		for i, w := range v.words[:f.restrict] {
			if w = strings.ToUpper(w); !has(f.rows, w) {
				f.rows[w] = i
			}
		}
	}
	return f, nil
}

func has(m map[string]int, key string) bool { _, ok := m[key]; return ok }

func (f folded) row(word string) (i int, ok bool) {
	if f.rows != nil {
		i, ok = f.rows[strings.ToUpper(word)]
		return i, ok
	}
	i, ok = f.v.index[word]
	return i, ok && i < f.restrict
}
