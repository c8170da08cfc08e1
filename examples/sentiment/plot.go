package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/seed6481993f/verso"
)

var (
	lossColor = color.RGBA{R: 0xc0, G: 0x39, B: 0x2b, A: 0xff}
	devColor  = color.RGBA{R: 0x1f, G: 0x5f, B: 0xa8, A: 0xff}
	gridColor = color.Gray{Y: 0xe0}
)

// drawCurves draws the learning curves of one or more trainings into a PNG file: the
// loss above, the accuracy on the development part below, where there is one,
// with a dot at the epoch that was kept. Without a path it does nothing.
func drawCurves(path string, trainings ...*verso.History) error {
	if path == "" {
		return nil
	}
	loss, dev := panel("training loss"), panel("dev accuracy")
	dev.X.Label.Text = "epoch"
	scored := false
	for _, h := range trainings {
		var losses, scores, kept plotter.XYs
		for i, e := range h.Epochs {
			x := float64(i + 1)
			losses = append(losses, plotter.XY{X: x, Y: e.Loss})
			if e.HasScore {
				scores = append(scores, plotter.XY{X: x, Y: e.Score})
			}
			if i == h.Best {
				kept = append(kept, plotter.XY{X: x, Y: e.Score})
			}
		}
		if err := curve(loss, losses, nil, lossColor); err != nil {
			return err
		}
		if err := curve(dev, scores, kept, devColor); err != nil {
			return err
		}
		scored = scored || len(scores) > 0
	}
	panels := [][]*plot.Plot{{loss}, {dev}}
	if !scored {
		loss.X.Label.Text = "epoch"
		panels = panels[:1]
	}

	canvas := vgimg.NewWith(vgimg.UseWH(16*vg.Centimeter, vg.Length(len(panels))*6*vg.Centimeter), vgimg.UseDPI(144))
	tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: 4 * vg.Millimeter, PadTop: 3 * vg.Millimeter, PadLeft: 3 * vg.Millimeter, PadRight: 5 * vg.Millimeter}
	for i, row := range plot.Align(panels, tiles, draw.New(canvas)) {
		panels[i][0].Draw(row[0])
	}
	var png bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&png); err != nil {
		return fmt.Errorf("drawing %s: %w", path, err)
	}
	return os.WriteFile(path, png.Bytes(), 0o644)
}

// panel is an empty drawing over epochs.
func panel(of string) *plot.Plot {
	p := plot.New()
	p.Y.Label.Text = of
	p.X.Tick.Marker = wholeTicks{}
	g := plotter.NewGrid()
	g.Horizontal.Color, g.Vertical.Color = gridColor, nil
	p.Add(g)
	return p
}

// curve adds a line with a small mark at every epoch, and dots.
func curve(p *plot.Plot, line, dots plotter.XYs, c color.Color) error {
	if len(line) == 0 {
		return nil
	}
	l, points, err := plotter.NewLinePoints(line)
	if err != nil {
		return err
	}
	l.Color, l.Width = c, 1.5*vg.Points(1)
	points.Color, points.Shape, points.Radius = c, draw.CircleGlyph{}, vg.Points(1.5)
	p.Add(l, points)
	if len(dots) > 0 {
		s, err := plotter.NewScatter(dots)
		if err != nil {
			return err
		}
		s.Color, s.Shape, s.Radius = c, draw.CircleGlyph{}, vg.Points(4)
		p.Add(s)
	}
	return nil
}

// wholeTicks marks whole numbers only: there is no half epoch.
type wholeTicks struct{}

func (wholeTicks) Ticks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	for _, t := range (plot.DefaultTicks{}).Ticks(lo, hi) {
		if t.Value == math.Trunc(t.Value) {
			ticks = append(ticks, t)
		}
	}
	return ticks
}
