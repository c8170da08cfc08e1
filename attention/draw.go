package attention

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"

	"github.com/seed6481993f/verso"
)

// Drawing holds how weights are drawn. The zero value is what [DrawText],
// [DrawSVG] and [DrawLine] draw with.
//
// Shades are relative: the largest weight of a drawing has the full one, since
// over a long sentence all weights are small. Every drawing of a map says what
// the full shade stands for.
type Drawing struct {
	Title  string // above the map; default none
	Colour bool   // of blocks in a terminal, by ANSI's 256 colours; default false
}

// DrawText writes a map for a terminal: a line for each query and a column for
// each key, in five shades from none to █. Labels are set by the width that they
// have in a terminal: two columns for most East Asian characters and for emoji.
//
// There must be a label for each query and each key of the map, else the error
// is a [verso.ErrShape]. A weight below 0, infinite or NaN is a [verso.ErrInput].
func DrawText(w io.Writer, m Map, keys, queries []string) error {
	return Drawing{}.Text(w, m, keys, queries)
}

// DrawSVG writes a map as a picture of its own in SVG 1.1: a row for each query,
// a column for each key, cells the darker the larger their weight, which a
// browser shows under the pointer. Errors are those of [DrawText].
func DrawSVG(w io.Writer, m Map, keys, queries []string) error {
	return Drawing{}.SVG(w, m, keys, queries)
}

// DrawLine writes one row of weights as one line: every word behind a block of
// its shade. There must be a weight for each word, else the error is a
// [verso.ErrShape].
func DrawLine(w io.Writer, weights []float32, words []string) error {
	return Drawing{}.Line(w, weights, words)
}

// check compares a map with its labels.
func (m Map) check(keys, queries []string) error {
	if len(keys) != m.Keys || len(queries) != m.Queries {
		return fmt.Errorf("%w: a map of %d queries and %d keys wants as many labels, got %d and %d", verso.ErrShape, m.Queries, m.Keys, len(queries), len(keys))
	}
	if len(m.Weights) != m.Queries*m.Keys {
		return fmt.Errorf("%w: a map of %d queries and %d keys wants %d weights, got %d", verso.ErrShape, m.Queries, m.Keys, m.Queries*m.Keys, len(m.Weights))
	}
	return checkWeights(m.Weights)
}

func checkWeights(weights []float32) error {
	for i, v := range weights {
		if !(v >= 0) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("%w: weight %d wants a finite number of 0 or more, got %v", verso.ErrInput, i, v)
		}
	}
	return nil
}

// full is the weight that gets the full shade; 0 where nothing has any.
func full(weights []float32) (top float32) {
	for _, v := range weights {
		top = max(top, v)
	}
	return top
}

// clean makes labels harmless: control characters, those that turn the direction
// of writing and bytes that are no UTF-8 become U+FFFD.
func clean(labels []string) []string {
	out := make([]string, len(labels))
	for i, s := range labels {
		out[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
				return utf8.RuneError
			}
			return r
		}, s)
	}
	return out
}

// displayWidth is the number of terminal columns that a text takes: for each
// grapheme that of its widest character.
func displayWidth(s string) (n int) {
	for g := graphemes.FromString(s); g.Next(); {
		widest := 0
		for _, r := range g.Value() {
			switch kind := width.LookupRune(r).Kind(); {
			case kind == width.EastAsianWide, kind == width.EastAsianFullwidth, r == emojiStyle, unicode.Is(unicode.Regional_Indicator, r):
				widest = 2
			case !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf): // which take no column
				widest = max(widest, 1)
			}
		}
		n += widest
	}
	return n
}

// emojiStyle after a character asks for its picture: ❤ has one column, ❤️ two.
const emojiStyle = '\uFE0F'
