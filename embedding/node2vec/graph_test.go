package node2vec

import (
	"bytes"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
)

func TestGraph(t *testing.T) {
	list := "# who knows whom\n\nEvelyn Jefferson\tLaura\t2\nLaura\tEvelyn Jefferson\t0.5\n Laura\tTheresa \nLaura\tLaura\t4\r\n"
	g := edges(t, list, false)
	require.Equal(t, []string{"Evelyn Jefferson", "Laura", "Theresa"}, g.Nodes())
	require.Equal(t, 3, g.Size())
	require.Equal(t, map[string]float64{"Evelyn Jefferson": 2.5, "Laura": 4, "Theresa": 1}, maps.Collect(g.Neighbours("Laura")))
	require.Equal(t, map[string]float64{"Laura": 2.5}, maps.Collect(g.Neighbours("Evelyn Jefferson")))
	require.Equal(t, []Edge{{"Evelyn Jefferson", "Laura", 2.5}, {"Laura", "Laura", 4}, {"Laura", "Theresa", 1}}, slices.Collect(g.Edges()))

	d := edges(t, list, true)
	require.Equal(t, 4, d.Size())
	require.Equal(t, map[string]float64{"Laura": 2}, maps.Collect(d.Neighbours("Evelyn Jefferson")))
	require.Empty(t, maps.Collect(d.Neighbours("Theresa")))
	require.Empty(t, maps.Collect(d.Neighbours("nobody")))
	_, ok := d.Index("nobody")
	require.False(t, ok)

	for _, g := range []*Graph{g, d} {
		var file bytes.Buffer
		require.NoError(t, g.WriteEdges(&file))
		again, err := ReadEdges(&file, g.Directed())
		require.NoError(t, err)
		require.Equal(t, g, again)
	}
}

func TestEdgeListErrors(t *testing.T) {
	for name, c := range map[string]struct {
		list string
		want error
		says string
	}{
		"one name":    {"a b\na\n", ErrFormat, "line 2"},
		"four fields": {"a b 1 2\n", ErrFormat, "4 fields"},
		"weight":      {"a b 1\na c x\n", ErrFormat, `"x"`},
		"zero":        {"a b 0\n", ErrEdge, "weight 0"},
		"NaN":         {"a b NaN\n", ErrEdge, "NaN"},
		"too heavy":   {"a b 1e308\nb c 1e308\n", ErrEdge, `"a" add up to`},
		"no name":     {"a\t\t1\n", ErrEdge, "names"},
		"not UTF-8":   {"a \xff\n", ErrFormat, "UTF-8"},
		"long":        {"a b\n" + strings.Repeat("x", maxLine+1), ErrFormat, "line 2"},
	} {
		_, err := ReadEdges(strings.NewReader(c.list), false)
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.says, name)
	}
	_, err := NewGraph(slices.Values([]Edge{{"a", "b", math.Inf(1)}}), false)
	require.ErrorIs(t, err, ErrEdge)
	_, err = LoadEdges(filepath.Join(t.TempDir(), "none"), false)
	require.ErrorContains(t, err, "none")
	g, err := NewGraph(slices.Values([]Edge{{"#a", "b", 1}}), false)
	require.NoError(t, err)
	require.ErrorIs(t, g.WriteEdges(&bytes.Buffer{}), ErrEdge)
}

func FuzzReadEdges(f *testing.F) {
	f.Add("a b\nb c 2\n# x\n", true)
	f.Add("a b\tc\t1e-3\n", false)
	f.Fuzz(func(t *testing.T, list string, directed bool) {
		g, err := ReadEdges(strings.NewReader(list), directed)
		if err != nil {
			return
		}
		var file bytes.Buffer
		if g.WriteEdges(&file) != nil {
			return
		}
		again, err := ReadEdges(&file, directed)
		require.NoError(t, err)
		require.Equal(t, g.Len(), again.Len())
		require.Equal(t, g.Size(), again.Size())
	})
}

// Vectors so short that 1/length is no float32 have directions too.
func TestCommunitiesOfTinyVectors(t *testing.T) {
	v, err := vectors.New([]string{"a", "b", "c"}, []float32{1e-40, 0, 0, 1e-40, 0, 2e-40}, 2)
	require.NoError(t, err)
	for k, want := range map[int][]int{1: {0, 0, 0}, 2: {1, 0, 0}} {
		groups, err := Communities(v, k, 1)
		require.NoError(t, err)
		require.Equal(t, want, groups)
	}
}

func TestCommunities(t *testing.T) {
	var names []string
	var rows [][]float32
	for i := range 30 {
		names = append(names, string(rune('A'+i)))
		x := 0.1 * float32(i%7)
		switch {
		case i < 5:
			rows = append(rows, []float32{3 + x, x, 0})
		case i < 14:
			rows = append(rows, []float32{-x, 9, x})
		default:
			rows = append(rows, []float32{x, -x, -2})
		}
	}
	v, err := vectors.FromRows(names, rows)
	require.NoError(t, err)
	for seed := range uint64(5) {
		groups, err := Communities(v, 3, seed)
		require.NoError(t, err)
		for i, g := range groups {
			want := 0 // the largest
			if i < 5 {
				want = 2
			} else if i < 14 {
				want = 1
			}
			require.Equal(t, want, g)
		}
	}
	for _, k := range []int{0, 31} {
		_, err := Communities(v, k, 1)
		require.ErrorIs(t, err, ErrConfig)
	}
	same, err := vectors.FromRows([]string{"a", "b"}, [][]float32{{0, 0}, {0, 0}})
	require.NoError(t, err)
	groups, err := Communities(same, 2, 1)
	require.NoError(t, err)
	require.Equal(t, []int{0, 0}, groups)
	bad, err := vectors.FromRows([]string{"a"}, [][]float32{{float32(math.NaN())}})
	require.NoError(t, err)
	_, err = Communities(bad, 1, 1)
	require.ErrorIs(t, err, ErrConfig)
}

func TestEdgeVector(t *testing.T) {
	v, err := vectors.FromRows([]string{"a", "b"}, [][]float32{{1, -2}, {3, 4}})
	require.NoError(t, err)
	for op, want := range map[EdgeOperator][]float32{Average: {2, 1}, Hadamard: {3, -8}, WeightedL1: {2, 6}, WeightedL2: {4, 36}} {
		got, err := EdgeVector(v, "a", "b", op)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err = EdgeVector(v, "a", "c", Average)
	require.ErrorIs(t, err, ErrNode)
	_, err = EdgeVector(v, "c", "a", Average)
	require.ErrorIs(t, err, ErrNode)
	_, err = EdgeVector(v, "a", "b", 9)
	require.ErrorIs(t, err, ErrConfig)
}
