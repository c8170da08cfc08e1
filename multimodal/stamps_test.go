package multimodal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// stamps are the Tux Paint stamps: 785 pictures with a caption each, and five cuts
// by distinct caption, whatever its case, of which a fifth is never seen.
type stamps struct {
	captions []Caption
	pictures *Features
	words    *vectors.Vectors
	unseen   [][]int // rows, for each cut
}

// readStamps skips the test where VERSO_DATA names no folder that has them.
func readStamps(t *testing.T) *stamps {
	t.Helper()
	root := os.Getenv("VERSO_DATA")
	if root == "" {
		t.Skip("VERSO_DATA names no folder of data")
	}
	dir := filepath.Join(root, "image-text")
	file, err := os.Open(filepath.Join(dir, "tuxpaint-stamps", "captions.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder of VERSO_DATA has no image-text/tuxpaint-stamps")
	}
	require.NoError(t, err)
	defer file.Close()
	s := &stamps{}
	lines := bufio.NewScanner(file)
	lines.Scan()
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		require.Len(t, fields, 9)
		s.captions = append(s.captions, Caption{ID: fmt.Sprint(len(s.captions)), Text: fields[3]})
	}
	require.NoError(t, lines.Err())
	s.pictures, err = LoadNPY(filepath.Join(dir, "tuxpaint-stamps", "mobilenetv2-1.4-features-1792.f16.npy"), nil)
	require.NoError(t, err)
	require.Equal(t, 785, s.pictures.Len())
	require.Len(t, s.captions, 785)
	s.words, err = vectors.LoadFile(filepath.Join(root, "vectors", "glove-6b-100d-top50k.w2v.bin"), vectors.Options{InvalidUTF8: vectors.UTF8Replace})
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "splits.json"))
	require.NoError(t, err)
	var cuts struct{ TuxPaint [][]int }
	require.NoError(t, json.Unmarshal(text, &cuts))
	require.Len(t, cuts.TuxPaint, 5)
	s.unseen = cuts.TuxPaint
	return s
}

// cut is captions to learn from and captions that ask for their pictures.
type cut struct {
	train, test []Caption
	pictures    map[PrepareConfig]*Features // as they were prepared, kept: the directions take longer than a training
}

// prepared are the pictures after a preparation that the train part teaches, and the
// settings of a model for them.
func (s *stamps) prepared(t *testing.T, c cut, cfg Config) (*Features, Config) {
	t.Helper()
	p := cfg.Visual.Prepare
	if c.pictures[p] == nil {
		plain := Ridge()
		plain.Text.Levels, plain.Text.MinCount, plain.Visual.Prepare = []Level{Bag}, 1, p
		m, err := New(t.Context(), c.train, s.pictures, nil, plain)
		require.NoError(t, err)
		rows, err := m.EncodeVisual(t.Context(), s.pictures, s.pictures.IDs()) // there is no head
		require.NoError(t, err)
		c.pictures[p], err = NewFeatures(s.pictures.IDs(), rows, m.Dim())
		require.NoError(t, err)
	}
	cfg.Visual.Prepare = PrepareConfig{}
	return c.pictures[p], cfg
}

// cuts are the five of the file.
func (s *stamps) cuts() (cuts []cut) {
	for _, rows := range s.unseen {
		unseen := map[int]bool{}
		for _, i := range rows {
			unseen[i] = true
		}
		c := cut{pictures: map[PrepareConfig]*Features{}}
		for i, e := range s.captions {
			if unseen[i] {
				c.test = append(c.test, e)
			} else {
				c.train = append(c.train, e)
			}
		}
		cuts = append(cuts, c)
	}
	return cuts
}

// development are n cuts, by distinct caption, of the rows that no cut of the file
// ever tests: what settings are chosen by.
func (s *stamps) development(n int) []cut {
	tested := map[int]bool{}
	for _, rows := range s.unseen {
		for _, i := range rows {
			tested[i] = true
		}
	}
	var rows []Caption
	var wordings numbers
	for i, e := range s.captions {
		if !tested[i] {
			rows = append(rows, e)
			wordings.of(plain(e.Text))
		}
	}
	fold := rand.New(rand.NewPCG(1, 2)).Perm(len(wordings.known))
	cuts := make([]cut, n)
	for k := range cuts {
		cuts[k].pictures = map[PrepareConfig]*Features{}
	}
	for _, e := range rows {
		held := fold[wordings.of(plain(e.Text))] % n
		for k := range cuts {
			if k == held {
				cuts[k].test = append(cuts[k].test, e)
			} else {
				cuts[k].train = append(cuts[k].train, e)
			}
		}
	}
	return cuts
}
