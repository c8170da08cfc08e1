package recurrent

import (
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// segments is the training on continuous text. Example segment·streams + stream
// is a segment of a stream, so that a batch of as many examples as there are
// streams, in order, is one segment of each, and shards are streams.
type segments struct {
	streams [][]int // each of length + 1
	length  int
	count   int // of the segments of a stream
	shards  []*shard
}

// shard is the part of some streams: a graph, with the states between its runs.
type shard struct {
	carry *Carry
	final State
	ran   bool // final is of the last segment
}

// continuous is the task of streams of equal length.
func (m *LanguageModel) continuous(streams [][]int) verso.Task {
	s := &segments{streams: streams, length: len(streams[0]) - 1}
	s.count = (s.length-1)/m.cfg.Steps + 1
	return verso.Task{
		Params:   m.params,
		Examples: s.count * len(streams),
		Weight:   s.tokens,
		Carry:    s,
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			tokens, want := g.Tokens("text"), g.Input("next", tensor.Int, 1)
			part := &shard{carry: NewCarry(g, m.net.layer, "state")}
			y, final := m.net.forward(g, tokens, part.carry.State())
			loss := m.net.loss(g, y.Rows, want, verso.ReduceMean)
			part.final = final
			s.shards = append(s.shards, part)
			return loss, func(run *verso.Machine, examples []int) error {
				return s.feed(run, part, tokens, want, examples)
			}, g.Err()
		},
	}
}

// span is the part of a stream that a segment reads. All are equally long, but for
// a token: in a short one at the end each token would count for more.
func (s *segments) span(segment int) (from, to int) {
	return segment * s.length / s.count, (segment + 1) * s.length / s.count
}

// tokens is the weight of examples.
func (s *segments) tokens(examples []int) float64 {
	n := 0
	for _, e := range examples {
		from, to := s.span(e / len(s.streams))
		n += to - from
	}
	return float64(n)
}

func (s *segments) feed(m *verso.Machine, part *shard, tokens verso.Tokens, want *gorgonia.Node, examples []int) error {
	from, to := s.span(examples[0] / len(s.streams))
	var batch [][]int
	var next []int
	for _, e := range examples {
		text := s.streams[e%len(s.streams)]
		batch, next = append(batch, text[from:to]), append(next, text[from+1:to+1]...)
	}
	if from == 0 {
		part.carry.Reset(len(batch))
	} else if err := part.keep(); err != nil {
		return err
	}
	part.ran = true
	if err := m.FeedTokens(tokens, batch); err != nil {
		return err
	}
	return m.FeedInts(want, next)
}

// keep makes the states after the last run those before the next.
func (p *shard) keep() error {
	if !p.ran {
		return nil
	}
	return p.carry.Keep(p.final)
}

// lengthName is that of the length of the streams, which says with the number of
// examples where segments begin.
const lengthName = "length"

// State implements verso.Carry.
func (s *segments) State() []verso.StateVector {
	out := []verso.StateVector{{Name: lengthName, Values: []float64{float64(s.length)}}}
	for i, p := range s.shards {
		_ = p.keep() // the sizes are those of its own run
		for _, x := range p.carry.vectors() {
			out = append(out, verso.StateVector{Name: fmt.Sprintf("%d.%s", i, x.Name), Values: x.Values})
		}
	}
	return out
}

// SetState implements verso.Carry.
func (s *segments) SetState(state []verso.StateVector) error {
	given := map[string]any{}
	for _, v := range state {
		given[v.Name] = v.Values
	}
	want := s.State()
	if state != nil && len(want) != len(given) {
		return fmt.Errorf("%w: %d parts are wanted, got %d", ErrState, len(want), len(given))
	}
	if state != nil && !reflect.DeepEqual(want[0].Values, given[lengthName]) {
		return fmt.Errorf("%w: it is of streams of %v tokens, these have %v", ErrState, given[lengthName], want[0].Values)
	}
	var set []func()
	for i, p := range s.shards {
		if state == nil {
			continue
		}
		f, err := p.carry.setter(given[fmt.Sprint(i, ".h")], given[fmt.Sprint(i, ".c")])
		if err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
		set = append(set, f)
	}
	for _, f := range set {
		f()
	}
	for _, p := range s.shards {
		p.ran = false // without a state the first segment begins with 0
	}
	return nil
}

// windows is the task of predicting each token from a fixed number before it.
func (m *LanguageModel) windows(ids []int) verso.Task {
	n := m.cfg.Window
	return verso.Task{
		Params:   m.params,
		Examples: len(ids) - n,
		Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
			tokens, want := g.Tokens("text"), g.Input("next", tensor.Int, 1)
			_, final := m.net.forward(g, tokens, State{})
			loss := m.net.loss(g, Final(g, m.net.layer, final), want, verso.ReduceMean)
			return loss, func(run *verso.Machine, examples []int) error {
				var batch [][]int
				var next []int
				for _, e := range examples {
					batch, next = append(batch, ids[e:e+n]), append(next, ids[e+n])
				}
				if err := run.FeedTokens(tokens, batch); err != nil {
					return err
				}
				return run.FeedInts(want, next)
			}, g.Err()
		},
	}
}
