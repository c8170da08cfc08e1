package bert

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// tokenizerSettings is what is read of tokenizer_config.json, and of
// special_tokens_map.json, which holds the special tokens in older folders.
type tokenizerSettings struct {
	Class    string `json:"tokenizer_class"`
	Lower    *bool  `json:"do_lower_case"`
	Accents  *bool  `json:"strip_accents"` // null: as case
	Chinese  *bool  `json:"tokenize_chinese_chars"`
	Basic    *bool  `json:"do_basic_tokenize"`
	Clean    *bool  `json:"clean_text"`               // this and the next: written by this package,
	MaxChars *int   `json:"max_input_chars_per_word"` // passed over by Hugging Face's

	Unknown   addedToken `json:"unk_token"`
	Separator addedToken `json:"sep_token"`
	Pad       addedToken `json:"pad_token"`
	CLS       addedToken `json:"cls_token"`
	Mask      addedToken `json:"mask_token"`

	Additional []addedToken          `json:"additional_special_tokens"`
	Added      map[string]addedToken `json:"added_tokens_decoder"` // by number
}

// addedToken is written as a text, or as an object with its options.
type addedToken string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *addedToken) UnmarshalJSON(data []byte) error {
	object := struct {
		Content *string `json:"content"`
	}{(*string)(t)}
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, &object)
	}
	return json.Unmarshal(data, (*string)(t))
}

// tokenizerClasses are the tokenizers of Hugging Face's that cut as this package does.
var tokenizerClasses = []string{
	"", "BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast", "ElectraTokenizer", "ElectraTokenizerFast",
	"PreTrainedTokenizerFast",
}

// config returns the settings as this package has them. Without a word the model
// is uncased.
func (s *tokenizerSettings) config() (wordpiece.Config, error) {
	c := wordpiece.DefaultConfig()
	if !slices.Contains(tokenizerClasses, s.Class) {
		return c, fmt.Errorf("%w: tokenizer_class is %.50q, want \"BertTokenizer\"", ErrCheckpoint, s.Class)
	}
	if s.Basic != nil && !*s.Basic {
		return c, fmt.Errorf("%w: do_basic_tokenize is false, want true", ErrCheckpoint)
	}
	set(&c.Lower, s.Lower)
	c.StripAccents = c.Lower
	set(&c.StripAccents, s.Accents)
	set(&c.SpaceChinese, s.Chinese)
	set(&c.Clean, s.Clean)
	set(&c.MaxChars, s.MaxChars)
	for _, t := range []struct {
		to   *string
		said addedToken
	}{{&c.Unknown, s.Unknown}, {&c.Separator, s.Separator}, {&c.Pad, s.Pad}, {&c.Class, s.CLS}, {&c.Mask, s.Mask}} {
		if t.said != "" {
			*t.to = string(t.said)
		}
	}
	for _, t := range s.Added {
		s.Additional = append(s.Additional, t)
	}
	slices.Sort(s.Additional)
	return c, onlySpecial(c, s.Additional)
}

func set[T any](to, said *T) {
	if said != nil {
		*to = *said
	}
}

// onlySpecial refuses tokens that a tokenizer looks for beside the five special ones.
func onlySpecial(c wordpiece.Config, added []addedToken) error {
	for _, t := range added {
		if !slices.Contains([]string{c.Unknown, c.Separator, c.Pad, c.Class, c.Mask}, string(t)) {
			return fmt.Errorf("%w: the tokenizer has an added token %.100q, want the five special ones alone", ErrCheckpoint, t)
		}
	}
	return nil
}

// openPieces reads vocabulary and settings of a folder's tokenizer: vocab.txt, or
// tokenizer.json where it is missing.
func openPieces(dir string) (*wordpiece.Tokenizer, error) {
	var said tokenizerSettings
	for _, name := range []string{specialFile, tokenizerFile} {
		if err := readJSON(filepath.Join(dir, name), maxJSON, &said); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	var more map[string]int // tokens beyond the vocabulary, in folders of before 2023
	if err := readJSON(filepath.Join(dir, addedFile), maxJSON, &more); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for t := range more {
		said.Additional = append(said.Additional, addedToken(t))
	}
	c, err := said.config()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	pieces, err := wordpiece.ReadFile(filepath.Join(dir, vocabFile), c)
	if !errors.Is(err, fs.ErrNotExist) {
		return pieces, err
	}
	var fast fastTokenizer
	if e := readJSON(filepath.Join(dir, fastFile), maxFast, &fast); e != nil {
		if errors.Is(e, fs.ErrNotExist) {
			e = err // vocab.txt is what is wanted
		}
		return nil, e
	}
	pieces, err = fast.tokenizer(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, fastFile), err)
	}
	return pieces, nil
}

// fastTokenizer is what is read of tokenizer.json.
type fastTokenizer struct {
	Model struct {
		Type     string         `json:"type"`
		Unknown  string         `json:"unk_token"`
		Prefix   string         `json:"continuing_subword_prefix"`
		MaxChars *int           `json:"max_input_chars_per_word"`
		Vocab    map[string]int `json:"vocab"`
	} `json:"model"`
	Normalizer struct {
		Type    string `json:"type"`
		Clean   *bool  `json:"clean_text"`
		Chinese *bool  `json:"handle_chinese_chars"`
		Accents *bool  `json:"strip_accents"` // null: as case
		Lower   *bool  `json:"lowercase"`
	} `json:"normalizer"`
	Words struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	Added []addedToken `json:"added_tokens"`
}

// tokenizer returns the tokenizer of a tokenizer.json. The names of its special
// tokens are those of c.
func (f *fastTokenizer) tokenizer(c wordpiece.Config) (*wordpiece.Tokenizer, error) {
	for _, p := range []struct{ name, got, want string }{
		{"model", f.Model.Type, "WordPiece"}, {"normalizer", f.Normalizer.Type, "BertNormalizer"},
		{"pre_tokenizer", f.Words.Type, "BertPreTokenizer"}, {"continuing_subword_prefix", f.Model.Prefix, "##"},
	} {
		if p.got != p.want {
			return nil, fmt.Errorf("%w: %s is %.50q, want %q", ErrCheckpoint, p.name, p.got, p.want)
		}
	}
	if f.Model.Unknown != "" {
		c.Unknown = f.Model.Unknown
	}
	set(&c.Lower, f.Normalizer.Lower)
	c.StripAccents = c.Lower
	set(&c.StripAccents, f.Normalizer.Accents)
	set(&c.SpaceChinese, f.Normalizer.Chinese)
	set(&c.Clean, f.Normalizer.Clean)
	set(&c.MaxChars, f.Model.MaxChars)
	if err := onlySpecial(c, f.Added); err != nil {
		return nil, err
	}
	tokens := make([]string, len(f.Model.Vocab))
	taken := make([]bool, len(tokens))
	for _, t := range slices.Sorted(maps.Keys(f.Model.Vocab)) {
		n := f.Model.Vocab[t]
		if n < 0 || n >= len(tokens) || taken[n] {
			return nil, fmt.Errorf("%w: token %.100q has the number %d, want each from 0 to %d once", ErrCheckpoint, t, n, len(tokens)-1)
		}
		tokens[n], taken[n] = t, true
	}
	return wordpiece.New(tokens, c)
}
