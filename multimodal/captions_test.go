package multimodal

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadCaptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.caption.txt")
	require.NoError(t, os.WriteFile(path, []byte("v1#0 a girl  sings\r\nv1#1 singing #1\n\n12_3.jpg#4 a dog\nclip.mp4#enc#0 Ein Hund\nbare a cat"), 0o600))
	got, err := LoadCaptions(path)
	require.NoError(t, err)
	assert.Equal(t, []Caption{{"v1", "a girl  sings"}, {"v1", "singing #1"}, {"12_3", "a dog"}, {"clip", "Ein Hund"}, {"bare", "a cat"}}, got)
	for text, says := range map[string]string{
		"v1#0 a dog\nv1#1": "line 2", "#0 a dog": "line 1", "v " + strings.Repeat("x", maxCaption): "after line 0",
	} {
		_, err := ReadCaptions(strings.NewReader(text))
		require.ErrorIs(t, err, ErrFile)
		assert.ErrorContains(t, err, says)
	}
	_, err = LoadCaptions(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzReadCaptions(f *testing.F) {
	f.Add("v1#0 a girl sings\n12_3.jpg#4 a dog")
	f.Fuzz(func(t *testing.T, text string) {
		captions, err := ReadCaptions(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, c := range captions {
			assert.NotEmpty(t, c.ID)
			assert.NotEmpty(t, c.Text)
		}
	})
}

func TestReadFrameLists(t *testing.T) {
	for text, want := range map[string]map[string][]string{
		`{}`:                              {},
		" { } \n":                         {},
		`{'a': ['a_0', "a_1"]}`:           {"a": {"a_0", "a_1"}},
		`{u'a': [u'x',], "b": [] , }`:     {"a": {"x"}, "b": {}},
		`{'it\'s': ['\\', '\xe9\u00ef']}`: {"it's": {`\`, "éï"}},
	} {
		got, err := ReadFrameLists(strings.NewReader(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
	}
	for text, c := range map[string]struct {
		is   error
		says string
	}{
		"":                   {io.ErrUnexpectedEOF, "want '{'"},
		"[]":                 {ErrFile, "want '{', got '['"},
		"{'a': ['b'":         {io.ErrUnexpectedEOF, "want ']'"},
		"{'a': ['b":          {io.ErrUnexpectedEOF, "within a string"},
		"{'a': 'b'}":         {ErrFile, "want '[', got '\\''"},
		"{'a' ['b']}":        {ErrFile, "want ':'"},
		"{'a': ['b' 'c']}":   {ErrFile, "want ',' or ']'"},
		"{,}":                {ErrFile, "want a string, got ','"},
		"{1: []}":            {ErrFile, "want a string, got '1'"},
		"{'a': []} x":        {ErrFile, "'x' after the dictionary"},
		"{'a': [], 'a': []}": {ErrID, "twice"},
		`{'\q': []}`:         {ErrFile, `\q`},
		`{'\U99999999': []}`: {ErrFile, "no character"},
		`{'a` + strings.Repeat("a", maxID+9) + `': []}`: {ErrFile, "more than"},
	} {
		_, err := ReadFrameLists(strings.NewReader(text))
		require.ErrorIs(t, err, ErrFile)
		require.ErrorIs(t, err, c.is)
		assert.ErrorContains(t, err, c.says)
	}
	path := filepath.Join(t.TempDir(), "video2frames.txt")
	require.NoError(t, os.WriteFile(path, []byte(`{'film': ['tree', 'cat']}`), 0o600))
	of, err := LoadFrameLists(path)
	require.NoError(t, err)
	rows, err := Videos{Table: someFeatures(t), Of: of}.Frames("film")
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5, 6, 1, 2}, rows)
}

func FuzzReadFrameLists(f *testing.F) {
	f.Add(`{'a': ['a_0', "a_1"], u'b': []}`)
	f.Add(`{'it\'s': ['\\', '\xe9\u00ef'],}`)
	f.Fuzz(func(t *testing.T, text string) {
		lists, err := ReadFrameLists(strings.NewReader(text))
		if err == nil {
			assert.NotNil(t, lists)
		}
	})
}
