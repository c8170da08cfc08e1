// Package modelfile is what all models have in common as files: one safetensors
// file with the weights, and in its metadata the kind of the model and the parts
// that make one again, settings, classes, vocabularies.
package modelfile

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/seed6481993f/verso"
)

// kindKey is the name under which the metadata say what model it is.
const kindKey = "model"

// Parts are values by the names that they have in the metadata: as text if they are
// an [encoding.TextMarshaler], as JSON else. To read, they are pointers.
type Parts map[string]any

// Saved is a model that can be written.
type Saved struct {
	Kind   string // such as "verso conv1d classifier 1"
	Params *verso.Params
	Parts  Parts
}

// Write writes the model to w.
func (s Saved) Write(w io.Writer) error {
	meta, err := s.Metadata()
	if err != nil {
		return err
	}
	return verso.SaveParams(w, s.Params, meta)
}

// WriteFile writes the model to the file at path, whole or not at all.
func (s Saved) WriteFile(path string) error {
	meta, err := s.Metadata()
	if err != nil {
		return err
	}
	return verso.SaveParamsFile(path, s.Params, meta)
}

// Metadata returns what stands in the file beside the weights.
func (s Saved) Metadata() (map[string]string, error) {
	meta := map[string]string{kindKey: s.Kind}
	for name, part := range s.Parts {
		if name == kindKey {
			return nil, fmt.Errorf("%w: a part named %q, which is what the kind is under", verso.ErrConfig, name)
		}
		var text []byte
		var err error
		if m, ok := part.(encoding.TextMarshaler); ok {
			text, err = m.MarshalText()
		} else {
			text, err = json.Marshal(part)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		meta[name] = string(text)
	}
	return meta, nil
}

// Read makes a model of what r holds.
func Read[M any](r io.Reader, from func(*verso.ModelFile) (M, error)) (M, error) {
	f, err := verso.ReadModelFile(r)
	if err != nil {
		return *new(M), err
	}
	return from(f)
}

// Open makes a model of the file at path, which errors name.
func Open[M any](path string, from func(*verso.ModelFile) (M, error)) (M, error) {
	f, err := verso.OpenModelFile(path)
	if err != nil {
		return *new(M), err
	}
	defer f.Close()
	m, err := from(f)
	if err != nil {
		return *new(M), fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Parse reads the parts of a file of the wanted kind. Everything else is a
// [verso.ErrFile].
func Parse(f *verso.ModelFile, kind string, parts Parts) error {
	if got := f.Metadata[kindKey]; got != kind {
		return fmt.Errorf("%w: it holds %.50q, want %q", verso.ErrFile, got, kind)
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		text := []byte(f.Metadata[name])
		var err error
		if m, ok := parts[name].(encoding.TextUnmarshaler); ok {
			err = m.UnmarshalText(text)
		} else {
			err = json.Unmarshal(text, parts[name])
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", verso.ErrFile, name, err)
		}
	}
	return nil
}

// Build makes the model that a file's parts describe, over parameters that take
// their values from the file. What the model wants and the file lacks, and what
// the file holds beyond it, is a [verso.ErrFile]; nothing is returned beside an
// error.
func Build[M any](f *verso.ModelFile, model func(ps *verso.Params) (M, error)) (M, error) {
	ps := f.Params()
	m, err := model(ps)
	if err == nil {
		err = f.Complete(ps)
	}
	if err == nil {
		return m, nil
	}
	if !errors.Is(err, verso.ErrFile) {
		err = fmt.Errorf("%w: %w", verso.ErrFile, err)
	}
	return *new(M), err
}
