package loglinear

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/golden"
	"github.com/seed6481993f/verso/internal/kernel"
)

const cases = "../../word2vec/testdata/golden"

// eachPrecision runs the cases of an op in both.
func eachPrecision(t *testing.T, op string, f64 func(*testing.T, *golden.Case, string), f32 func(*testing.T, *golden.Case, string)) {
	golden.Run(t, cases, []string{op}, func(t *testing.T, c *golden.Case) {
		t.Run(golden.Float64, func(t *testing.T) { f64(t, c, golden.Float64) })
		t.Run(golden.Float32, func(t *testing.T) { f32(t, c, golden.Float32) })
	})
}

// setUp fills tables with w and c of a case.
func setUp[T kernel.Float](t *testing.T, c *golden.Case, o Objective) (*Tables[T], *Learner[T], *float64) {
	w, out := c.Input("w"), c.Input("c")
	tables, err := NewTables[T](w.Shape[0], out.Shape[0], w.Shape[1])
	require.NoError(t, err)
	fill := func(row func(int) []T, numbers []T) {
		for i := range len(numbers) / tables.Dim {
			copy(row(i), numbers[i*tables.Dim:])
		}
	}
	fill(tables.Input, golden.As[T](w))
	fill(tables.Target, golden.As[T](out))
	l, err := NewLearner(tables, o, rand.NewPCG(1, 1))
	require.NoError(t, err)
	l.SetRate(c.Float("lr"))
	l.Loss = new(float64)
	return tables, l, l.Loss
}

// even is an objective that can name n targets.
func even(t *testing.T, n int) Objective {
	counts := make([]int64, n)
	for i := range counts {
		counts[i] = 1
	}
	noise, err := NewNoise(counts, 1)
	require.NoError(t, err)
	return Objective{Noise: noise, Negatives: 1}
}

func compare[T kernel.Float](t *testing.T, c *golden.Case, precision string, tables *Tables[T], w string) {
	golden.Close(t, c.Output(golden.Float64, w), tables.Dense(tables.In), c.Tolerance(precision), w)
	golden.Close(t, c.Output(golden.Float64, "c"), tables.Dense(tables.Out), c.Tolerance(precision), "c")
}

func ids(c *golden.Case, key string) (list []int32) {
	c.DecodeKey(key, &list)
	return list
}

func TestGoldenPair(t *testing.T) {
	eachPrecision(t, "w2v_sgns_step", goldenPair[float64], goldenPair[float32])
}

func goldenPair[T kernel.Float](t *testing.T, c *golden.Case, precision string) {
	c.OnlyKeys(t, "lr", "input", "target", "negatives")
	tables, l, loss := setUp[T](t, c, even(t, c.Input("c").Shape[0]))
	l.PairWith(int32(c.Int("input")), int32(c.Int("target")), ids(c, "negatives"))
	l.Flush()
	compare(t, c, precision, tables, "w")
	golden.Close(t, c.Output(golden.Float64, "loss"), []float64{*loss}, c.Tolerance(precision), "loss")
}

func TestGoldenBag(t *testing.T) {
	eachPrecision(t, "w2v_cbow_step", goldenBag[float64], goldenBag[float32])
}

func goldenBag[T kernel.Float](t *testing.T, c *golden.Case, precision string) {
	c.OnlyKeys(t, "lr", "context", "target", "negatives")
	for how, w := range map[Combine]string{Mean: "w_c_tool", MeanGradient: "w_true_gradient"} {
		tables, l, _ := setUp[T](t, c, even(t, c.Input("c").Shape[0]))
		l.BagWith(ids(c, "context"), int32(c.Int("target")), ids(c, "negatives"), how)
		compare(t, c, precision, tables, w)
	}
}

func TestGoldenTree(t *testing.T) {
	eachPrecision(t, "w2v_hs_step", goldenTree[float64], goldenTree[float32])
}

func goldenTree[T kernel.Float](t *testing.T, c *golden.Case, precision string) {
	c.OnlyKeys(t, "lr", "input", "points", "code")
	// a tree whose first id has the path of the case
	var bits []uint8
	for _, b := range ids(c, "code") {
		bits = append(bits, uint8(b))
	}
	points := ids(c, "points")
	tree := &Huffman{start: make([]int, c.Input("c").Shape[0]+2), points: points, bits: bits}
	for i := 1; i < len(tree.start); i++ {
		tree.start[i] = len(points)
	}
	tables, l, loss := setUp[T](t, c, Objective{Tree: tree})
	l.Pair(int32(c.Int("input")), 0)
	l.Flush()
	compare(t, c, precision, tables, "w")
	golden.Close(t, c.Output(golden.Float64, "loss"), []float64{*loss}, c.Tolerance(precision), "loss")
}

func TestGoldenVocabulary(t *testing.T) {
	golden.Run(t, cases, []string{"w2v_vocab"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "counts", "codes", "points", "sample")
		var counts []int64
		var codes [][]int
		var points [][]int32
		c.DecodeKey("counts", &counts)
		c.DecodeKey("codes", &codes)
		c.DecodeKey("points", &points)
		tree, err := NewHuffman(counts)
		require.NoError(t, err)
		noise, err := NewNoise(counts, 0.75)
		require.NoError(t, err)
		var total, length int64
		for _, n := range counts {
			total += n
		}
		var p, keep []float64
		for i, n := range counts {
			nodes, bits := tree.Path(i)
			require.Equal(t, points[i], nodes, i)
			code := make([]int, len(bits))
			for j, b := range bits {
				code[j] = int(b)
			}
			require.Equal(t, codes[i], code, i)
			length += n * int64(len(bits))
			p = append(p, noise.Probability(i))
			keep = append(keep, Probability(n, total, c.Float("sample")))
		}
		for name, got := range map[string][]float64{"noise": p, "keep": keep, "weighted_code_length": {float64(length)}} {
			golden.Close(t, c.Output(golden.Float64, name), got, c.Tolerance(golden.Float64), name)
		}
	})
}
