package verso

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Confusion is a confusion matrix: how often an example of class w was given class g, for every pair (w, g).
//
// With C classes and N counted examples, write n(w, g) for the cell of row w (the class wanted) and column g (the
// class got), n(w, ·) for the sum of a row and n(·, g) for the sum of a column. Then, for a class c,
//
//	accuracy     = Σ n(c, c) / N
//	precision(c) = n(c, c) / n(·, c)                      of what was called c, how much is c
//	recall(c)    = n(c, c) / n(c, ·)                      of what is c, how much was called c
//	F1(c)        = 2 n(c, c) / (n(c, ·) + n(·, c))        the harmonic mean of the two
//	support(c)   = n(c, ·)
//
// All are fractions from 0 to 1. A fraction 0/0 (a class never wanted or never got, a matrix that has counted
// nothing) is 0, as in scikit-learn with zero_division=0.
//
// Classes are numbers from 0. Asking for a measure of a class that is not there gives NaN; [Confusion.Add] gives an
// error. A matrix takes C² integers. It is not safe for many goroutines at once: give each its own and
// [Confusion.Merge] them.
type Confusion struct {
	classes []string
	cells   []int // (C × C), row-major: wanted × got
}

// Average is a summary of the measures of all classes; see [Confusion.Macro], [Confusion.Micro] and
// [Confusion.Weighted].
type Average struct {
	Precision, Recall, F1 float64
}

// NewConfusion returns an empty matrix over the named classes; class i has the name classes[i]. No class at all and
// two classes of one name are [ErrConfig].
func NewConfusion(classes []string) (*Confusion, error) {
	if len(classes) == 0 {
		return nil, fmt.Errorf("%w: a confusion matrix wants at least one class, got none", ErrConfig)
	}
	seen := make(map[string]int, len(classes))
	for i, name := range classes {
		if first, ok := seen[name]; ok {
			return nil, fmt.Errorf("%w: classes %d and %d are both named %q", ErrConfig, first, i, name)
		}
		seen[name] = i
	}
	return &Confusion{
		classes: slices.Clone(classes),
		cells:   make([]int, len(classes)*len(classes)),
	}, nil
}

// Add counts one example of class want that was given class got. A class out of range is [ErrInput] and counts
// nothing.
func (m *Confusion) Add(want, got int) error {
	if !m.has(want) || !m.has(got) {
		return fmt.Errorf("%w: a confusion matrix of classes 0 to %d got an example of class %d given class %d", ErrInput, len(m.classes)-1, want, got)
	}
	m.cells[want*len(m.classes)+got]++
	return nil
}

// Merge adds the counts of other, which must have the same classes in the same order (else [ErrConfig]).
func (m *Confusion) Merge(other *Confusion) error {
	if other == nil || !slices.Equal(m.classes, other.classes) {
		var given []string
		if other != nil {
			given = other.classes
		}
		return fmt.Errorf("%w: merging wants the classes %q, got %q", ErrConfig, m.classes, given)
	}
	for i, n := range other.cells {
		m.cells[i] += n
	}
	return nil
}

// Classes returns the names of the classes, in order.
func (m *Confusion) Classes() []string { return slices.Clone(m.classes) }

// At returns how many examples of class want were given class got; 0 for a class that is not there.
func (m *Confusion) At(want, got int) int {
	if !m.has(want) || !m.has(got) {
		return 0
	}
	return m.cells[want*len(m.classes)+got]
}

// Total returns the number of examples counted, N.
func (m *Confusion) Total() int {
	total := 0
	for _, n := range m.cells {
		total += n
	}
	return total
}

// Support returns the number of examples of the class, n(c, ·); 0 for a class that is not there.
func (m *Confusion) Support(class int) int {
	sum := 0
	for got := range m.classes {
		sum += m.At(class, got)
	}
	return sum
}

// Predicted returns the number of examples that were given the class, n(·, c); 0 for a class that is not there.
func (m *Confusion) Predicted(class int) int {
	sum := 0
	for want := range m.classes {
		sum += m.At(want, class)
	}
	return sum
}

// Accuracy returns the fraction of examples that were given their own class.
func (m *Confusion) Accuracy() float64 { return ratio(m.correct(), m.Total()) }

// Precision returns n(c, c) / n(·, c): the fraction of the examples given the class that are of the class.
func (m *Confusion) Precision(class int) float64 {
	if !m.has(class) {
		return math.NaN()
	}
	return ratio(m.At(class, class), m.Predicted(class))
}

// Recall returns n(c, c) / n(c, ·): the fraction of the examples of the class that were given the class.
func (m *Confusion) Recall(class int) float64 {
	if !m.has(class) {
		return math.NaN()
	}
	return ratio(m.At(class, class), m.Support(class))
}

// F1 returns 2 n(c, c) / (n(c, ·) + n(·, c)), the harmonic mean of precision and recall.
func (m *Confusion) F1(class int) float64 {
	if !m.has(class) {
		return math.NaN()
	}
	return ratio(2*m.At(class, class), m.Support(class)+m.Predicted(class))
}

// Macro returns the plain mean of each measure over all classes, (1/C) Σ measure(c): a rare class weighs as much as a
// common one. Classes without examples are part of the mean. F1 is the mean of the classes' F1.
func (m *Confusion) Macro() Average {
	return m.average(func(int) float64 { return 1 / float64(len(m.classes)) })
}

// Weighted returns the mean of each measure over the classes, weighted by support: Σ n(c, ·) measure(c) / N. Its
// recall equals the accuracy.
func (m *Confusion) Weighted() Average {
	total := m.Total()
	return m.average(func(class int) float64 { return ratio(m.Support(class), total) })
}

// Micro returns the measures of the pooled counts of all classes. Where every example has one class and is given one
// class, as here, each wrong answer is a false positive of one class and a false negative of another, so that
// precision, recall and F1 all equal the accuracy.
func (m *Confusion) Micro() Average {
	a := m.Accuracy()
	return Average{Precision: a, Recall: a, F1: a}
}

// String returns the counts as a table for a terminal: a row for each wanted class, a column for each class got, and
// the sums.
func (m *Confusion) String() string {
	names := m.labels()
	table := [][]string{slices.Concat([]string{"want \\ got"}, names, []string{"total"})}
	for want, name := range names {
		row := []string{name}
		for got := range m.classes {
			row = append(row, strconv.Itoa(m.At(want, got)))
		}
		table = append(table, append(row, strconv.Itoa(m.Support(want))))
	}
	last := []string{"total"}
	for got := range m.classes {
		last = append(last, strconv.Itoa(m.Predicted(got)))
	}
	return alignTable(append(table, append(last, strconv.Itoa(m.Total()))))
}

// Report returns precision, recall, F1 and support of every class, then the accuracy and the macro and weighted
// averages, as a table for a terminal.
func (m *Confusion) Report() string {
	total := m.Total()
	table := [][]string{{"", "precision", "recall", "f1", "support"}}
	add := func(name string, a Average, support int) {
		table = append(table, []string{name, fixed4(a.Precision), fixed4(a.Recall), fixed4(a.F1), strconv.Itoa(support)})
	}
	for class, name := range m.labels() {
		add(name, m.measures(class), m.Support(class))
	}
	table = append(table, []string{"accuracy", "", "", fixed4(m.Accuracy()), strconv.Itoa(total)})
	add("macro average", m.Macro(), total)
	add("weighted average", m.Weighted(), total)
	return alignTable(table)
}

func (m *Confusion) has(class int) bool { return 0 <= class && class < len(m.classes) }

func (m *Confusion) correct() int {
	sum := 0
	for class := range m.classes {
		sum += m.At(class, class)
	}
	return sum
}

func (m *Confusion) measures(class int) Average {
	return Average{Precision: m.Precision(class), Recall: m.Recall(class), F1: m.F1(class)}
}

func (m *Confusion) average(weight func(class int) float64) Average {
	var sum Average
	for class := range m.classes {
		w, a := weight(class), m.measures(class)
		sum.Precision += w * a.Precision
		sum.Recall += w * a.Recall
		sum.F1 += w * a.F1
	}
	return sum
}

// labels returns the names as a table can show them: quoted where they are empty or would break the lines.
func (m *Confusion) labels() []string {
	names := m.Classes()
	for i, name := range names {
		if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			names[i] = strconv.Quote(name)
		}
	}
	return names
}

// ratio is a/b, and 0 where both are 0.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func fixed4(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }

// alignTable sets a table in columns two blanks apart: the first to the left, the others to the right.
func alignTable(table [][]string) string {
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for j, cell := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range table {
		for j, cell := range row {
			blanks := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell))
			if j == 0 {
				b.WriteString(cell + blanks)
			} else {
				b.WriteString("  " + blanks + cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
