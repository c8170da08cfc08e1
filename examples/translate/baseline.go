package main

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// dictionary translates word by word: each word becomes the one of the other
// language with the largest Dice coefficient 2·n(s,t) / (n(s) + n(t)), where n
// counts the pairs of sentences that have the words. A word that no pair has stays
// what it is, and so does punctuation.
type dictionary map[string]string

var cut = vocab.Unicode{Punctuation: true}

func newDictionary(pairs []attention.Pair) dictionary {
	type both struct{ s, t string }
	source, target, together := map[string]int{}, map[string]int{}, map[both]int{}
	for _, p := range pairs {
		s, t := wordsOf(p.Source), wordsOf(p.Target)
		for word := range t {
			target[word]++
		}
		for word := range s {
			source[word]++
			for other := range t {
				together[both{word, other}]++
			}
		}
	}
	best, d := map[string]float64{}, dictionary{}
	for b, n := range together {
		dice := 2 * float64(n) / float64(source[b.s]+target[b.t])
		if dice > best[b.s] || dice == best[b.s] && b.t < d[b.s] { // whatever the order of the map
			best[b.s], d[b.s] = dice, b.t
		}
	}
	return d
}

// wordsOf is the set of words of a sentence without punctuation. The first one is
// lower-cased.
func wordsOf(sentence string) map[string]bool {
	words := map[string]bool{}
	for _, t := range cut.Tokenize(sentence) {
		if isWord(t.Text) {
			if len(words) == 0 {
				t.Text = strings.ToLower(t.Text)
			}
			words[t.Text] = true
		}
	}
	return words
}

func isWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// translate begins with a capital letter where the sentence does.
func (d dictionary) translate(sentence string) string {
	var b strings.Builder
	for i, t := range cut.Tokenize(sentence) {
		word := t.Text
		if isWord(word) {
			if i == 0 {
				word = strings.ToLower(word)
			}
			if other, ok := d[word]; ok {
				word = other
			}
			if first, n := utf8.DecodeRuneInString(word); i == 0 && t.Text != strings.ToLower(t.Text) {
				word = string(unicode.ToUpper(first)) + word[n:]
			}
			if i > 0 {
				b.WriteByte(' ')
			}
		}
		b.WriteString(word)
	}
	return b.String()
}
