package main

import (
	"math"
	"regexp"
	"strings"
)

// order is the longest run of words that BLEU looks at.
const order = 4

// bleu is corpus BLEU from 0 to 100, as sacreBLEU computes it by default: the
// geometric mean of the precisions of runs of 1 to 4 words, each run counted at
// most as often as in the one reference that has most of it, times
// exp(min(0, 1 − r/c)) for c words against r in the references of the nearest
// length. A precision of 0 becomes 1/(2^k·n) for the k-th such of n runs.
//
// Sources: Papineni et al. 2002, BLEU: a method for automatic evaluation of
// machine translation; Post 2018, A call for clarity in reporting BLEU scores;
// Chen & Cherry 2014 for the smoothing, method 3.
func bleu(texts []string, references [][]string) float64 {
	var right, all [order]int
	length, want := 0, 0
	for i, text := range texts {
		words := tokens13a(text)
		length += len(words)
		nearest, most := -1, map[string]int{}
		for _, reference := range references[i] {
			r := tokens13a(reference)
			d, e := abs(len(r)-len(words)), abs(nearest-len(words))
			if nearest < 0 || d < e || d == e && len(r) < nearest {
				nearest = len(r)
			}
			for run, n := range runs(r) {
				most[run] = max(most[run], n)
			}
		}
		want += max(0, nearest)
		for run, n := range runs(words) {
			k := strings.Count(run, " ")
			all[k] += n
			right[k] += min(n, most[run])
		}
	}
	if right == [order]int{} {
		return 0
	}
	sum, smooth := 0.0, 1.0
	for k := range order {
		if all[k] == 0 {
			return 0
		}
		p := float64(right[k]) / float64(all[k])
		if right[k] == 0 {
			smooth *= 2
			p = 1 / (smooth * float64(all[k]))
		}
		sum += math.Log(p) / order
	}
	return 100 * math.Exp(sum+min(0, 1-float64(want)/float64(length)))
}

func abs(n int) int { return max(n, -n) }

// runs counts the runs of 1 to 4 words, which hold no blanks.
func runs(words []string) map[string]int {
	n := map[string]int{}
	for i := range words {
		for k := 1; k <= order && i+k <= len(words); k++ {
			n[strings.Join(words[i:i+k], " ")]++
		}
	}
	return n
}

// The rules of the tokenizer 13a, of NIST's mteval-v13a.
var (
	rules = []struct {
		what *regexp.Regexp
		with string
	}{
		{regexp.MustCompile("([{-~\\[-` -&(-+:-@/])"), " $1 "}, // punctuation but ' , - .
		{regexp.MustCompile(`([^0-9])([.,])`), "$1 $2 "},       // not before them a digit
		{regexp.MustCompile(`([.,])([^0-9])`), " $1 $2"},       // nor after them
		{regexp.MustCompile(`([0-9])(-)`), "$1 $2 "},           // a dash after a digit
	}
)

// tokens13a cuts a text into words and ASCII punctuation. Marks like ¿ stay with
// their words, as with sacreBLEU.
func tokens13a(text string) []string {
	text = strings.ReplaceAll(strings.TrimRight(text, " \t\r\n"), "<skipped>", "")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "-\n", ""), "\n", " ")
	// One after another, as there: what one yields the next may take.
	for _, e := range [][2]string{{"&quot;", `"`}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}} {
		text = strings.ReplaceAll(text, e[0], e[1])
	}
	text = " " + text + " "
	for _, r := range rules {
		text = r.what.ReplaceAllString(text, r.with)
	}
	return strings.Fields(text)
}
