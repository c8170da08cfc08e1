package vectors

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// WriteWord2VecBinary writes word2vec's binary form as the C program does, with a
// newline after each row. Words that hold a blank or start with a newline cannot be
// written ([ErrWord]).
func (v *Vectors) WriteWord2VecBinary(w io.Writer) error {
	if err := v.checkWords(func(word string) bool {
		return !strings.Contains(word, " ") && !strings.HasPrefix(word, "\n")
	}); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "%d %d\n", v.Len(), v.dim)
	var raw []byte
	for word, row := range v.All() {
		raw = append(append(raw[:0], word...), ' ')
		for _, x := range row {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
		if _, err := out.Write(append(raw, '\n')); err != nil {
			return fmt.Errorf("vectors: write: %w", err)
		}
	}
	return flush(out)
}

// checkWords makes sure that nothing is written that could not be read again.
func (v *Vectors) checkWords(fits func(string) bool) error {
	if v.dim == 0 {
		return fmt.Errorf("%w: no dimension", ErrShape)
	}
	for i, word := range v.words {
		if len(word) > maxWord || !fits(word) {
			return fmt.Errorf("%w: row %d, %.40q", ErrWord, i, word)
		}
	}
	return nil
}

func flush(out *bufio.Writer) error {
	if err := out.Flush(); err != nil {
		return fmt.Errorf("vectors: write: %w", err)
	}
	return nil
}

// WriteWord2VecText writes word2vec's text form. Each number has as many digits as
// give back the same float32. Words with a line feed, and words that end in a blank
// and a number, cannot be written ([ErrWord]); words with other blanks can, but only
// readers that count fields from the end of the line, as those here, take them.
func (v *Vectors) WriteWord2VecText(w io.Writer) error {
	if err := v.checkWords(fitsText); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "%d %d\n", v.Len(), v.dim)
	return v.writeLines(out)
}

// WriteGloVe writes GloVe's text form: [Vectors.WriteWord2VecText] without the first
// line. Without a row to tell the dimension nothing can be written ([ErrShape]), nor with a
// first word whose last part reads as a number too, such as "to infinity" ([ErrWord]).
func (v *Vectors) WriteGloVe(w io.Writer) error {
	if err := v.checkWords(fitsText); err != nil {
		return err
	}
	if v.Len() == 0 {
		return fmt.Errorf("%w: no rows", ErrShape)
	}
	if first := v.words[0]; countNumbers([]byte(first)) > 0 {
		return fmt.Errorf("%w: row 0, %.40q, would tell another dimension", ErrWord, first)
	}
	return v.writeLines(bufio.NewWriterSize(w, 1<<16))
}

func fitsText(word string) bool {
	return !strings.Contains(word, "\n") && !numberAfterBlank(word)
}

func (v *Vectors) writeLines(out *bufio.Writer) error {
	var line []byte
	for word, row := range v.All() {
		line = append(line[:0], word...)
		for _, x := range row {
			line = append(line, ' ')
			line = strconv.AppendFloat(line, float64(x), 'g', -1, 32)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("vectors: write: %w", err)
		}
	}
	return flush(out)
}
