package main

import (
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// terminal shows a run.
type terminal struct{ *cli.Terminal }

// show asks some questions, those whose words the vectors know.
func (s *space) show(t *terminal) {
	for _, group := range []struct {
		heading   string
		questions []string
	}{
		{"nearest to", []string{"dog", "madrid", "computer"}},
		{"sum and difference", []string{"king - man + woman", "madrid - spain + france", "walking - walk + swim"}},
		{"odd one out", []string{"breakfast cereal dinner lunch", "violin piano guitar bridge", "paris london berlin violin"}},
	} {
		heading := "\n" + group.heading + "\n"
		for _, question := range group.questions {
			answer, err := s.answer(question, 5)
			if err != nil {
				continue
			}
			var list []string
			for line := range strings.Lines(answer) {
				list = append(list, strings.Join(strings.Fields(line), " "))
			}
			t.Printf("%s  %-30s %s\n", heading, question, strings.Join(list, ", "))
			heading = ""
		}
	}
}

func (t *terminal) score(name string, s vectors.AnalogyScore) {
	if s.Asked == 0 {
		t.Printf("  %-30s     –  %6d of %5d\n", name, s.Asked, s.Total)
		return
	}
	t.Printf("  %-30s %5.1f %% %5d of %5d\n", name, 100*s.Accuracy(), s.Asked, s.Total)
}

// figures writes the last line, for scripts.
func (t *terminal) figures(a analogyFigures, p pairFigures) {
	t.Printf("\naccuracy=%.4f spearman=%.4f pearson=%.4f semantic=%.4f syntactic=%.4f questions=%d of=%d pairs=%d baseline_accuracy=%.4f baseline_spearman=%.4f\n",
		a.all.Accuracy(), p.report.Spearman, p.report.Pearson, a.semantic.Accuracy(), a.syntactic.Accuracy(), a.all.Asked, a.all.Total, p.report.Pairs, a.baseline, p.baseline)
}
