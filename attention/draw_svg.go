package attention

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
)

// Sizes in a picture, in pixels.
const (
	cellSize  = 28
	fontSize  = 13
	glyphSize = 7.8 // of a column of the font, which has characters of equal width
	gap       = 6   // between labels and cells
	edge      = 12  // around everything
)

// SVG writes a map as [DrawSVG] does.
func (d Drawing) SVG(w io.Writer, m Map, keys, queries []string) error {
	if err := m.check(keys, queries); err != nil {
		return err
	}
	title := clean([]string{d.Title})[0]
	keys, queries = clean(keys), clean(queries)
	p := newPicture(title, keys, queries)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" font-family="monospace" font-size="%d">`+"\n", p.width, p.height, fontSize)
	if title == "" {
		fmt.Fprintln(out, `<title>Attention: rows are queries, columns are keys</title>`)
	} else {
		fmt.Fprintf(out, "<title>%s</title>\n", escape(title))
	}
	fmt.Fprintf(out, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", p.width, p.height)
	if title != "" {
		fmt.Fprintf(out, `<text x="%d" y="%d" font-weight="bold">%s</text>`+"\n", edge, edge+fontSize, escape(title))
	}
	for j, k := range keys {
		x, y := p.left+j*cellSize+cellSize/2+fontSize/3, p.top-gap
		fmt.Fprintf(out, `<text x="%d" y="%d" transform="rotate(-45 %[1]d %[2]d)">%s</text>`+"\n", x, y, escape(k))
	}
	top := full(m.Weights)
	for i, q := range queries {
		y := p.top + i*cellSize
		fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", p.left-gap, y+cellSize/2+fontSize/3, escape(q))
		for j, v := range m.Row(i) {
			opacity := float32(0)
			if top > 0 {
				opacity = v / top
			}
			fmt.Fprintf(out, `<rect x="%d" y="%d" width="%d" height="%[3]d" fill="#08519c" fill-opacity="%.3f" stroke="#d0d0d0"><title>%s → %s: %.3g</title></rect>`+"\n",
				p.left+j*cellSize, y, cellSize, opacity, escape(q), escape(keys[j]), v)
		}
	}
	fmt.Fprintf(out, `<text x="%d" y="%d" fill="#505050">darkest: %.3g</text>`+"\n</svg>\n", edge, p.height-edge, top)
	return out.Flush()
}

// picture is where things stand in a drawing.
type picture struct{ left, top, width, height int }

// newPicture makes room for the labels: keys rise to the right at 45 degrees.
func newPicture(title string, keys, queries []string) picture {
	length := func(s string) float64 { return glyphSize * float64(displayWidth(s)) }
	var widest, highest float64
	for _, q := range queries {
		widest = max(widest, length(q))
	}
	p := picture{left: edge + int(math.Ceil(widest)) + gap}
	right := p.left + len(keys)*cellSize
	for j, k := range keys {
		slant := length(k)*math.Sqrt2/2 + fontSize
		highest = max(highest, slant)
		right = max(right, p.left+j*cellSize+cellSize/2+int(math.Ceil(slant)))
	}
	p.top = edge + int(math.Ceil(highest)) + gap
	if title != "" {
		p.top += 2 * fontSize
		right = max(right, edge+int(math.Ceil(1.1*length(title)))) // bold
	}
	p.width = max(right, edge+int(length("darkest: 0.000"))) + edge
	p.height = p.top + len(queries)*cellSize + 2*fontSize + edge
	return p
}

// escape makes a text fit for an element.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder has no errors
	return b.String()
}
