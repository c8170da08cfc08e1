package fasttext

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// The layout of a file, little-endian:
//
//	int32    magic 793712314, version 12       (absent before version 11)
//	int32    dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate, float64 t
//	int32    entries, words, labels; int64 tokens
//	int64    rows of a pruned model, -1         (absent before version 11)
//	entries  text, byte 0, int64 count, int8 type: 0 word, 1 label
//	byte     1 if quantised (absent before version 11); int64 rows, columns; float32 …    input matrix
//	         the same                                                                   output matrix
const (
	magic   = 793712314
	version = 12 // that is written; 11 differs in that supervised models had no character n-grams
	oldest  = 11
)

// unsized bounds the memory that is taken on the word of a header alone, in bytes, where the size of the file is not known.
const unsized = 1 << 20

// Read reads a model as fastText saves it (.bin): of version 11 or 12, and of the form without a version before them, in which only
// [EndOfSentence] had another vector, from n-grams of its own. After it r must end.
// Memory grows with what is read, whatever the sizes in the file promise. Errors: [ErrFormat], [ErrTruncated], [ErrQuantized] for a .ftz,
// [ErrArgs], [ErrDictionary], [ErrShape].
func Read(r io.Reader) (*Model, error) { return read(r, unsized) }

// ReadFile reads a file as [Read] does.
func ReadFile(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("fasttext: %w", err)
	}
	defer f.Close()
	var size int64 = unsized
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	m, err := read(f, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func read(r io.Reader, size int64) (*Model, error) {
	in := &decoder{in: bufio.NewReaderSize(r, 1<<16), size: size}
	args, versioned := in.args()
	if in.err != nil {
		return nil, in.err
	}
	if err := args.check(); err != nil {
		return nil, err
	}
	dict, pruned, err := in.dictionary(versioned)
	if err != nil {
		return nil, err
	}
	input := in.matrix("input", args.Dim, versioned)
	if in.err == nil && pruned {
		return nil, fmt.Errorf("%w: a pruned dictionary, which only quantised models have", ErrDictionary)
	}
	output := in.matrix("output", args.Dim, versioned)
	if in.err != nil {
		return nil, in.err
	}
	if _, err := in.in.ReadByte(); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, fmt.Errorf("fasttext: read: %w", err)
		}
		return nil, fmt.Errorf("%w: more bytes after the output matrix", ErrFormat)
	}
	return New(args, dict, input, output)
}

// decoder reads numbers until the first error, which it keeps.
type decoder struct {
	in   *bufio.Reader
	size int64
	err  error
}

func (d *decoder) bytes(n int) []byte {
	var raw [8]byte
	if d.err == nil {
		_, err := io.ReadFull(d.in, raw[:n])
		d.fail(err)
	}
	return raw[:]
}

func (d *decoder) fail(err error) {
	switch {
	case err == nil || d.err != nil:
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		d.err = ErrTruncated
	default:
		d.err = fmt.Errorf("fasttext: read: %w", err)
	}
}

func (d *decoder) int32() int { return int(int32(binary.LittleEndian.Uint32(d.bytes(4)))) }

func (d *decoder) int64() int64 { return int64(binary.LittleEndian.Uint64(d.bytes(8))) }

// args reads the settings, and tells whether the file has a version.
func (d *decoder) args() (a Args, versioned bool) {
	first, v := d.int32(), version
	if versioned = first == magic; versioned {
		v = d.int32()
		first = d.int32()
	}
	if d.err != nil {
		return a, versioned
	}
	if v < oldest || v > version {
		d.err = fmt.Errorf("%w: version %d, want %d or %d", ErrFormat, v, oldest, version)
	} else if !versioned && (first < 1 || first > maxDim) {
		d.err = fmt.Errorf("%w: it begins with %#x, want %#x", ErrFormat, uint32(first), magic)
	}
	a.Dim = first
	for _, x := range []*int{&a.Window, &a.Epochs, &a.MinCount, &a.Negative, &a.WordNgrams} {
		*x = d.int32()
	}
	a.Loss, a.Kind = Loss(d.int32()), Kind(d.int32())
	for _, x := range []*int{&a.Bucket, &a.MinN, &a.MaxN, &a.LRUpdateRate} {
		*x = d.int32()
	}
	a.Threshold = math.Float64frombits(uint64(d.int64()))
	if v == oldest && a.Kind == Supervised {
		a.MaxN = 0
	}
	return a, versioned
}

func (d *decoder) dictionary(versioned bool) (dict *Dictionary, pruned bool, err error) {
	size, words, labels, tokens := d.int32(), d.int32(), d.int32(), d.int64()
	prunedRows := int64(-1)
	if versioned {
		prunedRows = d.int64()
	}
	if d.err != nil {
		return nil, false, d.err
	}
	if words < 0 || labels < 0 || words+labels != size {
		return nil, false, fmt.Errorf("%w: %d entries, but %d words and %d labels", ErrDictionary, size, words, labels)
	}
	var entries []Entry // grows as the file is read
	for i := range size {
		e := Entry{Word: d.text(), Count: d.int64()}
		kind := d.bytes(1)[0]
		if d.err != nil {
			return nil, false, fmt.Errorf("entry %d of %d: %w", i, size, d.err)
		}
		if e.Label = kind == 1; kind > 1 || e.Label != (i >= words) {
			return nil, false, fmt.Errorf("%w: entry %d, %.40q, has type %d; want %d words, then %d labels", ErrDictionary, i, e.Word, kind, words, labels)
		}
		entries = append(entries, e)
	}
	for range max(prunedRows, 0) {
		if d.int64(); d.err != nil {
			return nil, false, d.err
		}
	}
	dict, err = NewDictionary(entries, tokens)
	return dict, prunedRows > 0, err
}

// text reads a text that ends in a byte 0.
func (d *decoder) text() string {
	var text []byte
	for d.err == nil {
		part, err := d.in.ReadSlice(0)
		text = append(text, part...)
		switch {
		case len(text) > maxWord+1:
			d.err = fmt.Errorf("%w: a word of more than %d bytes: %.40q", ErrDictionary, maxWord, text)
		case err == nil:
			return string(text[:len(text)-1])
		case !errors.Is(err, bufio.ErrBufferFull):
			d.fail(err)
		}
	}
	return ""
}

// matrix reads rows of dim numbers. Room is taken for no more than a file of this size can hold; beyond that it grows with what is read.
func (d *decoder) matrix(name string, dim int, versioned bool) []float32 {
	if versioned && d.bytes(1)[0] != 0 && d.err == nil {
		d.err = fmt.Errorf("%w: its %s matrix is; want the .bin file, not the .ftz", ErrQuantized, name)
	}
	rows, cols := d.int64(), d.int64()
	if d.err != nil {
		return nil
	}
	if cols != int64(dim) && !(rows == 0 && cols == 0) || rows < 0 || rows > math.MaxInt64/4/int64(dim) {
		d.err = fmt.Errorf("%w: %s matrix %d×%d, want rows of %d", ErrShape, name, rows, cols, dim)
		return nil
	}
	n := rows * cols
	data := make([]float32, 0, min(n, d.size/4))
	raw := make([]byte, 1<<15)
	for int64(len(data)) < n {
		part := raw[:4*min(int64(len(raw)/4), n-int64(len(data)))]
		if got, err := io.ReadFull(d.in, part); err != nil {
			d.fail(err)
			d.err = fmt.Errorf("number %d of the %d×%d of the %s matrix: %w", len(data)+got/4, rows, cols, name, d.err)
			return nil
		}
		for i := 0; i < len(part); i += 4 {
			data = append(data, math.Float32frombits(binary.LittleEndian.Uint32(part[i:])))
		}
	}
	return data
}
