package wordpiece

import (
	"iter"
	"strings"
)

// part is a word of a text, which may be kept until the next one comes, or a
// special token and where it begins.
type part struct {
	word    []char
	special string
	start   int
}

// parts cuts a text into its special tokens, its words and punctuation marks.
func (t *Tokenizer) parts(text string) iter.Seq[part] {
	return func(yield func(part) bool) {
		n := normaliser{cfg: t.cfg}
		specials := newFinder(text, t.special)
		for from := 0; from < len(text); {
			at, s := specials.next(from)
			for from < at {
				end := from + stretch(text[from:at])
				for word := range n.words(text[from:end], from) {
					if !yield(part{word: word}) {
						return
					}
				}
				from = end
			}
			if s != "" && !yield(part{special: s, start: at}) {
				return
			}
			from += len(s)
		}
	}
}

// finder finds special tokens in a text, from the left. Each token is searched for
// once: all together take time in the length of the text.
type finder struct {
	text   string
	tokens []string
	places []int // of each token, the next one not before the last question
}

func newFinder(text string, tokens []string) *finder {
	f := &finder{text, tokens, make([]int, len(tokens))}
	for i := range tokens {
		f.search(i, 0)
	}
	return f
}

func (f *finder) search(i, from int) {
	if f.places[i] = strings.Index(f.text[from:], f.tokens[i]); f.places[i] < 0 {
		f.places[i] = len(f.text)
	} else {
		f.places[i] += from
	}
}

// next returns where the first token not before from begins, and which it is: the
// longest where several begin there. Without one it returns the text's length.
func (f *finder) next(from int) (at int, which string) {
	at = len(f.text)
	for i, s := range f.tokens {
		if f.places[i] < from {
			f.search(i, from)
		}
		if p := f.places[i]; p < at || p == at && p < len(f.text) && len(s) > len(which) {
			at, which = p, s
		}
	}
	return at, which
}

// aStretch is how many bytes of a text are normalised at once, where it has blanks.
const aStretch = 4096

// stretch returns the length of the beginning of a text that can be normalised by
// itself: up to a blank, at which every word ends.
func stretch(text string) int {
	if len(text) <= aStretch {
		return len(text)
	}
	if i := strings.IndexAny(text[aStretch:], " \n"); i >= 0 {
		return aStretch + i
	}
	return len(text)
}
