package vectors

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

// Format is a form of file to write.
type Format int

// The forms of files.
const (
	Word2VecBinary Format = iota // as [Vectors.WriteWord2VecBinary]
	Word2VecText                 // as [Vectors.WriteWord2VecText]
	GloVe                        // as [Vectors.WriteGloVe]
)

// Write writes the vectors in the given form.
func (v *Vectors) Write(w io.Writer, format Format) error {
	switch format {
	case Word2VecBinary:
		return v.WriteWord2VecBinary(w)
	case Word2VecText:
		return v.WriteWord2VecText(w)
	case GloVe:
		return v.WriteGloVe(w)
	}
	return fmt.Errorf("%w: format %d", ErrOptions, format)
}

// SaveFile writes the vectors to a file, gzipped if its name ends in ".gz". The file
// appears whole or not at all: it is written beside, synced and renamed.
func (v *Vectors) SaveFile(path string, format Format) error {
	return save(path, func(w io.Writer) error { return v.Write(w, format) })
}

func save(path string, write func(io.Writer) error) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if !strings.HasSuffix(path, ".gz") {
			return write(w)
		}
		zipped := gzip.NewWriter(w)
		if err := write(zipped); err != nil {
			return err
		}
		return zipped.Close()
	})
}
