package multimodal

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/seed6481993f/verso"
)

// TestRidgeSolvesItsEquation checks that the gradient of the loss is zero, with
// more captions than features and with fewer.
func TestRidgeSolvesItsEquation(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(r, c int) *mat.Dense {
		m := mat.NewDense(r, c, nil)
		m.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, m)
		return m
	}
	for _, size := range [][2]int{{30, 7}, {7, 30}, {5, 5}} {
		x, v := random(size[0], size[1]), random(size[0], 3)
		rows := make([]sparse, size[0])
		for i := range rows {
			for j := range size[1] {
				if (i+j)%3 == 0 {
					x.Set(i, j, 0)
				}
				rows[i].add(j, float32(x.At(i, j)))
				x.Set(i, j, float64(float32(x.At(i, j))))
			}
		}
		w, err := solveRidge(rows, size[1], v, 0.3)
		require.NoError(t, err)
		var residual, gradient, decay mat.Dense
		residual.Mul(x, w)
		residual.Sub(&residual, v)
		gradient.Mul(x.T(), &residual)
		decay.Scale(0.3, w)
		gradient.Add(&gradient, &decay)
		assert.Less(t, mat.Norm(&gradient, 2), 1e-10)
	}
}

func TestTrainRidge(t *testing.T) {
	w := newWorld(t)
	c := Ridge()
	c.Text.StopWords = "en"
	m, err := TrainRidge(t.Context(), w.train, w.pictures, w.words, c, 0.1)
	require.NoError(t, err)
	p, _, err := Evaluate(t.Context(), m, w.unseen, w.pictures)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, p.Recall(3), 0.5, "of 16 pictures: %v", p)
	before := p.MRR()
	c.Visual.Prepare = PrepareConfig{Components: 20, Whiten: 0.5}
	m, err = TrainRidge(t.Context(), w.train, w.pictures, w.words, c, 0.1)
	require.NoError(t, err)
	p, _, err = Evaluate(t.Context(), m, w.unseen, w.pictures)
	require.NoError(t, err)
	assert.Greater(t, p.MRR(), before, "what all pictures share tells none apart")

	_, err = TrainRidge(t.Context(), w.train, w.pictures, w.words, c, 0)
	assert.ErrorIs(t, err, verso.ErrConfig)
	_, err = TrainRidge(t.Context(), w.train, w.pictures, w.words, W2VVPlusPlus(), 1)
	assert.ErrorIs(t, err, verso.ErrConfig)
}

// TestPrepareWhitens checks mean and deviations, with more pictures than numbers
// and with fewer.
func TestPrepareWhitens(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, size := range [][2]int{{40, 6}, {6, 40}} {
		n, d := size[0], size[1]
		rows := make([]float32, n*d)
		for i := range rows {
			rows[i] = float32(5 + rng.NormFloat64()*math.Exp(-float64(i%d)/4))
		}
		for _, whiten := range []float64{0, 0.5, 1} {
			p := newPreparer(verso.NewParams(1), PrepareConfig{Components: 4, Whiten: whiten}, d)
			require.NoError(t, p.learn(t.Context(), rows))
			require.Equal(t, 4, p.out())
			y := p.apply(rows)
			var variance [4]float64
			for k := range 4 {
				for l := range k + 1 {
					sum, product := 0.0, 0.0
					for i := range n {
						sum += float64(y[i*4+k])
						product += float64(y[i*4+k]) * float64(y[i*4+l]) / float64(n)
					}
					assert.InDelta(t, 0, sum/float64(n), 1e-4, "the mean is taken out")
					if k != l {
						assert.InDelta(t, 0, product, 1e-4, "directions are uncorrelated")
					}
					variance[k] = product
				}
				if k > 0 {
					assert.LessOrEqual(t, variance[k], variance[k-1]*1.0001, "widest first")
				}
			}
			if whiten == 1 {
				assert.InDeltaSlice(t, []float64{1, 1, 1, 1}, variance[:], 1e-3)
			} else {
				assert.Less(t, variance[3], 0.9*variance[0])
			}
		}
	}
	p := newPreparer(verso.NewParams(1), PrepareConfig{SquareRoot: true, Unit: true}, 2)
	assert.InDeltaSlice(t, []float32{0.6, -0.8}, p.apply([]float32{9, -16}), 1e-6)
	p = newPreparer(verso.NewParams(1), PrepareConfig{Components: 3}, 3)
	require.ErrorIs(t, p.learn(t.Context(), []float32{1, 2, 3}), ErrCaptions)
	require.NoError(t, p.learn(t.Context(), []float32{1, 2, 3, 1, 2, 3}), "pictures that are all the same")
	assert.Equal(t, []float32{0, 0, 0}, p.apply([]float32{7, 7, 7}))
}
