package wordpiece

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// TrainConfig holds the options of [Train]. It is taken literally: start from
// [DefaultTrainConfig].
type TrainConfig struct {
	Tokenizer Config // of the result, and of how texts are cut into words
	Size      int    // tokens at most, special ones included; default 30,000
	MinCount  int    // a pair seen less often is not joined; default 2
	Alphabet  int    // characters kept, the most frequent ones; default 1,000
}

// DefaultTrainConfig returns settings for an uncased vocabulary of BERT's size.
func DefaultTrainConfig() TrainConfig {
	return TrainConfig{Tokenizer: DefaultConfig(), Size: 30_000, MinCount: 2, Alphabet: 1_000}
}

// Train learns a vocabulary from texts by byte-pair encoding: every word begins
// as its characters, those after the first with "##", and the pair of neighbours
// that occurs most often in all words becomes a piece, until there are Size
// tokens or no pair occurs MinCount times. Of equal pairs the alphabetically
// first is joined. The tokens are the special ones, the characters in
// alphabetical order, and the pieces in the order in which they were joined.
//
// Google's own learner was never published; this is the way that Hugging Face's
// trainer of that name goes. It stops when ctx is done. Memory: the distinct
// words. Cost: about the distinct words' length times the logarithm of the
// number of pairs, a second for a million words of running text.
func Train(ctx context.Context, texts iter.Seq[string], c TrainConfig) (*Tokenizer, error) {
	alone, err := New(c.Tokenizer.special(), c.Tokenizer)
	if err != nil {
		return nil, err
	}
	if least := len(alone.special) + 1; c.Size < least || c.Alphabet < 1 {
		return nil, fmt.Errorf("%w: Size wants at least %d and Alphabet at least 1, got %d and %d", ErrConfig, least, c.Size, c.Alphabet)
	}
	counts := map[string]int{}
	for text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("counting words: %w", err)
		}
		alone.countWords(text, counts)
	}
	l := newLearner(counts, c)
	for len(l.pieces) < c.Size && l.join(c.MinCount) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("joining pieces: %w", err)
		}
	}
	return New(l.pieces, c.Tokenizer)
}

// countWords adds the basic tokens of a text. Special tokens are none.
func (t *Tokenizer) countWords(text string, counts map[string]int) {
	for p := range t.parts(text) {
		if p.special != "" || len(p.word) > t.cfg.MaxChars {
			continue
		}
		buf := make([]byte, 0, 4*len(p.word))
		for _, c := range p.word {
			buf = utf8.AppendRune(buf, c.r)
		}
		counts[string(buf)]++
	}
}

// learner joins pieces.
type learner struct {
	pieces []string
	id     map[string]int
	words  []word
	pairs  map[pair]*pairCount
	queue  queue
}

type word struct {
	pieces []int
	count  int
}

// pair are two neighbours.
type pair struct{ left, right int }

type pairCount struct {
	count int
	words map[int]struct{} // that may hold it
}

func newLearner(counts map[string]int, c TrainConfig) *learner {
	l := &learner{id: map[string]int{}, pairs: map[pair]*pairCount{}}
	for _, s := range c.Tokenizer.special() {
		l.add(s)
	}
	room := min(c.Alphabet, c.Size-len(l.pieces))
	spelled := make(map[string][]string, len(counts))
	seen := map[string]int{}
	for w, n := range counts {
		spelled[w] = spell(w)
		for _, s := range spelled[w] {
			seen[s] += n
		}
	}
	alphabet := make([]string, 0, len(seen))
	for s := range seen {
		alphabet = append(alphabet, s)
	}
	slices.SortFunc(alphabet, func(a, b string) int { return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(a, b)) })
	alphabet = alphabet[:min(room, len(alphabet))]
	slices.Sort(alphabet)
	for _, s := range alphabet {
		l.add(s)
	}
	texts := make([]string, 0, len(counts))
	for w := range counts {
		texts = append(texts, w)
	}
	slices.Sort(texts) // an order of its own: maps have none
	for _, text := range texts {
		l.addWord(spelled[text], counts[text])
	}
	for p, n := range l.pairs {
		l.queue = append(l.queue, l.entry(p, n.count))
	}
	heap.Init(&l.queue)
	return l
}

// spell returns the characters of a word as pieces.
func spell(w string) []string {
	out := make([]string, 0, len(w))
	for i, r := range w {
		if i > 0 {
			out = append(out, "##"+string(r))
		} else {
			out = append(out, string(r))
		}
	}
	return out
}

func (l *learner) add(s string) int {
	if id, ok := l.id[s]; ok {
		return id
	}
	l.id[s] = len(l.pieces)
	l.pieces = append(l.pieces, s)
	return l.id[s]
}

// addWord takes a word in whose characters are all in the alphabet.
func (l *learner) addWord(spelled []string, count int) {
	w := word{count: count}
	for _, s := range spelled {
		id, ok := l.id[s]
		if !ok {
			return
		}
		w.pieces = append(w.pieces, id)
	}
	l.words = append(l.words, w)
	l.count(len(l.words)-1, 1, nil)
}

// count adds a word's pairs, or takes them away, and notes which changed.
func (l *learner) count(i, sign int, changed map[pair]struct{}) {
	w := l.words[i]
	for k := range len(w.pieces) - 1 {
		p := pair{w.pieces[k], w.pieces[k+1]}
		n := l.pairs[p]
		if n == nil {
			n = &pairCount{words: map[int]struct{}{}}
			l.pairs[p] = n
		}
		n.count += sign * w.count
		if sign > 0 {
			n.words[i] = struct{}{}
		}
		if changed != nil {
			changed[p] = struct{}{}
		}
	}
}

// join makes the most frequent pair a piece; false means that none occurs often enough.
func (l *learner) join(least int) bool {
	for l.queue.Len() > 0 {
		e := heap.Pop(&l.queue).(entry)
		n := l.pairs[e.pair]
		if n.count != e.count { // it has changed since: a later entry stands for it
			continue
		}
		if n.count < max(least, 1) {
			return false
		}
		whole := l.add(l.pieces[e.left] + strings.TrimPrefix(l.pieces[e.right], "##"))
		changed := map[pair]struct{}{}
		for _, i := range slices.Sorted(maps.Keys(n.words)) {
			l.count(i, -1, changed)
			l.words[i].pieces = joined(l.words[i].pieces, e.pair, whole)
			l.count(i, 1, changed)
		}
		delete(changed, e.pair)
		for p := range changed {
			if c := l.pairs[p].count; c > 0 {
				heap.Push(&l.queue, l.entry(p, c))
			}
		}
		n.count, n.words = 0, map[int]struct{}{}
		return true
	}
	return false
}

// joined replaces each p of a word, from the left, by the whole.
func joined(pieces []int, p pair, whole int) []int {
	out := pieces[:0]
	for i := 0; i < len(pieces); i++ {
		if i+1 < len(pieces) && pieces[i] == p.left && pieces[i+1] == p.right {
			out = append(out, whole)
			i++
			continue
		}
		out = append(out, pieces[i])
	}
	return out
}

// queue gives the most frequent pair first. Its order is total, so the order in
// which entries come in does not matter.
type queue []entry

type entry struct {
	pair
	count  int
	spells [2]string
}

func (l *learner) entry(p pair, count int) entry {
	return entry{p, count, [2]string{l.pieces[p.left], l.pieces[p.right]}}
}

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(entry)) }

func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	if a.count != b.count {
		return a.count > b.count
	}
	return cmp.Or(cmp.Compare(a.spells[0], b.spells[0]), cmp.Compare(a.spells[1], b.spells[1])) < 0
}

func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}
