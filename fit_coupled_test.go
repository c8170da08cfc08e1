package verso_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// Layers that couple the examples of a batch say so themselves: cut, two graphs
// would write the same running statistics, and negatives would come from half a batch.
func TestFitCutsNoCoupledBatch(t *testing.T) {
	for name, loss := range map[string]func(ps *verso.Params) func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node{
		"batch norm": func(ps *verso.Params) func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node {
			n := verso.NewBatchNorm(ps.Scope("norm"), 4, verso.DefaultBatchNormConfig())
			return func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node {
				return verso.MSE(g, n.Forward(g, y), verso.Detach(g, y), verso.DefaultMSEConfig())
			}
		},
		"ranking loss": func(*verso.Params) func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node {
			return func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node {
				return verso.TripletRanking(g, verso.DotScores(g, y, y), verso.DefaultTripletConfig())
			}
		},
		"contrastive loss": func(*verso.Params) func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node {
			return func(g *verso.Graph, y *gorgonia.Node) *gorgonia.Node {
				return verso.InfoNCE(g, verso.DotScores(g, y, y), verso.DefaultInfoNCEConfig())
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ps := verso.NewParams64(1)
			layer := verso.NewLinear(ps.Scope("layer"), 3, 4)
			finish := loss(ps)
			task := verso.Task{Params: ps, Examples: 8, Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
				x := g.Input("x", tensor.Float64, 1, 3)
				feed := func(m *verso.Machine, examples []int) error {
					return m.Feed(x, dense(wave(3*len(examples), 0), len(examples), 3))
				}
				return finish(g, layer.Forward(g, x)), feed, g.Err()
			}}
			c := fitConfig()
			c.Epochs, c.Shards = 1, 2
			_, err := verso.Fit(t.Context(), task, c)
			require.ErrorIs(t, err, verso.ErrConfig)
			require.ErrorContains(t, err, name+" couples the examples of a batch")
			c.Shards = 1
			_, err = verso.Fit(t.Context(), task, c)
			require.NoError(t, err)
		})
	}
}
