package fasttext

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

// Write writes the model as fastText saves it, version 12, so that fastText and gensim read it.
func (m *Model) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.Write(m.header()) // bufio keeps the first error for Flush
	for _, data := range [][]float32{m.input, m.output} {
		m.writeMatrix(out, data)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("fasttext: write: %w", err)
	}
	return nil
}

// WriteFile writes the model to a file, which appears whole or not at all: it is written beside, synced and renamed.
func (m *Model) WriteFile(path string) error { return atomicfile.Write(path, m.Write) }

// header is all that comes before the matrices.
func (m *Model) header() []byte {
	a, d := &m.args, m.dict
	var raw []byte
	for _, x := range []int{
		magic, version, a.Dim, a.Window, a.Epochs, a.MinCount, a.Negative, a.WordNgrams, int(a.Loss), int(a.Kind),
		a.Bucket, a.MinN, a.MaxN, a.LRUpdateRate,
	} {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(x))
	}
	raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(a.Threshold))
	for _, x := range []int{len(d.entries), d.words, len(d.entries) - d.words} {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(x))
	}
	raw = binary.LittleEndian.AppendUint64(raw, uint64(d.tokens))
	raw = binary.LittleEndian.AppendUint64(raw, math.MaxUint64) // nothing is pruned
	for _, e := range d.entries {
		raw = append(append(raw, e.Word...), 0)
		raw = binary.LittleEndian.AppendUint64(raw, uint64(e.Count))
		kind := byte(0)
		if e.Label {
			kind = 1
		}
		raw = append(raw, kind)
	}
	return raw
}

func (m *Model) writeMatrix(out *bufio.Writer, data []float32) {
	raw := []byte{0} // not quantised
	raw = binary.LittleEndian.AppendUint64(raw, uint64(len(data)/m.args.Dim))
	raw = binary.LittleEndian.AppendUint64(raw, uint64(m.args.Dim))
	for len(data) > 0 {
		part := data[:min(len(data), 4096)]
		for _, x := range part {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
		_, _ = out.Write(raw)
		raw, data = raw[:0], data[len(part):]
	}
	_, _ = out.Write(raw)
}
