package attention_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

var update = flag.Bool("update", false, "write the drawings that tests compare with")

// loveMap is a map of two queries over three keys.
func loveMap() (m attention.Map, keys, queries []string) {
	return attention.Map{Queries: 2, Keys: 3, Weights: []float32{0.1, 0.8, 0.1, 0.4, 0.2, 0.4}},
		[]string{"I", "<love>", "R&D"}, []string{"amo", "el \"I+D\""}
}

func TestDrawText(t *testing.T) {
	m, keys, queries := loveMap()
	for _, c := range []struct {
		name          string
		d             attention.Drawing
		m             attention.Map
		keys, queries []string
		want          []string
	}{
		{"shades", attention.Drawing{}, m, keys, queries, []string{
			`         I  <love> R&D`,
			`     amo ░░ ██████ ░░░`,
			`el "I+D" ▒▒ ░░░░░░ ▒▒▒`,
			`█ = 0.8`,
		}},
		{"title", attention.Drawing{Title: "who\nsees"}, attention.Map{Queries: 1, Keys: 1, Weights: []float32{1}}, []string{"x"}, []string{"y"}, []string{
			"who\uFFFDsees", "  x", "y ██", "█ = 1",
		}},
		// A combining accent takes no column, East Asian characters, emoji and flags
		// take two, as do several emoji joined to one.
		{"widths", attention.Drawing{}, attention.Map{Queries: 3, Keys: 6, Weights: []float32{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0}},
			[]string{"cafe\u0301", "日本語", "👩‍👩‍👧", "❤️", "🇪🇸x", "z\u200bz\u200bz"}, []string{"ｗide", "e\u0301", "\x1b[1m"}, []string{
				"      cafe\u0301 日本語 👩‍👩‍👧 ❤️ 🇪🇸x z\u200bz\u200bz",
				"ｗide ████                  ███",
				"    e\u0301      ██████           ███",
				" \uFFFD[1m             ██    ███",
				"█ = 1",
			}},
		{"hostile labels", attention.Drawing{}, attention.Map{Queries: 1, Keys: 3, Weights: []float32{1, 1, 1}}, []string{"a\tb", "\u202ecd", "\xff\u2029"}, []string{"q"}, []string{
			"  a\uFFFDb \uFFFDcd \uFFFD\uFFFD", "q ███ ███ ██", "█ = 1",
		}},
		{"no weight at all", attention.Drawing{}, attention.Map{Queries: 1, Keys: 2, Weights: []float32{0, 0}}, []string{"a", "b"}, []string{"q"}, []string{"  a  b", "q", "█ = 0"}},
		{"no keys", attention.Drawing{}, attention.Map{Queries: 1}, nil, []string{"q"}, []string{"", "q", "█ = 0"}},
		{"colour", attention.Drawing{Colour: true}, attention.Map{Queries: 1, Keys: 2, Weights: []float32{1, 0.25}}, []string{"a", "b"}, []string{"q"}, []string{
			"  a  b", "q \x1b[38;5;27m██\x1b[0m \x1b[38;5;153m░░\x1b[0m", "\x1b[38;5;27m█\x1b[0m = 1",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, c.d.Text(&b, c.m, c.keys, c.queries))
			require.Equal(t, strings.Join(c.want, "\n")+"\n", b.String())
		})
	}
}

func TestDrawLine(t *testing.T) {
	for want, c := range map[string]struct {
		weights []float32
		words   []string
	}{
		"░then █ana ▓calls  eva ▒日本\n": {[]float32{0.1, 0.4, 0.3, 0, 0.2}, []string{"then", "ana", "calls", "eva", "日本"}},
		"█\n":     {[]float32{1}, []string{""}},
		"\n":      {nil, nil},
		" a  b\n": {[]float32{0, 0}, []string{"a", "b"}},
	} {
		var b strings.Builder
		require.NoError(t, attention.DrawLine(&b, c.weights, c.words))
		require.Equal(t, want, b.String())
	}
	require.ErrorIs(t, attention.DrawLine(new(strings.Builder), []float32{1}, []string{"a", "b"}), verso.ErrShape)
}

func TestExplanationDraw(t *testing.T) {
	e := attention.Explanation{Words: []attention.Word{{Text: "bad", Weight: 0.75}, {Text: "film", Weight: 0.25}}}
	var b strings.Builder
	require.NoError(t, e.Draw(&b))
	require.Equal(t, "█bad ░film\n", b.String())
}

// svg is what a reader of XML finds in a drawing.
type svg struct {
	XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
	Width   float64  `xml:"width,attr"`
	Height  float64  `xml:"height,attr"`
	Title   string   `xml:"title"`
	Texts   []struct {
		X    float64 `xml:"x,attr"`
		Y    float64 `xml:"y,attr"`
		Text string  `xml:",chardata"`
	} `xml:"text"`
	Rects []struct {
		X       float64 `xml:"x,attr"`
		Y       float64 `xml:"y,attr"`
		Width   float64 `xml:"width,attr"`
		Height  float64 `xml:"height,attr"`
		Opacity float64 `xml:"fill-opacity,attr"`
		Title   string  `xml:"title"`
	} `xml:"rect"`
}

func TestDrawSVG(t *testing.T) {
	m, keys, queries := loveMap()
	var b bytes.Buffer
	require.NoError(t, attention.Drawing{Title: `a < b & "c"`}.SVG(&b, m, keys, queries))
	const golden = "testdata/draw.svg"
	if *update {
		require.NoError(t, os.WriteFile(golden, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())

	var got svg
	require.NoError(t, xml.Unmarshal(b.Bytes(), &got))
	require.Equal(t, `a < b & "c"`, got.Title)
	var texts []string
	for _, x := range got.Texts {
		texts = append(texts, x.Text)
		require.True(t, 0 < x.X && x.X < got.Width && 0 < x.Y && x.Y < got.Height, "%q is outside", x.Text)
	}
	require.Equal(t, []string{`a < b & "c"`, "I", "<love>", "R&D", "amo", `el "I+D"`, "darkest: 0.8"}, texts)
	require.Len(t, got.Rects, 1+6) // the ground and the cells
	cells := got.Rects[1:]
	for i, c := range cells {
		require.InDelta(t, m.Weights[i]/0.8, c.Opacity, 1e-3)
		require.Equal(t, cells[0].X+float64(i%3)*c.Width, c.X, "a column for each key")
		require.Equal(t, cells[0].Y+float64(i/3)*c.Height, c.Y, "a row for each query")
		require.True(t, c.X+c.Width <= got.Width && c.Y+c.Height <= got.Height)
	}
	require.Equal(t, "amo → <love>: 0.8", cells[1].Title)
	require.Equal(t, `el "I+D" → R&D: 0.4`, cells[5].Title)
}

// Whatever a label holds, the picture is XML.
func FuzzDrawSVG(f *testing.F) {
	f.Add("a", "<b>&\"'\x00\xff\u202e", float32(0.5))
	f.Fuzz(func(t *testing.T, title, label string, weight float32) {
		var b bytes.Buffer
		m := attention.Map{Queries: 1, Keys: 1, Weights: []float32{weight}}
		err := attention.Drawing{Title: title}.SVG(&b, m, []string{label}, []string{label})
		if !(weight >= 0 && weight <= math.MaxFloat32) {
			require.ErrorIs(t, err, verso.ErrInput)
			return
		}
		require.NoError(t, err)
		var got svg
		require.NoError(t, xml.Unmarshal(b.Bytes(), &got))
		require.Len(t, got.Rects, 2)
	})
}

func TestDrawRefuses(t *testing.T) {
	m, keys, queries := loveMap()
	for _, draw := range []func(attention.Map, []string, []string) error{
		func(m attention.Map, k, q []string) error { return attention.DrawText(new(strings.Builder), m, k, q) },
		func(m attention.Map, k, q []string) error { return attention.DrawSVG(new(strings.Builder), m, k, q) },
	} {
		require.NoError(t, draw(m, keys, queries))
		err := draw(m, queries, keys)
		require.ErrorIs(t, err, verso.ErrShape)
		require.ErrorContains(t, err, "a map of 2 queries and 3 keys wants as many labels, got 3 and 2")
		err = draw(attention.Map{Queries: 2, Keys: 3, Weights: m.Weights[:5]}, keys, queries)
		require.ErrorIs(t, err, verso.ErrShape)
		require.ErrorContains(t, err, "wants 6 weights, got 5")
		for _, v := range []float32{-0.5, float32(math.NaN()), float32(math.Inf(1))} {
			err = draw(attention.Map{Queries: 1, Keys: 2, Weights: []float32{1, v}}, keys[:2], queries[:1])
			require.ErrorIs(t, err, verso.ErrInput)
			require.ErrorContains(t, err, "weight 1 wants a finite number of 0 or more")
		}
	}
	full := errors.New("no room")
	require.ErrorIs(t, attention.DrawText(failing{full}, m, keys, queries), full)
	require.ErrorIs(t, attention.DrawSVG(failing{full}, m, keys, queries), full)
	require.ErrorIs(t, attention.DrawLine(failing{full}, []float32{1}, []string{"a"}), full)
}

// failing is a writer that cannot.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
