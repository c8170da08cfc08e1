package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// colours of the groups, told apart also by people who see few.
var colours = []color.Color{
	color.RGBA{0x1f, 0x5f, 0xa8, 0xff}, color.RGBA{0xd9, 0x5f, 0x02, 0xff}, color.RGBA{0x1b, 0x9e, 0x77, 0xff},
	color.RGBA{0xb3, 0x3c, 0x8d, 0xff}, color.RGBA{0x8a, 0x6d, 0x1b, 0xff}, color.RGBA{0x55, 0x55, 0x55, 0xff},
}

var edgeColour = color.Gray{Y: 0xd0}

// draw draws the nodes where the first two principal axes of their directions put them, a colour a group, with the edges.
// Without a path it does nothing.
func (o options) draw(s subject, v *vectors.Vectors, found []int) error {
	if o.plot == "" {
		return nil
	}
	at, err := flat(v)
	if err != nil {
		return err
	}
	p := plot.New()
	p.Title.Text = s.name
	p.HideAxes()
	for e := range s.graph.Edges() {
		from, _ := s.graph.Index(e.From)
		to, _ := s.graph.Index(e.To)
		line, err := plotter.NewLine(plotter.XYs{at[from], at[to]})
		if err != nil {
			return err
		}
		line.Color, line.Width = edgeColour, vg.Points(0.5)
		p.Add(line)
	}
	dots, err := plotter.NewScatter(at)
	if err != nil {
		return err
	}
	dots.GlyphStyleFunc = func(i int) draw.GlyphStyle {
		return draw.GlyphStyle{Color: colours[found[i]%len(colours)], Radius: vg.Points(4), Shape: draw.CircleGlyph{}}
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: at, Labels: s.graph.Nodes()})
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font.Size = vg.Points(7)
		labels.TextStyle[i].XAlign = text.XLeft
	}
	labels.Offset = vg.Point{X: vg.Points(4), Y: vg.Points(3)}
	p.Add(dots, labels)

	w, err := p.WriterTo(18*vg.Centimeter, 14*vg.Centimeter, strings.ToLower(strings.TrimPrefix(filepath.Ext(o.plot), ".")))
	if err != nil {
		return fmt.Errorf("drawing %s: %w", o.plot, err)
	}
	var drawn bytes.Buffer
	if _, err := w.WriteTo(&drawn); err != nil {
		return fmt.Errorf("drawing %s: %w", o.plot, err)
	}
	return os.WriteFile(o.plot, drawn.Bytes(), 0o644)
}

// flat projects the directions of vectors on their first two principal axes.
func flat(v *vectors.Vectors) (plotter.XYs, error) {
	n, dim := v.Len(), v.Dim()
	rows := mat.NewDense(n, max(2, dim), nil)
	i := 0
	for _, row := range v.All() {
		norm := math.Sqrt(dot(row, row))
		for k, x := range row {
			rows.Set(i, k, float64(x)/max(norm, 1e-30))
		}
		i++
	}
	var pc stat.PC
	if !pc.PrincipalComponents(rows, nil) {
		return nil, fmt.Errorf("drawing: no principal axes")
	}
	var axes, on mat.Dense
	pc.VectorsTo(&axes)
	_, have := axes.Dims()
	on.Mul(rows, &axes)
	at := make(plotter.XYs, n)
	for i := range at {
		at[i].X = on.At(i, 0)
		if have > 1 {
			at[i].Y = on.At(i, 1)
		}
	}
	return at, nil
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(x) * float64(b[i])
	}
	return sum
}

func cosine(a, b []float32) float64 { return dot(a, b) / max(math.Sqrt(dot(a, a)*dot(b, b)), 1e-30) }
