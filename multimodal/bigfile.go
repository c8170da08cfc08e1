package multimodal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

// The files of a BigFile folder.
const (
	bigShape = "shape.txt"   // "n D"
	bigIDs   = "id.txt"      // n names between white space
	bigData  = "feature.bin" // n·D float32, little-endian, row by row, no header
)

// Bounds on the width of rows and the bytes of an id, so that a damaged file is
// found out early.
const (
	maxDim = 1 << 20
	maxID  = 1 << 16
)

// BigFile is a folder of features in the layout that the programs of
// Word2VisualVec, W2VV++ and Dual Encoding share, read row by row: it may be
// larger than memory. Many goroutines may read one. It is [Visuals].
type BigFile struct {
	ids  []string
	at   map[string]int
	dim  int
	data io.ReaderAt
	file io.Closer
}

// OpenBigFile opens a folder. The sizes of its three files must agree.
func OpenBigFile(dir string) (*BigFile, error) {
	b, err := openBigFile(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return b, nil
}

func openBigFile(dir string) (*BigFile, error) {
	shape, err := os.ReadFile(filepath.Join(dir, bigShape))
	if err != nil {
		return nil, err
	}
	names, err := os.Open(filepath.Join(dir, bigIDs))
	if err != nil {
		return nil, err
	}
	defer names.Close()
	b, err := newBigFile(string(shape), bufio.NewReader(names))
	if err != nil {
		return nil, err
	}
	data, err := os.Open(filepath.Join(dir, bigData))
	if err != nil {
		return nil, err
	}
	b.data, b.file = data, data
	info, err := data.Stat()
	if err == nil && info.Size() != 4*int64(len(b.ids))*int64(b.dim) {
		err = fmt.Errorf("%w: %s wants %d rows of %d float32, %d bytes, got %d", ErrFile, bigData, len(b.ids), b.dim, 4*int64(len(b.ids))*int64(b.dim), info.Size())
	}
	if err != nil {
		data.Close()
		return nil, err
	}
	return b, nil
}

// newBigFile reads shape and names.
func newBigFile(shape string, names io.Reader) (*BigFile, error) {
	fields := strings.Fields(shape)
	var size [2]int
	for i := range size {
		var err error
		if len(fields) == 2 {
			size[i], err = strconv.Atoi(fields[i])
		}
		if len(fields) != 2 || err != nil || size[i] < i || i == 1 && size[i] > maxDim {
			return nil, fmt.Errorf("%w: %s wants the numbers of rows and columns, the latter from 1 to %d, got %.40q", ErrFile, bigShape, maxDim, shape)
		}
	}
	b := &BigFile{dim: size[1], at: map[string]int{}}
	in := bufio.NewScanner(names)
	in.Buffer(nil, maxID)
	in.Split(bufio.ScanWords)
	for in.Scan() {
		id := in.Text()
		if first, twice := b.at[id]; twice {
			return nil, fmt.Errorf("%w: rows %d and %d of %s are both %q", ErrID, first, len(b.ids), bigIDs, id)
		}
		if len(b.ids) == size[0] {
			return nil, fmt.Errorf("%w: %s has more than the %d names of %s", ErrFile, bigIDs, size[0], bigShape)
		}
		b.at[id] = len(b.ids)
		b.ids = append(b.ids, id)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, bigIDs, err)
	}
	if len(b.ids) != size[0] {
		return nil, fmt.Errorf("%w: %s wants %d names, got %d", ErrFile, bigIDs, size[0], len(b.ids))
	}
	return b, nil
}

// Close closes the file of numbers.
func (b *BigFile) Close() error { return b.file.Close() }

// Len returns the number of rows.
func (b *BigFile) Len() int { return len(b.ids) }

// Dim returns the width of a row.
func (b *BigFile) Dim() int { return b.dim }

// IDs returns the names of the rows, in their order.
func (b *BigFile) IDs() []string { return append([]string(nil), b.ids...) }

// Frames reads the row of an id.
func (b *BigFile) Frames(id string) ([]float32, error) {
	i, ok := b.at[id]
	if !ok {
		return nil, fmt.Errorf("%w: no row is %q", ErrID, id)
	}
	raw := make([]byte, 4*b.dim)
	if _, err := b.data.ReadAt(raw, int64(i)*int64(len(raw))); err != nil {
		return nil, fmt.Errorf("%w: row %d, %q: %w", ErrFile, i, id, err)
	}
	row := make([]float32, b.dim)
	for j := range row {
		row[j] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*j:]))
		if v := float64(row[j]); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: %v in row %d, %q, column %d", ErrNotFinite, v, i, id, j)
		}
	}
	return row, nil
}

// LoadBigFile reads a whole folder into memory.
func LoadBigFile(dir string) (*Features, error) {
	b, err := OpenBigFile(dir)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	data := make([]float32, 0, len(b.ids)*b.dim) // as large as the file is
	for _, id := range b.ids {
		row, err := b.Frames(id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		data = append(data, row...)
	}
	return NewFeatures(b.ids, data, b.dim)
}

// SaveBigFile writes the features as a folder, which it makes where there is
// none. Over an older one it writes file by file and stops at the first error:
// shape.txt goes first and comes last, so that a folder that was left half written
// is refused and not taken for the old or the new one. Ids with white space cannot
// be written.
func (f *Features) SaveBigFile(dir string) error {
	for i, id := range f.ids {
		if strings.ContainsFunc(id, unicode.IsSpace) || len(id) >= maxID {
			return fmt.Errorf("%w: row %d, %.40q, has white space or %d bytes, which %s cannot hold", ErrID, i, id, maxID, bigIDs)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, bigShape)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{bigData, f.writeRows},
		{bigIDs, text(strings.Join(f.ids, "\n") + "\n")},
		{bigShape, text(fmt.Sprintf("%d %d\n", f.Len(), f.dim))},
	} {
		if err := atomicfile.Write(filepath.Join(dir, file.name), file.write); err != nil {
			return err
		}
	}
	return nil
}

// writeRows writes the numbers, a row at a time.
func (f *Features) writeRows(w io.Writer) error {
	var raw []byte
	for i := 0; i < len(f.data); i += f.dim {
		raw = raw[:0]
		for _, v := range f.data[i : i+f.dim] {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}
