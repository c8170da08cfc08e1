package glove

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// recordSize is that of int32 word, int32 context, float64 value, little-endian; words are numbered from 1.
const recordSize = 16

// WriteCooccurrences writes counts in the form of the C program's cooccurrence.bin.
func WriteCooccurrences(w io.Writer, counts []Cooccurrence) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var record [recordSize]byte
	for i, x := range counts {
		if x.Word < 0 || x.Context < 0 || x.Word == math.MaxInt32 || x.Context == math.MaxInt32 {
			return fmt.Errorf("%w: record %d has the ids %d and %d, want 0 … 2^31-2", ErrCounts, i, x.Word, x.Context)
		}
		binary.LittleEndian.PutUint32(record[:], uint32(x.Word+1))
		binary.LittleEndian.PutUint32(record[4:], uint32(x.Context+1))
		binary.LittleEndian.PutUint64(record[8:], math.Float64bits(x.Value))
		if _, err := out.Write(record[:]); err != nil {
			return fmt.Errorf("glove: writing counts: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("glove: writing counts: %w", err)
	}
	return nil
}

// ReadCooccurrences reads a cooccurrence.bin or cooccurrence.shuf.bin of the C program, in the order of the file. Ids
// must be those of a vocabulary of so many words and values finite and above 0 ([ErrCounts]); a file that ends within
// a record is an [io.ErrUnexpectedEOF].
func ReadCooccurrences(r io.Reader, words int) ([]Cooccurrence, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var counts []Cooccurrence
	var record [recordSize]byte
	for {
		switch _, err := io.ReadFull(in, record[:]); {
		case errors.Is(err, io.EOF):
			return counts, nil
		case err != nil:
			return nil, fmt.Errorf("glove: record %d of the counts: %w", len(counts), err)
		}
		x := Cooccurrence{
			Word:    int32(binary.LittleEndian.Uint32(record[:])) - 1,
			Context: int32(binary.LittleEndian.Uint32(record[4:])) - 1,
			Value:   math.Float64frombits(binary.LittleEndian.Uint64(record[8:])),
		}
		if err := x.check(len(counts), words); err != nil {
			return nil, err
		}
		counts = append(counts, x)
	}
}

// check tells whether record i can be one of a vocabulary of so many words.
func (x Cooccurrence) check(i, words int) error {
	if x.Word < 0 || int(x.Word) >= words || x.Context < 0 || int(x.Context) >= words {
		return fmt.Errorf("%w: record %d has the ids %d and %d, want 0 … %d", ErrCounts, i, x.Word, x.Context, words-1)
	}
	if !(x.Value > 0) || math.IsInf(x.Value, 0) {
		return fmt.Errorf("%w: record %d has the value %v, want a finite one above 0", ErrCounts, i, x.Value)
	}
	return nil
}
