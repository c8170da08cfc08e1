package bert

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/internal/torchfile"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/atomicfile"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// Names of files in a folder of Hugging Face's.
const (
	configFile    = "config.json"
	weightsFile   = "model.safetensors"
	pickledFile   = "pytorch_model.bin"
	vocabFile     = "vocab.txt"
	fastFile      = "tokenizer.json"
	tokenizerFile = "tokenizer_config.json"
	specialFile   = "special_tokens_map.json"
	addedFile     = "added_tokens.json"
)

// The largest files of settings that are read; tokenizer.json holds a vocabulary.
const (
	maxJSON = 1 << 20
	maxFast = 64 << 20
)

// OpenFolder reads a model from a folder that Hugging Face's save_pretrained
// wrote: config.json, model.safetensors or pytorch_model.bin, vocab.txt or
// tokenizer.json. tokenizer_config.json says whether case counts; without it, it
// does not. What would cut texts in another way, such as a token added to the
// vocabulary, is [ErrCheckpoint].
//
// Names of 2018 (LayerNorm.gamma), an encoder alone without "bert." before its
// names, and missing heads are taken as they come; what a head of another task
// left ("classifier.weight") is passed over, see [ClassifierFromFolder]. Weights
// in half precision are widened. No code in a pickled file is run.
func OpenFolder(dir string) (*Model, error) {
	return openFolder(dir, nil)
}

// addition adds parameters of a checkpoint to a model. It also gets config.json.
type addition func(m *Model, w *checkpoint, settings []byte) error

// openFolder reads a model, with an addition where there is one.
func openFolder(dir string, more addition) (*Model, error) {
	settings, err := readSmall(filepath.Join(dir, configFile), maxJSON)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	pieces, err := openPieces(dir)
	if err != nil {
		return nil, err
	}
	s, err := openSource(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	defer s.Close()
	m, err := fill(s, c, pieces, func(m *Model, w *checkpoint) error {
		if more == nil {
			return nil
		}
		return more(m, w, settings)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return m, nil
}

// fill makes the model that a source has the weights of.
func fill(s source, c Config, pieces *wordpiece.Tokenizer, more func(*Model, *checkpoint) error) (*Model, error) {
	w, err := newCheckpoint(s)
	if err != nil {
		return nil, err
	}
	if next := fmt.Sprintf("bert.encoder.layer.%d.", c.Layers); w.has(next) {
		return nil, fmt.Errorf("%w: the settings have %d layers, the file has more", ErrCheckpoint, c.Layers)
	}
	h := heads{w.has("bert.pooler."), w.has("cls.predictions."), w.has("cls.seq_relationship.")}
	m, err := newModel(pieces, c, h, w.params(), 0)
	if err == nil {
		err = more(m, w)
	}
	if err == nil {
		return m, nil
	}
	if !errors.Is(err, ErrCheckpoint) && !errors.Is(err, ErrVocabulary) {
		err = fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return nil, err
}

// openSource opens the weights of a folder, safetensors first.
func openSource(dir string) (source, error) {
	f, err := safetensors.OpenFile(filepath.Join(dir, weightsFile))
	if err == nil {
		return tensors{f}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	t, err := torchfile.OpenFile(filepath.Join(dir, pickledFile))
	switch {
	case err == nil:
		return t, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: want %s or %s: %w", ErrCheckpoint, weightsFile, pickledFile, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
}

func readSmall(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%w: %s has over %d bytes", ErrCheckpoint, path, most)
	}
	return data, err
}

// readJSON reads a small file into v.
func readJSON(path string, most int64, v any) error {
	data, err := readSmall(path, most)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCheckpoint, path, err)
	}
	return nil
}

// SaveFolder writes the model as Hugging Face's from_pretrained reads it:
// model.safetensors, vocab.txt, tokenizer_config.json and config.json, in this
// order, each whole or not at all. The folder is made where it is missing. One that
// holds a tokenizer.json is [ErrCheckpoint]: Hugging Face's library would read that
// in place of vocab.txt.
func (m *Model) SaveFolder(dir string) error {
	return m.saveFolder(dir, m.architecture(), nil)
}

// architecture is the class of Hugging Face's that has these heads.
func (m *Model) architecture() string {
	switch {
	case m.masked != nil && m.next != nil:
		return "BertForPreTraining"
	case m.masked != nil:
		return "BertForMaskedLM"
	case m.next != nil:
		return "BertForNextSentencePrediction"
	}
	return "BertModel"
}

func (m *Model) saveFolder(dir, architecture string, more map[string]any) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, fastFile)); err == nil {
		return fmt.Errorf("%w: %s holds %s, which would be read in place of %s; remove it first", ErrCheckpoint, dir, fastFile, vocabFile)
	}
	settings := map[string]any{"model_type": "bert", "architectures": []string{architecture}, "pad_token_id": m.pieces.Pad()}
	data, err := json.Marshal(m.cfg)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &settings); err != nil {
		return err
	}
	maps.Copy(settings, more)
	c := m.pieces.Config()
	tokenizer := map[string]any{
		"tokenizer_class": "BertTokenizer", "do_lower_case": c.Lower, "strip_accents": c.StripAccents, "tokenize_chinese_chars": c.SpaceChinese,
		"clean_text": c.Clean, "max_input_chars_per_word": c.MaxChars,
		"unk_token": c.Unknown, "sep_token": c.Separator, "pad_token": c.Pad, "cls_token": c.Class, "mask_token": c.Mask,
		"model_max_length": m.cfg.Positions,
	}
	// What is read first is written last: until then a folder that is there stays what it was, or does not fit.
	if err := verso.SaveParamsFile(filepath.Join(dir, weightsFile), m.params, map[string]string{"format": "pt"}); err != nil {
		return err
	}
	if err := m.pieces.WriteFile(filepath.Join(dir, vocabFile)); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, tokenizerFile), tokenizer); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, configFile), settings)
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(data, '\n'))
		return err
	})
}
