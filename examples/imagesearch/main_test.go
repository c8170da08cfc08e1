package main

import (
	"bytes"
	"context"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/multimodal"
)

// imagesearch runs the program.
func imagesearch(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// figuresOf reads the last line of an output.
func figuresOf(t *testing.T, stdout string) map[string]float64 {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	last := lines[len(lines)-1]
	require.Regexp(t, regexp.MustCompile(`^recall_at_10=\d\.\d{4} medr=\d+( [a-z_]+=[\d.]+)*$`), last)
	figures := map[string]float64{}
	for pair := range strings.FieldsSeq(last) {
		key, value, _ := strings.Cut(pair, "=")
		x, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err)
		figures[key] = x
	}
	return figures
}

func TestQuickLearnsAndDraws(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.png")
	code, stdout, stderr := imagesearch(t, "corazón rojo\n\n", "-quick", "-ask", "-out", path, "a yellow face")
	require.Equal(t, 0, code, stderr)
	require.Empty(t, stderr)
	f := figuresOf(t, stdout)
	assert.Greater(t, f["recall_at_10"], f["ridge_words"])
	assert.Greater(t, f["recall_at_10"], 2*f["chance"])
	assert.Equal(t, 200.0, f["tested"], "a fifth of 500 emoji, in two languages")
	assert.Contains(t, stdout, `"a yellow face": `)
	assert.Contains(t, stdout, `"corazón rojo": `)

	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	img, err := png.Decode(file)
	require.NoError(t, err)
	assert.Equal(t, 2*margin+answers*(cell+gap)-gap, img.Bounds().Dx())
	assert.Equal(t, 2*margin+2*(caption+cell+gap)+caption, img.Bounds().Dy())
	ink := func(x0, y0, x1, y1 int) (n int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				if color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 128 {
					n++
				}
			}
		}
		return n
	}
	assert.Positive(t, ink(margin, margin, margin+100, margin+caption), "the phrase stands above its pictures")
	for row, want := range []func(r, g, b uint32) bool{
		func(r, g, b uint32) bool { return r > 0xc000 && g > 0x9000 && b < 0x9000 }, // a yellow face
		func(r, g, b uint32) bool { return r > 0x9000 && g < 0x7000 && b < 0x9000 }, // a red heart
	} {
		found := 0
		for k := range answers {
			for y := range cell {
				r, g, b, _ := img.At(margin+k*(cell+gap)+cell/4, margin+row*(caption+cell+gap)+caption+y).RGBA()
				if want(r, g, b) {
					found++
				}
			}
		}
		assert.Greater(t, found, cell/2, "row %d has the colour that it was asked for", row)
	}
}

func TestSameSeedSameFigures(t *testing.T) {
	var outputs []string
	for _, workers := range []string{"1", "2"} {
		code, stdout, stderr := imagesearch(t, "", "-quick", "-train-only", "-epochs", "1", "-workers", workers, "-model", "w2vv++")
		require.Equal(t, 0, code, stderr)
		outputs = append(outputs, stdout)
	}
	assert.Equal(t, outputs[0], outputs[1])
}

func TestOtherModels(t *testing.T) {
	for _, model := range []string{"w2vv++", "dual"} {
		code, stdout, stderr := imagesearch(t, "", "-quick", "-train-only", "-model", model, "-epochs", "3")
		require.Equal(t, 0, code, stderr)
		f := figuresOf(t, stdout)
		assert.Greater(t, f["recall_at_10"], 2*f["chance"], model)
	}
}

// TestUnseenNamesAreNowhere looks for the names of held-out emoji in all that the
// model learns from, and in its vocabulary.
func TestUnseenNamesAreNowhere(t *testing.T) {
	o, err := parse(nil, nil)
	require.NoError(t, err)
	c, err := load(o)
	require.NoError(t, err)
	require.Len(t, c.emoji, 1636)
	p := c.cut(1)
	assert.InDelta(t, 0.2*1636, len(p.unseen), 1)
	require.Len(t, p.queries, 2*len(p.unseen))
	m, err := multimodal.New(t.Context(), p.train, c.pictures, nil, o.settings(c))
	require.NoError(t, err)
	single := 0
	for _, q := range p.queries {
		name := " " + strings.Join(words(q.Text), " ") + " "
		for _, e := range p.train {
			require.NotContains(t, " "+strings.Join(words(e.Text), " ")+" ", name)
		}
		if w := words(q.Text); len(w) == 1 {
			single++
			require.False(t, m.Knows(w[0]), w[0])
		}
	}
	assert.Greater(t, single, 100)
	for _, e := range p.train {
		require.False(t, p.unseen[e.ID])
	}
	assert.Greater(t, len(p.train), 3500)
}

func TestPhrases(t *testing.T) {
	var p phrases
	p.add("Hot dog!")
	p.add("perro")
	assert.True(t, p.in("a hot, dog"))
	assert.True(t, p.in("PERRO"))
	assert.False(t, p.in("hot cat dog"))
	assert.False(t, p.in("perros"))
	assert.False(t, p.in(""))
}

func TestBadInput(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"model":        {[]string{"-model", "clip"}, `one of w2vv, w2vv++, dual, got "clip"`},
		"epochs":       {[]string{"-epochs", "-1"}, "-1"},
		"workers":      {[]string{"-workers", "0"}, "at least 1, got 0"},
		"no answers":   {[]string{"-train-only", "a dog"}, "-train-only"},
		"empty phrase": {[]string{" "}, "at least one word"},
		"out":          {[]string{"-out", "x.jpg"}, ".png"},
		"no folder":    {[]string{"-out", filepath.Join(t.TempDir(), "none", "x.png")}, "no such file"},
		"vectors":      {[]string{"-vectors", filepath.Join(t.TempDir(), "none")}, "no such file"},
		"flag":         {[]string{"-fast"}, "-fast"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := imagesearch(t, "", c.args...)
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.says)
			assert.Equal(t, 1, strings.Count(stderr, "\n"))
		})
	}
	code, stdout, _ := imagesearch(t, "", "-help")
	assert.Zero(t, code)
	assert.Contains(t, stdout, "-train-only")
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	assert.Equal(t, 130, run(ctx, []string{"-quick", "-train-only"}, strings.NewReader(""), &out, &errs))
	assert.Contains(t, errs.String(), "interrupted")
}

// watch is an output that calls seen when text appears in it.
type watch struct {
	bytes.Buffer
	text string
	seen func()
}

func (w *watch) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.text) {
		w.seen()
	}
	return n, err
}

// TestAskIsInterrupted types one phrase and no more.
func TestAskIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	typed, typing := io.Pipe()
	defer typing.Close()
	go func() { _, _ = io.WriteString(typing, "red heart\n") }()
	path := filepath.Join(t.TempDir(), "sheet.png")
	var errs bytes.Buffer
	out := &watch{text: `"red heart": `, seen: cancel}
	assert.Equal(t, 130, run(ctx, []string{"-quick", "-epochs", "1", "-ask", "-out", path}, typed, out, &errs))
	assert.Contains(t, errs.String(), "interrupted")
	assert.NotContains(t, out.String(), "recall_at_10=")
	assert.FileExists(t, path, "what was answered is drawn")
}

// TestDevelopment: what settings are to be chosen by has none of the held-out emoji.
func TestDevelopment(t *testing.T) {
	c, err := load(options{})
	require.NoError(t, err)
	first := c.cut(1)
	require.NoError(t, c.leaveOut(first.unseen))
	second := c.cut(1)
	require.Len(t, c.emoji, 1636-len(first.unseen))
	for _, e := range append(second.train, second.queries...) {
		require.False(t, first.unseen[e.ID], e.ID)
	}
	row, err := c.pictures.Frames(c.emoji[c.number[second.queries[0].ID]].id)
	require.NoError(t, err)
	require.Len(t, row, 256)
}
