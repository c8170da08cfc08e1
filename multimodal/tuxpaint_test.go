package multimodal

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// The Tux Paint stamps: 785 pictures with a caption each, and five cuts by
// distinct caption of which a fifth is never seen. Each unseen picture's caption
// asks for it among the unseen pictures; right is every picture of that caption.
//
// VERSO_DATA names the folder of data, without which there is nothing to measure.
// VERSO_ACCURACY, where it is set, adds the other models and seeds.
//
// The settings were chosen on development parts, a fifth of the captions of each
// train part; no test part had a say.
func TestTuxPaint(t *testing.T) {
	root := os.Getenv("VERSO_DATA")
	if root == "" {
		t.Skip("VERSO_DATA names no folder of data")
	}
	s := readStamps(t, root)
	base := s.recall(t, func(train []Caption) *Model {
		m, err := TrainRidge(train, s.pictures, s.words, Ridge(), 0.3)
		require.NoError(t, err)
		return m
	})
	t.Logf("mean vector + ridge      R@10 %v", base)
	w2vv := s.recall(t, func(train []Caption) *Model { return s.train(t, train, stampModels()["w2vv"], 1) })
	t.Logf("Word2VisualVec           R@10 %v", w2vv)
	assert.GreaterOrEqual(t, w2vv.Mean(), 0.58)
	assert.Greater(t, w2vv.Mean(), base.Mean()+0.15)
	if os.Getenv("VERSO_ACCURACY") == "" {
		return
	}
	for _, name := range []string{"w2vv", "w2vv++", "dual encoding"} {
		var seeds verso.Scores
		for seed := range uint64(3) {
			r := s.recall(t, func(train []Caption) *Model { return s.train(t, train, stampModels()[name], seed+1) })
			t.Logf("%-14s seed %d    R@10 %v", name, seed+1, r)
			seeds = append(seeds, r.Mean())
		}
		t.Logf("%-14s all seeds R@10 %v", name, seeds)
	}
}

// stampModels are the three models with what few captions want: words weighed by
// rarity, runs of characters for words of which the vectors know nothing, and
// pictures' vectors without what they share.
func stampModels() map[string]Config {
	w2vv := Word2VisualVec()
	w2vv.Text.Tokenizer, w2vv.Text.MinCount, w2vv.Text.IDF = "letters", 1, true
	w2vv.Text.Levels, w2vv.Text.Norms = []Level{WordVectors, Bag, NGrams}, []float64{1, 0.5, 0.5}
	w2vv.Text.Head = HeadConfig{Sizes: []int{0}, Zero: true}
	w2vv.Visual.Prepare = PrepareConfig{SquareRoot: true, Unit: true, Components: 300, Whiten: 0.5}

	pp := w2vv
	pp.Text.Levels = []Level{WordVectors, Bag, NGrams, GRU}
	pp.Text.Sequence, pp.Text.Marks = SequenceConfig{Hidden: 64, Dropout: 0.2}, true
	pp.Text.Head.Zero = false
	pp.Loss = LossConfig{Kind: Contrastive, Temperature: 0.1, MaskIDs: true}

	dual := pp
	dual.Text.Levels = []Level{WordVectors, Bag, NGrams, GRU, Convolution}
	dual.Text.Sequence = SequenceConfig{Hidden: 64, Bidirectional: true, Widths: []int{2, 3}, Maps: 64, Dropout: 0.2}
	dual.Text.Head = HeadConfig{Sizes: []int{256}, BatchNorm: true, Dropout: 0.2, DropOutput: true}
	dual.Visual.Head = dual.Text.Head
	return map[string]Config{"w2vv": w2vv, "w2vv++": pp, "dual encoding": dual}
}

// stamps are pictures, captions and cuts.
type stamps struct {
	captions []Caption
	pictures *Features
	words    *vectors.Vectors
	unseen   [][]int // rows, for each cut
}

func readStamps(t *testing.T, root string) *stamps {
	t.Helper()
	s := &stamps{}
	dir := filepath.Join(root, "image-text")
	file, err := os.Open(filepath.Join(dir, "tuxpaint-stamps", "captions.tsv"))
	require.NoError(t, err)
	defer file.Close()
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

// recall returns R@10 on the unseen part of each cut.
func (s *stamps) recall(t *testing.T, build func(train []Caption) *Model) (scores verso.Scores) {
	t.Helper()
	for _, rows := range s.unseen {
		unseen := map[int]bool{}
		for _, i := range rows {
			unseen[i] = true
		}
		var train, test []Caption
		for i, c := range s.captions {
			if unseen[i] {
				test = append(test, c)
			} else {
				train = append(train, c)
			}
		}
		r, _, err := Evaluate(t.Context(), build(train), test, s.pictures)
		require.NoError(t, err)
		scores = append(scores, r.Recall(10))
	}
	return scores
}

// train uses plain descent with decay for the squared error, in proportion to the
// width by which its mean divides, and AdamW for the contrastive loss.
func (s *stamps) train(t *testing.T, train []Caption, c Config, seed uint64) *Model {
	t.Helper()
	c.Seed = seed
	f := verso.DefaultFitConfig()
	f.Seed, f.Batch = seed, 64
	rate := 0.0
	if c.Loss.Kind == SquaredError {
		o := verso.DefaultSGDConfig()
		o.Momentum, o.WeightDecay = 0.9, 1e-5
		f.Epochs, f.Optimizer, rate = 40, verso.SGD(o), 300
	} else {
		o := verso.DefaultAdamWConfig()
		f.Epochs, f.Optimizer, rate = 10, verso.AdamW(o), 2e-3
	}
	f.Schedule = verso.Cosine(rate, f.Epochs*verso.StepsPerEpoch(len(train), f.Batch))
	m, _, err := Train(t.Context(), train, nil, s.pictures, s.words, c, f)
	require.NoError(t, err)
	return m
}
