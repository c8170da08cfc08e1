package recurrent_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/recurrent"
)

func TestLanguageModelSaveLoad(t *testing.T) {
	c, f := smallLM(recurrent.LevelWord)
	f.Epochs, c.Layers, c.Tied, c.Dim = 5, 2, true, c.Hidden
	m := trainLM(t, c, f)
	path := filepath.Join(t.TempDir(), "m.safetensors")
	require.NoError(t, m.SaveFile(path))
	back, err := recurrent.LoadLMFile(path)
	require.NoError(t, err)
	assert.Equal(t, c, back.Config())
	assert.Equal(t, m.Words().Words(), back.Words().Words())
	assert.Equal(t, perplexity(t, m, verse), perplexity(t, back, verse))
	o := recurrent.DefaultOptions()
	assert.Equal(t, write(t, m, "tres", o), write(t, back, "tres", o))
	assert.Equal(t, lmBytes(t, m), lmBytes(t, back))
}

// A file that lies about its sizes is found out before memory is taken.
func TestLoadLMErrors(t *testing.T) {
	c, _ := smallLM(recurrent.LevelWord)
	words, err := recurrent.LMVocabulary(verse, c)
	require.NoError(t, err)
	m, err := recurrent.NewLM(words, c)
	require.NoError(t, err)
	whole := string(lmBytes(t, m))
	for old, lie := range map[string][2]string{
		`\"hidden\":24`:          {`\"hidden\":99`, `"rnn.weight_ih_l0": want shape [396 12], the file has [96 12]`},
		`\"dim\":12`:             {`\"dim\":99`, `"emb.weight": want shape [14 99], the file has [14 12]`},
		`\"layers\":1`:           {`\"layers\":9`, `"rnn.weight_ih_l1" is missing, want shape [96 24]`},
		`\"cell\":\"lstm\"`:      {`\"cell\":\"xxxx\"`, "Cell wants"},
		"verso language model 1": {"verso language model 9", "want"},
		"verso language":         {"verso LANGUAGE", "want"},
		whole[len(whole)-9:]:     {"", "truncated"},
	} {
		require.Contains(t, whole, old)
		at := strings.LastIndex(whole, old)
		_, err := recurrent.LoadLM(strings.NewReader(whole[:at] + lie[0] + whole[at+len(old):]))
		require.ErrorIs(t, err, verso.ErrFile, old)
		if lie[0] != "" {
			require.ErrorContains(t, err, lie[1])
		}
	}
}

func FuzzLoadLM(f *testing.F) {
	c, _ := smallLM(recurrent.LevelWord)
	c.Dim, c.Hidden = 2, 2
	words, err := recurrent.LMVocabulary("a b\n", c)
	require.NoError(f, err)
	m, err := recurrent.NewLM(words, c)
	require.NoError(f, err)
	var b bytes.Buffer
	require.NoError(f, m.Save(&b))
	for _, from := range []string{"", `\"hidden\":2`, `\"layers\":1`, "weight_hh_l0", "bias_ih_l0", "out.bias", "F32", "verso language", "vocabulary", `\"cell\":\"lstm\"`} {
		f.Add([]byte(strings.Replace(b.String(), from, strings.Repeat("9", len(from)), 1)))
	}
	f.Add(b.Bytes()[:b.Len()-3])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := recurrent.LoadLM(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, m)
			return
		}
		o := recurrent.DefaultOptions()
		o.Length = 2
		for token, err := range m.Generate(t.Context(), "", o) {
			require.True(t, err != nil || token.ID >= 0) // whatever it writes, it does not panic
		}
	})
}
