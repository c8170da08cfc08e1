package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/seed6481993f/verso/multimodal"
)

// row is a phrase with what was found for it.
type row struct {
	phrase string
	hits   []multimodal.Hit
}

// Layout of a contact sheet, in pixels.
const (
	margin   = 16
	gap      = 12
	caption  = 28 // of a phrase, above its pictures
	textSize = 11 // points
)

// unseenColour frames pictures that no text names.
var unseenColour = color.RGBA{R: 0x1f, G: 0x8a, B: 0x4c, A: 0xff}

// contactSheet draws a row of pictures for each phrase, best first. Held-out
// emoji stand in a frame.
func contactSheet(w io.Writer, c *corpus, p part, rows []row) error {
	height := caption + cell + gap
	canvas := vgimg.New(points(2*margin+answers*(cell+gap)-gap), points(2*margin+len(rows)*height+caption))
	img := canvas.Image() // white; text goes through the canvas, pictures straight onto it
	for i, r := range rows {
		for k, h := range r.hits {
			at := image.Pt(margin+k*(cell+gap), margin+i*height+caption)
			if p.unseen[h.ID] {
				frame := image.Rect(at.X-4, at.Y-4, at.X+cell+4, at.Y+cell+4)
				draw.Draw(img, frame, image.NewUniform(unseenColour), image.Point{}, draw.Src)
				draw.Draw(img, frame.Inset(2), image.White, image.Point{}, draw.Src)
			}
			place := c.place[c.number[h.ID]]
			from := image.Pt(place%columns*cell, place/columns*cell)
			draw.Draw(img, image.Rectangle{at, at.Add(image.Pt(cell, cell))}, c.sheet, from, draw.Over)
		}
	}
	face := font.DefaultCache.Lookup(font.From(plot.DefaultFont, textSize), textSize)
	// A canvas counts points from below.
	write := func(x, y int, text string, ink color.Color) {
		canvas.SetColor(ink)
		canvas.FillString(face, vg.Point{X: points(x), Y: points(img.Bounds().Dy() - y)}, text)
	}
	for i, r := range rows {
		write(margin, margin+i*height+caption-10, r.phrase, color.Black)
	}
	write(margin, img.Bounds().Dy()-margin, "framed: never named in training", unseenColour)
	return png.Encode(w, img)
}

// points are 1/72 inch; a canvas has 96 pixels an inch.
func points(pixels int) vg.Length { return vg.Length(pixels) * vg.Inch / vgimg.DefaultDPI }
