package vocab

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// SaveFile writes the vocabulary to a file as [Vocabulary.Write] does. The file
// appears whole or not at all: it is written beside, synced and renamed.
func (v *Vocabulary) SaveFile(path string) error {
	return replaceFile(path, v.Write)
}

// LoadFile reads a vocabulary from a file as [Read] does.
func LoadFile(path string) (*Vocabulary, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	defer f.Close()
	v, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// replaceFile puts what write writes in the place of path.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("vocab: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("vocab: save %s: %w", path, err)
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
