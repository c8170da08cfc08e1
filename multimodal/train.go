package multimodal

import (
	"context"
	"fmt"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Train builds a model by [New] and fits it. Captions of dev, where there are
// any, choose the epoch whose weights are kept.
//
// On an error from the training itself, a cancelled context among them, the model
// is returned as well, as far as it came; with fit.Checkpoint and fit.Resume the
// same call goes on with it.
func Train(ctx context.Context, train, dev []Caption, visuals Visuals, vecs *vectors.Vectors, c Config, fit verso.FitConfig) (*Model, *verso.History, error) {
	m, err := New(ctx, train, visuals, vecs, c)
	if err != nil {
		return nil, nil, err
	}
	h, err := m.Fit(ctx, train, dev, visuals, fit)
	return m, h, err
}

// Fit trains on the captions, from where the weights are: every caption once an
// epoch, with its picture. With captions in dev the mean reciprocal rank of
// their pictures after each epoch, [Ranking.MRR] by [Evaluate], is the score by
// which training stops early or keeps the best weights, unless fit brings a
// score of its own. Without either, the weights of the last epoch stay.
//
// All losses but the squared error, and batch norm, couple the captions of a
// batch: fit.Shards above 1 is then an error. A batch of one caption has nothing
// to tell apart and is passed over.
//
// Pictures of [Features] are prepared once and kept; of other [Visuals] a step reads
// those of its batch.
func (m *Model) Fit(ctx context.Context, train, dev []Caption, visuals Visuals, fit verso.FitConfig) (*verso.History, error) {
	d, err := m.data(train, visuals)
	if err != nil {
		return nil, err
	}
	fit = fit.WithScore(len(dev), func(ctx context.Context) (float64, error) {
		x, err := newExam(ctx, m, dev, visuals)
		if err != nil {
			return 0, err
		}
		r, err := x.toPictures(ctx)
		if err != nil {
			return 0, err
		}
		return r.MRR(), nil
	})
	t := verso.Task{Params: m.params, Examples: len(train), Coupled: m.cfg.coupled()}
	if t.Coupled {
		t.Weight = func(examples []int) float64 {
			if len(examples) < 2 {
				return 0
			}
			return float64(len(examples))
		}
	}
	t.Build = func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
		loss, feed := m.putLoss(g, d)
		return loss, feed, g.Err()
	}
	return verso.Fit(ctx, t, fit)
}

// data is what a training reads over and over.
type data struct {
	texts   []textInput
	picture func(caption int) ([]float32, error) // prepared frames
	ids     [2][]int                             // numbers of the captions' pictures, and of their words: equal ones are one text
}

func (m *Model) data(train []Caption, visuals Visuals) (*data, error) {
	if len(train) == 0 {
		return nil, fmt.Errorf("%w: want at least one to learn from", ErrCaptions)
	}
	if err := checkVisuals(visuals, m.visualDim); err != nil {
		return nil, err
	}
	d := &data{picture: func(i int) ([]float32, error) { return m.prepared(visuals, train[i].ID) }}
	_, inMemory := visuals.(*Features)
	var kept [][]float32 // of each picture
	var pictures, texts numbers
	for _, e := range train {
		if n := pictures.of(e.ID); inMemory && n == len(kept) {
			rows, err := m.prepared(visuals, e.ID)
			if err != nil {
				return nil, err
			}
			kept = append(kept, rows)
		}
		d.texts = append(d.texts, m.reader.read(e.Text))
		d.ids[0] = append(d.ids[0], pictures.of(e.ID))
		d.ids[1] = append(d.ids[1], texts.of(strings.Join(m.reader.tokens(e.Text), " ")))
	}
	if inMemory {
		d.picture = func(i int) ([]float32, error) { return kept[d.ids[0][i]], nil }
	}
	return d, nil
}

// prepared reads the frames of an id and prepares them.
func (m *Model) prepared(visuals Visuals, id string) ([]float32, error) {
	rows, err := frames(visuals, id)
	if err != nil {
		return nil, err
	}
	return m.prepare.apply(rows), nil
}

// numbers gives each string a number, the same for the same.
type numbers struct{ known map[string]int }

func (n *numbers) of(s string) int {
	if n.known == nil {
		n.known = map[string]int{}
	}
	i, ok := n.known[s]
	if !ok {
		i = len(n.known)
		n.known[s] = i
	}
	return i
}

// putLoss puts both sides and their loss into a graph.
func (m *Model) putLoss(g *verso.Graph, d *data) (*gorgonia.Node, func(*verso.Machine, []int) error) {
	t, feedText := m.putText(g)
	v, feedVisual := m.putVisual(g)
	var ids []*gorgonia.Node
	if m.cfg.Loss.MaskIDs && m.cfg.Loss.Kind != SquaredError {
		ids = []*gorgonia.Node{g.Input("picture ids", tensor.Int, 1), g.Input("text ids", tensor.Int, 1)}
	}
	loss := m.loss(g, v, t, ids)
	return loss, func(machine *verso.Machine, examples []int) error {
		texts, pictures := make([]textInput, len(examples)), make([][]float32, len(examples))
		for i, e := range examples {
			var err error
			if pictures[i], err = d.picture(e); err != nil {
				return err
			}
			texts[i] = d.texts[e]
		}
		if err := feedText(machine, texts); err != nil {
			return err
		}
		if err := feedVisual(machine, pictures); err != nil {
			return err
		}
		for k, n := range ids {
			batch := make([]int, len(examples))
			for i, e := range examples {
				batch[i] = d.ids[k][e]
			}
			if err := machine.FeedInts(n, batch); err != nil {
				return err
			}
		}
		return nil
	}
}

// loss is that of visual vectors v and texts t, both (batch, common).
func (m *Model) loss(g *verso.Graph, v, t *gorgonia.Node, ids []*gorgonia.Node) *gorgonia.Node {
	l := m.cfg.Loss
	if l.Kind == SquaredError {
		return verso.MSE(g, t, v, verso.DefaultMSEConfig())
	}
	scores := verso.DotScores(g, verso.L2Normalise(g, v), verso.L2Normalise(g, t)) // (pictures, texts)
	if l.Kind == Contrastive {
		return verso.InfoNCE(g, scores, verso.InfoNCEConfig{Temperature: l.Temperature, Direction: l.Direction}, ids...)
	}
	return verso.TripletRanking(g, scores, verso.TripletConfig{Margin: l.Margin, Hardest: l.Hardest, Direction: l.Direction, Reduction: l.Reduction}, ids...)
}
