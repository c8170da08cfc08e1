package bert

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// A tokenizer with no setting left as it was comes back from a folder.
func TestFolderKeepsTokenizer(t *testing.T) {
	c := wordpiece.Config{
		Lower: true, MaxChars: 7, Unknown: "<unk>", Separator: "</s>", Pad: "<pad>", Class: "<s>", Mask: "<mask>",
	}
	pieces, err := wordpiece.New([]string{"<pad>", "<unk>", "<s>", "</s>", "<mask>", "a", "##b"}, c)
	require.NoError(t, err)
	cfg := smallConfig()
	m, err := New(pieces, cfg, 1)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, m.SaveFolder(dir))
	again, err := OpenFolder(dir)
	require.NoError(t, err)
	require.Equal(t, c, again.pieces.Config())
	require.Equal(t, m.cfg, again.cfg)
}

func TestForeignTokenizers(t *testing.T) {
	words := "<pad>\n<unk>\n<s>\n</s>\n<mask>\na\n"
	special := `{"unk_token": "<unk>", "sep_token": {"content": "</s>", "lstrip": false}, "pad_token": "<pad>", "cls_token": "<s>", "mask_token": {"content": "<mask>"}`
	for reason, files := range map[string]map[string]string{
		"in the settings":    {vocabFile: words, tokenizerFile: special + `, "model_max_length": 1000000000000000019884624838656, "strip_accents": null}`},
		"in a file of old":   {vocabFile: words, specialFile: special + "}", tokenizerFile: `{"do_lower_case": true}`},
		"and numbered":       {vocabFile: words, tokenizerFile: special + `, "added_tokens_decoder": {"4": {"content": "<mask>"}}}`},
		"none that is added": {vocabFile: words, tokenizerFile: special + `, "additional_special_tokens": []}`, addedFile: "{}"},
	} {
		dir := goldenFolder(t, "bert_a", weightsFile)
		writeFiles(t, dir, files)
		m, err := OpenFolder(dir)
		require.NoError(t, err, reason)
		require.Equal(t, 4, m.pieces.Mask(), reason)
		require.Equal(t, "</s>", m.pieces.Config().Separator, reason)
		require.True(t, m.pieces.Config().StripAccents, reason)
	}
	for want, files := range map[string]map[string]string{
		`tokenizer_class is "BertJapaneseTokenizer"`: {tokenizerFile: `{"tokenizer_class": "BertJapaneseTokenizer"}`},
		`do_basic_tokenize is false`:                 {tokenizerFile: `{"do_basic_tokenize": false}`},
		`an added token "<e>"`:                       {tokenizerFile: `{"additional_special_tokens": ["<e>"]}`},
		`an added token "<f>"`:                       {addedFile: `{"<f>": 35}`},
		`an added token "<g>"`:                       {tokenizerFile: `{"added_tokens_decoder": {"35": {"content": "<g>"}}}`},
		`MaxChars wants at least 1`:                  {tokenizerFile: `{"max_input_chars_per_word": 0}`},
		tokenizerFile:                                {tokenizerFile: `{"mask_token": 3}`},
	} {
		dir := goldenFolder(t, "bert_a", weightsFile)
		writeFiles(t, dir, files)
		_, err := OpenFolder(dir)
		require.ErrorContains(t, err, want)
	}
}

// fast is a tokenizer.json of the words of [goldenFolder].
func fast(t testing.TB, dir string) string {
	t.Helper()
	pieces, err := wordpiece.ReadFile(filepath.Join(dir, vocabFile), wordpiece.DefaultConfig())
	require.NoError(t, err)
	vocab := map[string]int{}
	for id, s := range pieces.Tokens() {
		vocab[s] = id
	}
	words, err := json.Marshal(vocab)
	require.NoError(t, err)
	return `{"added_tokens": [{"id": 0, "content": "[PAD]", "special": true}],
		"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false, "strip_accents": null, "lowercase": false},
		"pre_tokenizer": {"type": "BertPreTokenizer"},
		"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 90, "vocab": ` + string(words) + "}}"
}

func TestTokenizerJSON(t *testing.T) {
	dir := goldenFolder(t, "bert_a", weightsFile)
	m, err := OpenFolder(dir)
	require.NoError(t, err)
	text := fast(t, dir)
	writeFiles(t, dir, map[string]string{vocabFile: "", fastFile: text})
	again, err := OpenFolder(dir)
	require.NoError(t, err)
	require.Equal(t, m.pieces.Tokens(), again.pieces.Tokens())
	want := wordpiece.CasedConfig()
	want.SpaceChinese, want.MaxChars = false, 90
	require.Equal(t, want, again.pieces.Config())
	require.ErrorContains(t, m.SaveFolder(dir), "holds tokenizer.json")
	for _, c := range [][3]string{
		{`"WordPiece"`, `"BPE"`, `model is "BPE", want "WordPiece"`},
		{`"BertNormalizer"`, `"Sequence"`, `normalizer is "Sequence"`},
		{`"BertPreTokenizer"`, `"Whitespace"`, `pre_tokenizer is "Whitespace"`},
		{`"##"`, `""`, `continuing_subword_prefix is ""`},
		{`"[PAD]", "special"`, `"<x>", "special"`, `an added token "<x>"`},
		{`"w3":8`, `"w3":9`, `has the number 9, want each from 0 to 34 once`},
		{`"w3":8`, `"w3":-1`, `has the number -1`},
		{`"w3":8`, `"w3":35`, `has the number 35`},
		{`{"added`, `["added`, fastFile},
	} {
		require.Contains(t, text, c[0])
		writeFiles(t, dir, map[string]string{fastFile: strings.Replace(text, c[0], c[1], 1)})
		_, err := OpenFolder(dir)
		require.ErrorIs(t, err, ErrCheckpoint)
		require.ErrorContains(t, err, c[2])
	}
	writeFiles(t, dir, map[string]string{fastFile: ""})
	_, err = OpenFolder(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, vocabFile)
}
