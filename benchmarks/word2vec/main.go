// Command word2vec measures package word2vec against gensim, side by side on one core each:
//
//	go run ./word2vec -corpus FILE [-pairs FILE] [-case sgns,cbow] [-turns 7] [-epochs 1]
//
// The corpus has a sentence a line, its words between blanks. The two take turns; each turn trains anew, with another seed. Speed is words of the
// corpus to processor time of training alone (vocabulary and files aside), median of the turns, and the ratio is the median of the ratios of
// turns next to each other. The pairs are lines of two words and a score; the rank correlation (Spearman) of cosines with the scores is the
// mean over the turns. Settings: 100 numbers, windows of 5, 5 negatives, sample 1e-3, words from 5 occurrences on, rate 0.025 (CBOW 0.05).
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed6481993f/verso/benchmarks/internal/side"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/word2vec"
)

// run is what a training gave.
type run struct {
	Words    int64   `json:"words"`
	Seconds  float64 `json:"seconds"`
	Version  string  `json:"version"`
	spearman float64
	pairs    int
}

func (r run) speed() float64 { return float64(r.Words) / r.Seconds }

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "Python that has gensim")
	script := flag.String("script", "word2vec/gensim_word2vec.py", "the other program")
	corpus := flag.String("corpus", "", "text, a sentence a line")
	pairs := flag.String("pairs", "", "word pairs with scores")
	cases := flag.String("case", "sgns,cbow", "sgns, cbow")
	turns := flag.Int("turns", 7, "turns of each side")
	epochs := flag.Int("epochs", 1, "passes over the corpus")
	flag.Parse()
	if *corpus == "" {
		log.Fatal("-corpus is missing")
	}
	passes := float64(*epochs)
	runtime.GOMAXPROCS(1)
	dir, err := os.MkdirTemp("", "word2vec")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	fmt.Println("| case | gensim words/s | Verso words/s | ratio | gensim Spearman | Verso Spearman | difference |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, c := range strings.Split(*cases, ",") {
		var theirs, ours []run
		for seed := 1; seed <= *turns; seed++ {
			a, err := gensim(*python, *script, c, *corpus, filepath.Join(dir, "gensim.bin"), *pairs, seed, *epochs)
			if err != nil {
				log.Fatal(err)
			}
			b, err := verso(c, *corpus, *pairs, seed, *epochs)
			if err != nil {
				log.Fatal(err)
			}
			b.Words = a.Words // both of all words, the rare ones too
			theirs, ours = append(theirs, a), append(ours, b)
			fmt.Fprintf(os.Stderr, "%s, seed %d: gensim %s %.0f words/s, Spearman %.4f of %d pairs; Verso %.0f words/s, %.4f of %d\n",
				c, seed, a.Version, a.speed()*passes, a.spearman, a.pairs, b.speed()*passes, b.spearman, b.pairs)
		}
		var x, y, q, m, n []float64
		for i := range theirs {
			x, y, q = append(x, theirs[i].speed()*passes), append(y, ours[i].speed()*passes), append(q, ours[i].speed()/theirs[i].speed())
			m, n = append(m, theirs[i].spearman), append(n, ours[i].spearman)
		}
		fmt.Printf("| %s | %.0f | %.0f | %.2f | %.4f | %.4f | %+.4f |\n", c, side.Median(x), side.Median(y), side.Median(q), mean(m), mean(n), mean(n)-mean(m))
	}
}

// judge correlates cosines with the scores of a file of word pairs, if there is one.
func (r *run) judge(v *vectors.Vectors, path string) error {
	if path == "" {
		return nil
	}
	pairs, err := vectors.LoadPairs(path)
	if err != nil {
		return err
	}
	report, err := v.EvaluatePairs(pairs, vectors.DefaultEvaluateConfig())
	r.spearman, r.pairs = report.Spearman, report.Pairs
	return err
}

func gensim(python, script, c, corpus, output, pairs string, seed, epochs int) (r run, err error) {
	cmd := exec.Command(python, script, c, corpus, output, fmt.Sprint(seed), fmt.Sprint(epochs))
	cmd.Stderr = os.Stderr
	cmd.Env = append(without(os.Environ(), "OPENBLAS_"), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("gensim: %w", err)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, err
	}
	v, err := vectors.LoadFile(output, vectors.Options{})
	if err != nil {
		return r, err
	}
	err = r.judge(v, pairs)
	return r, err
}

func verso(c, corpus, pairs string, seed, epochs int) (r run, err error) {
	f, err := os.Open(corpus)
	if err != nil {
		return r, err
	}
	defer f.Close()
	cfg := word2vec.DefaultConfig()
	cfg.Epochs, cfg.Workers, cfg.Seed = epochs, 1, uint64(seed)
	if c == "cbow" {
		cfg.Architecture, cfg.Rate = word2vec.CBOW, 0.05
	}
	var begin time.Duration
	cfg.Progress = func(p word2vec.Progress) error {
		switch {
		case p.Words == 0:
			begin = used()
		case p.Words == p.Of:
			r.Seconds = (used() - begin).Seconds()
		}
		return nil
	}
	m, err := word2vec.TrainLines(context.Background(), f, cfg)
	if err != nil {
		return r, err
	}
	err = r.judge(m.Vectors(), pairs)
	return r, err
}

// without leaves out settings such as a choice of slower kernels.
func without(env []string, prefix string) []string {
	return slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, prefix) })
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}

// used is the processor time of this process so far.
func used() time.Duration {
	t, err := side.Used()
	if err != nil {
		log.Fatal(err)
	}
	return t
}
