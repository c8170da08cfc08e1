package vectors

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// idfFile is an [IDF] as JSON: {"version":1,"sentences":3,"holding":{"a":2,"b":1}}.
type idfFile struct {
	Version   int            `json:"version"`
	Sentences int            `json:"sentences"`
	Holding   map[string]int `json:"holding"` // JSON has them in the order of their bytes
}

// MarshalJSON returns the counts as JSON, so that they can travel inside another file. A
// word that is not UTF-8 cannot be written ([ErrInvalidUTF8]).
func (f IDF) MarshalJSON() ([]byte, error) {
	for w := range f.All() {
		if !utf8.ValidString(w) {
			return nil, fmt.Errorf("%w: %q", ErrInvalidUTF8, w)
		}
	}
	return json.Marshal(idfFile{1, f.sentences, f.holding})
}

// UnmarshalJSON reads what [IDF.MarshalJSON] wrote. Errors: [ErrOptions] for another
// version and counts that cannot be; on error f stays as it was.
func (f *IDF) UnmarshalJSON(text []byte) error {
	var file idfFile
	if err := json.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("vectors: IDF: %w", err)
	}
	if file.Version != 1 {
		return fmt.Errorf("%w: IDF of version %d, want 1", ErrOptions, file.Version)
	}
	read, err := NewIDF(file.Sentences, file.Holding)
	if err != nil {
		return err
	}
	*f = read
	return nil
}

// Write writes the counts as one line of JSON.
func (f IDF) Write(w io.Writer) error {
	text, err := f.MarshalJSON()
	if err != nil {
		return err
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("vectors: write: %w", err)
	}
	return nil
}

// ReadIDF reads what [IDF.Write] wrote, to the end of r. Errors: those of
// [IDF.UnmarshalJSON].
func ReadIDF(r io.Reader) (IDF, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return IDF{}, fmt.Errorf("vectors: read: %w", err)
	}
	var f IDF
	return f, f.UnmarshalJSON(text)
}

// SaveFile writes the counts to a file as [Vectors.SaveFile] does.
func (f IDF) SaveFile(path string) error { return save(path, f.Write) }

// LoadIDF reads a file as [ReadIDF] does, gzipped if its name ends in ".gz".
func LoadIDF(path string) (IDF, error) { return load(path, ReadIDF) }
