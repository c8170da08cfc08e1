package recurrent_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

func TestClassifierSaveLoad(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		k := m.trained(t, 60, 1, 3)
		path := filepath.Join(t.TempDir(), "model.safetensors")
		require.NoError(t, k.SaveFile(path))
		again, err := recurrent.LoadClassifierFile(path)
		require.NoError(t, err)
		require.Equal(t, saved(t, k), saved(t, again))
		require.Equal(t, k.Config(), again.Config())
		require.Equal(t, k.Classes(), again.Classes())
		require.Equal(t, k.Words().Words(), again.Words().Words())
		require.Len(t, again.Params().All(), len(k.Params().All()))
		for _, text := range []string{"", "eva helps ana", "words that nobody knows"} {
			p, err := k.Predict(text)
			require.NoError(t, err)
			q, err := again.Predict(text)
			require.NoError(t, err)
			require.Equal(t, p, q)
		}
		_, f := m.tiny(3)
		f.Epochs = 1
		_, err = again.Fit(t.Context(), deeds(40, 3), nil, f) // it goes on learning
		require.NoError(t, err)
		require.NotEqual(t, saved(t, k), saved(t, again))
	})
}

func TestClassifierLoadErrors(t *testing.T) {
	whole := saved(t, models[3].trained(t, 20, 0, 1))
	change := func(old, new string) []byte { return bytes.Replace(whole, []byte(old), []byte(new), 1) }
	for name, b := range map[string][]byte{
		"empty":           nil,
		"cut short":       whole[:len(whole)-5],
		"another model":   change("verso recurrent classifier 1", "verso recurrent classifier 9"),
		"another width":   change(`\"dim\":16`, `\"dim\":96`),
		"more units":      change(`\"hidden\":12`, `\"hidden\":92`),
		"too many layers": change(`\"layers\":2`, `\"layers\":9`),
		"fewer layers":    change(`\"layers\":2`, `\"layers\":1`),
		"other filters":   change(`\"conv_widths\":[2,3]`, `\"conv_widths\":[2,9]`),
		"more maps":       change(`\"conv_maps\":12`, `\"conv_maps\":92`),
		"another cell":    change(`\"cell\":\"gru\"`, `\"cell\":\"rnn\"`),
		"no cell":         change(`\"cell\":\"gru\"`, `\"cell\":\"xyz\"`),
		"equal classes":   change(`\"ana\",\"eva\"`, `\"ana\",\"ana\"`),
	} {
		require.NotEqual(t, whole, b, name)
		_, err := recurrent.LoadClassifier(bytes.NewReader(b))
		require.ErrorIs(t, err, verso.ErrFile, name)
	}
	_, err := recurrent.LoadClassifier(bytes.NewReader(change(`\"hidden\":12`, `\"hidden\":92`)))
	require.ErrorContains(t, err, `tensor "rnn.weight_ih_l0": want shape [276 24], the file has [36 24]`)
	_, err = recurrent.LoadClassifierFile(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}

func FuzzLoadClassifier(f *testing.F) {
	for _, m := range models {
		c, fit := m.tiny(1)
		c.Dim, c.Hidden, c.ConvMaps, fit.Epochs = 4, 3, 2, 0
		k, _, err := recurrent.TrainClassifier(context.Background(), deeds(10, 1), nil, nil, c, fit)
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := k.Save(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		k, err := recurrent.LoadClassifier(bytes.NewReader(in))
		if err != nil {
			require.Nil(t, k)
			return
		}
		_, err = k.Predict("ana sees eva")
		require.NoError(t, err)
	})
}

func TestClassifierCancelAndResume(t *testing.T) {
	eachModel(t, func(t *testing.T, m model) {
		c, f := m.tiny(2)
		f.Epochs, f.Checkpoint = 2, filepath.Join(t.TempDir(), "checkpoint")
		data := deeds(100, 1)
		whole := f
		whole.Checkpoint = ""
		unbroken, _, err := recurrent.TrainClassifier(t.Context(), data, nil, nil, c, whole)
		require.NoError(t, err)

		ctx, cancel := context.WithCancel(t.Context())
		f.Progress = func(p verso.Progress) error {
			if p.Step == 7 {
				cancel()
			}
			return nil
		}
		k, _, err := recurrent.TrainClassifier(ctx, data, nil, nil, c, f)
		require.ErrorIs(t, err, context.Canceled)
		_, err = k.Predict("ana sees eva") // still usable
		require.NoError(t, err)
		f.Progress, f.Resume = nil, true
		resumed, _, err := recurrent.TrainClassifier(t.Context(), data, nil, nil, c, f)
		require.NoError(t, err)
		require.Equal(t, saved(t, unbroken), saved(t, resumed))
		require.NotEqual(t, saved(t, k), saved(t, resumed))
	})
}
