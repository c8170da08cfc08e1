package multimodal

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEvaluateKnowsSharedTexts(t *testing.T) {
	f, err := NewFeatures([]string{"a", "b", "c"}, []float32{1, 0, 0, 1, 1, 0.1}, 2)
	require.NoError(t, err)
	// Pictures a and c show the same; picture b has two captions.
	captions := []Caption{{"a", "x"}, {"b", "y"}, {"b", "x y"}, {"c", "x"}}
	toPictures, toTexts, err := Evaluate(t.Context(), fixed{}, captions, f)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1, 3, 1}, toPictures.Ranks(), "the diagonal text is nearest to c, then a before b by the tie")
	assert.Equal(t, []int{1, 1, 1}, toTexts.Ranks())
}

func TestEvaluateReadsWords(t *testing.T) {
	f, err := NewFeatures([]string{"a", "b", "c", "d"}, []float32{1, 0, 1, 0, 0, 1, 0, 1}, 2)
	require.NoError(t, err)
	captions := []Caption{{"a", "X."}, {"b", "x"}, {"c", "?"}, {"d", "!"}}
	toPictures, toTexts, err := Evaluate(t.Context(), fixed{}, captions, f)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1, 4, 4}, toPictures.Ranks(), "signs are told apart where there are no words")
	assert.Equal(t, []int{3, 3, 4, 4}, toTexts.Ranks(), "both captions are right for a and b; the two signs have the same score")
}

// fixed encodes x and y as the axes, and pictures as they are.
type fixed struct{}

func (fixed) Dim() int { return 2 }

func (fixed) EncodeText(_ context.Context, texts []string) (rows []float32, err error) {
	for _, t := range texts {
		rows = append(rows, map[string][]float32{"x": {1, 0}, "y": {0, 1}, "x y": {1, 1}, "X.": {1, 0}, "?": {1, 0}, "!": {1, 0}}[t]...)
	}
	return rows, nil
}

func (fixed) EncodeVisual(_ context.Context, v Visuals, ids []string) (rows []float32, err error) {
	for _, id := range ids {
		row, err := v.Frames(id)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row...)
	}
	return rows, nil
}

func TestEnsembleAddsCosines(t *testing.T) {
	w := newWorld(t)
	c := small()["w2vv++"]
	a := train(t, w, c, quickFit(c, 3))
	c.Seed = 2
	b := train(t, w, c, quickFit(c, 3))
	texts, ids := []string{"a red car", "the blue boat"}, w.pictures.IDs()
	scores := func(e Encoder) []float32 {
		x, err := IndexPictures(t.Context(), e, w.pictures, ids)
		require.NoError(t, err)
		rows, err := e.EncodeText(t.Context(), texts)
		require.NoError(t, err)
		s, err := x.Scores(rows)
		require.NoError(t, err)
		return s
	}
	both, one, two := scores(Ensemble{a, b}), scores(a), scores(b)
	for i := range both {
		require.InDelta(t, (one[i]+two[i])/2, both[i], 1e-5)
	}
	_, err := Ensemble{}.EncodeText(t.Context(), texts)
	assert.ErrorIs(t, err, ErrShape)
}
