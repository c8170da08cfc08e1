package fasttext

import "strings"

// Hash is the 32-bit FNV-1a hash (Fowler, Noll and Vo) of s with which fastText finds the row of an n-gram, but for one thing:
// each byte is extended to 32 bits with its sign, so that texts beyond ASCII hash differently than by hash/fnv.
func Hash(s string) uint32 {
	h := uint32(fnvOffset)
	for i := range len(s) {
		h = hashByte(h, s[i])
	}
	return h
}

const (
	fnvOffset = 2166136261
	fnvPrime  = 16777619
)

func hashByte(h uint32, b byte) uint32 { return (h ^ uint32(int32(int8(b)))) * fnvPrime }

// Ngram is a character n-gram of a word.
type Ngram struct {
	Text string // with the marks < and > of the word's ends
	Hash uint32
	Row  int // of the input matrix: words + Hash mod buckets
}

// Ngrams returns the character n-grams of a word, known or not: all runs of MinN to MaxN characters of <word>, by their beginning
// and then their length, but for < and > alone. Different ones may share a row. [EndOfSentence] has none, nor has any word in a model without them.
func (m *Model) Ngrams(word string) []Ngram {
	var list []Ngram
	eachNgram(&m.args, word, func(text string, hash uint32) {
		list = append(list, Ngram{text, hash, m.bucketRow(hash)})
	})
	return list
}

// eachNgram calls f with each n-gram of word and its hash. A character is a byte and the UTF-8 continuation bytes after it, whatever they are.
func eachNgram(a *Args, word string, f func(text string, hash uint32)) {
	if !a.subwords() || word == EndOfSentence {
		return
	}
	marked := "<" + word + ">"
	for i := range len(marked) {
		if continues(marked[i]) {
			continue
		}
		hash := uint32(fnvOffset)
		for j, n := i, 1; j < len(marked) && n <= a.MaxN; n++ {
			hash = hashByte(hash, marked[j])
			for j++; j < len(marked) && continues(marked[j]); j++ {
				hash = hashByte(hash, marked[j])
			}
			if n >= a.MinN && (n > 1 || i > 0 && j < len(marked)) {
				f(marked[i:j], hash)
			}
		}
	}
}

// continues tells whether b is a continuation byte of UTF-8.
func continues(b byte) bool { return b&0xc0 == 0x80 }

// bucketRow is the input row that n-grams of this hash share.
func (m *Model) bucketRow(hash uint32) int { return m.dict.words + int(hash%uint32(m.args.Bucket)) }

// appendRows appends the input rows whose mean is the vector of word: its own, if it is known, and those of its n-grams.
func (m *Model) appendRows(dst []int, word string) []int {
	if i, ok := m.dict.Index(word); ok {
		dst = append(dst, i)
	}
	eachNgram(&m.args, word, func(_ string, hash uint32) { dst = append(dst, m.bucketRow(hash)) })
	return dst
}

// appendLine appends the input rows of a line of text as a supervised model reads it: of its words, their n-grams, the end of the
// sentence, and the runs of up to WordNgrams words. Labels, known or by their prefix, are passed over.
func (m *Model) appendLine(dst []int, text string) []int {
	var hashes []uint32
	for _, word := range append(Split(text), EndOfSentence) {
		i, known := m.dict.index[word]
		if known && i >= m.dict.words || !known && strings.HasPrefix(word, LabelPrefix) {
			continue
		}
		if m.phrases() {
			hashes = append(hashes, Hash(word))
		}
		dst = m.appendRows(dst, word)
	}
	m.eachRun(hashes, func(row int) { dst = append(dst, row) })
	return dst
}

// eachRun calls f with the row of each run of two to WordNgrams words, of which it gets the hashes.
func (m *Model) eachRun(hashes []uint32, f func(row int)) {
	for i, h := range hashes {
		// The hash of a run grows by a word at a time; the hashes of words count as signed.
		sum := uint64(int64(int32(h)))
		for _, next := range hashes[i+1 : min(i+m.args.WordNgrams, len(hashes))] {
			sum = sum*116049371 + uint64(int64(int32(next)))
			f(m.dict.words + int(sum%uint64(m.args.Bucket)))
		}
	}
}

func (m *Model) phrases() bool { return m.args.phrases() }

// Split cuts a text at the blanks of C (space, tab, line feed, vertical tab, form feed, carriage return) and at bytes 0, as fastText
// does. Punctuation stays on its word.
func Split(text string) []string { return strings.FieldsFunc(text, blank) }

func blank(r rune) bool { return r == 0 || r == ' ' || r >= '\t' && r <= '\r' }
