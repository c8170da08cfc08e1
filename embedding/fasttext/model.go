package fasttext

import (
	"fmt"
	"slices"
	"sync"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Model is a trained fastText model: settings, dictionary and two matrices of rows of D numbers. It does not change once made: all
// methods may be called from many goroutines.
type Model struct {
	args   Args
	dict   *Dictionary
	input  []float32 // (words + buckets, D)
	output []float32 // (words, or labels of a supervised model, D)
	tree   func() tree
	table  func() (*vectors.Vectors, error)
}

// New puts a model together and keeps its parts, which must not be changed from then on. input has a row for each word of the dictionary and
// then for each bucket, where n-grams are in use; output has a row for each word or, in supervised models, each label. Errors: [ErrArgs], [ErrShape].
func New(args Args, dict *Dictionary, input, output []float32) (*Model, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	rows := dict.words
	if args.subwords() || args.phrases() {
		rows += args.Bucket
	}
	m := &Model{args: args, dict: dict, input: input, output: output}
	if got := len(input) / args.Dim; len(input)%args.Dim != 0 || got < rows {
		return nil, fmt.Errorf("%w: %d numbers of input, want %d rows of %d", ErrShape, len(input), rows, args.Dim)
	}
	if len(output) != m.targets()*args.Dim {
		return nil, fmt.Errorf("%w: %d numbers of output, want %d rows of %d", ErrShape, len(output), m.targets(), args.Dim)
	}
	m.tree = sync.OnceValue(func() tree { return newTree(m.targetCounts()) })
	m.table = sync.OnceValues(m.tabulate)
	return m, nil
}

// targets is the number of things that the model predicts.
func (m *Model) targets() int { return len(m.targetEntries()) }

func (m *Model) targetEntries() []Entry {
	if m.args.Kind == Supervised {
		return m.dict.entries[m.dict.words:]
	}
	return m.dict.entries[:m.dict.words]
}

func (m *Model) targetCounts() []int64 {
	var counts []int64
	for _, e := range m.targetEntries() {
		counts = append(counts, e.Count)
	}
	return counts
}

// Args returns the settings.
func (m *Model) Args() Args { return m.args }

// Dictionary returns the words and labels.
func (m *Model) Dictionary() *Dictionary { return m.dict }

// Dim is the number of numbers of a vector, D.
func (m *Model) Dim() int { return m.args.Dim }

// Input returns the input matrix: a row of D numbers for each word, then for each bucket of n-grams. Read it only.
func (m *Model) Input() []float32 { return m.input }

// Output returns the output matrix: a row of D numbers for each word or, in supervised models, for each label. Read it only.
func (m *Model) Output() []float32 { return m.output }

// InputRow returns row i of the input matrix, such as [Ngram] names it; ok is false when there is none. Read it only.
func (m *Model) InputRow(i int) (row []float32, ok bool) {
	if i < 0 || i >= len(m.input)/m.args.Dim {
		return nil, false
	}
	return m.row(i), true
}

func (m *Model) row(i int) []float32 {
	d := m.args.Dim
	return m.input[i*d : (i+1)*d : (i+1)*d]
}

// Vector returns the vector of a word, known or not, D numbers:
//
//	v = 1/|R| · Σ_{r∈R} input_r      R: the word's own row, if it is known, and those of its n-grams
//
// A word without any row is [ErrUnknown]; that happens in models without n-grams and for words too short for one.
func (m *Model) Vector(word string) ([]float32, error) { return m.AppendVector(nil, word) }

// Row is [Model.Vector] for those who want vectors of words wherever they come from, such as package embedding's FromPretrained; ok is false
// where there is none.
func (m *Model) Row(word string) (row []float32, ok bool) {
	row, err := m.Vector(word)
	return row, err == nil
}

// AppendVector appends what [Model.Vector] returns to dst.
func (m *Model) AppendVector(dst []float32, word string) ([]float32, error) {
	rows := m.appendRows(nil, word)
	if len(rows) == 0 {
		return dst, fmt.Errorf("%w: %q", ErrUnknown, word)
	}
	return m.appendMean(dst, rows), nil
}

// appendMean appends the mean of input rows, zeros when there are none.
func (m *Model) appendMean(dst []float32, rows []int) []float32 {
	start := len(dst)
	dst = slices.Grow(dst, m.args.Dim)[:start+m.args.Dim]
	mean := dst[start:]
	clear(mean)
	for _, r := range rows {
		kernel.Add(mean, mean, m.row(r))
	}
	if len(rows) > 0 {
		kernel.Scale(1/float32(len(rows)), mean)
	}
	return dst
}

// SentenceVector returns the vector of a text, D numbers, as fastText's print-sentence-vectors does: in supervised models the mean of the input
// rows of the line, its end included, which is what they classify by; in others the mean of the words' vectors, each divided by its length.
// Words without a vector do not count; without any the vector is zero.
func (m *Model) SentenceVector(text string) []float32 { return m.AppendSentenceVector(nil, text) }

// AppendSentenceVector appends what [Model.SentenceVector] returns to dst.
func (m *Model) AppendSentenceVector(dst []float32, text string) []float32 {
	if m.args.Kind == Supervised {
		return m.appendMean(dst, m.appendLine(nil, text))
	}
	start := len(dst)
	dst = m.appendMean(dst, nil)
	mean := dst[start:]
	var rows []int
	var v []float32
	count := 0
	for _, word := range Split(text) {
		rows = m.appendRows(rows[:0], word)
		v = m.appendMean(v[:0], rows)
		if norm := vectors.Norm(v); norm > 0 {
			kernel.Axpy(float32(1/norm), v, mean)
			count++
		}
	}
	if count > 0 {
		kernel.Scale(1/float32(count), mean)
	}
	return dst
}

// Vectors returns the vectors of all words of the dictionary, in its order, for everything that can be asked of a table. It is made at
// the first call, which costs the vectors of all words, and kept.
func (m *Model) Vectors() (*vectors.Vectors, error) { return m.table() }

func (m *Model) tabulate() (*vectors.Vectors, error) {
	data := make([]float32, 0, m.dict.words*m.args.Dim)
	var rows []int
	for _, e := range m.dict.entries[:m.dict.words] {
		rows = m.appendRows(rows[:0], e.Word)
		data = m.appendMean(data, rows)
	}
	return vectors.New(m.dict.Words(), data, m.args.Dim)
}

// Nearest returns the k words of the dictionary with the largest cosines to a word, which may be one that the dictionary does not have; the
// word itself is left out. Errors: [ErrUnknown], and those of [vectors.Vectors.NearestTo].
func (m *Model) Nearest(word string, k int) ([]vectors.Match, error) {
	v, err := m.Vector(word)
	if err != nil {
		return nil, err
	}
	table, err := m.Vectors()
	if err != nil {
		return nil, err
	}
	if _, ok := table.Index(word); ok {
		return table.Nearest(word, k)
	}
	return table.NearestTo(v, k)
}
