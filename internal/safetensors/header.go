package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"
)

const (
	maxHeader   = 100_000_000    // as in the reference implementation
	metadataKey = "__metadata__" // the one name that is no tensor
)

// readHeader reads the length and the header from r. It returns the tensors in the order of their data, and the sizes of
// the header (with its length) and of the data.
func readHeader(r io.Reader) (f *File, headerSize, dataSize int64, err error) {
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, 0, 0, fmt.Errorf("safetensors: length of the header: %w", truncated(err))
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return nil, 0, 0, fmt.Errorf("safetensors: %w: %d bytes", ErrTooLarge, n)
	}
	header, err := readAll(r, int64(n))
	if err != nil {
		return nil, 0, 0, fmt.Errorf("safetensors: header of %d bytes: %w", n, err)
	}
	f = &File{Metadata: map[string]string{}, index: map[string]int{}}
	if err := f.parseHeader(header); err != nil {
		return nil, 0, 0, fmt.Errorf("safetensors: %w", err)
	}
	if dataSize, err = f.checkOffsets(); err != nil {
		return nil, 0, 0, fmt.Errorf("safetensors: %w", err)
	}
	return f, 8 + int64(n), dataSize, nil
}

// parseHeader fills the metadata and the tensors. It goes token by token, for encoding/json would let the last of two
// equal keys win and spell keys freely.
func (f *File) parseHeader(header []byte) error {
	switch {
	case !utf8.Valid(header):
		return fmt.Errorf("header: %w", ErrUTF8)
	case len(header) == 0 || header[0] != '{':
		return fmt.Errorf("%w: it does not begin with {", ErrHeader)
	case !json.Valid(header):
		return fmt.Errorf("%w: not JSON", ErrHeader)
	}
	d := json.NewDecoder(bytes.NewReader(header))
	d.UseNumber()
	seenMetadata := false
	return object(d, func(name string) error {
		if name == metadataKey {
			if seenMetadata {
				return fmt.Errorf("%w %s", ErrDuplicate, metadataKey)
			}
			seenMetadata = true
			return f.parseMetadata(d)
		}
		if _, ok := f.index[name]; ok {
			return fmt.Errorf("%w: tensor %s", ErrDuplicate, clip(name))
		}
		info, err := parseInfo(d, name)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", clip(name), err)
		}
		f.index[name] = len(f.infos)
		f.infos = append(f.infos, info)
		return nil
	})
}

func (f *File) parseMetadata(d *json.Decoder) error {
	return object(d, func(key string) error {
		if _, ok := f.Metadata[key]; ok {
			return fmt.Errorf("%w: metadata %s", ErrDuplicate, clip(key))
		}
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrHeader, err)
		}
		s, ok := token.(string)
		if !ok {
			return fmt.Errorf("%w: metadata %s is no string", ErrHeader, clip(key))
		}
		f.Metadata[key] = s
		return nil
	})
}

// parseInfo reads what the header says of one tensor.
func parseInfo(d *json.Decoder, name string) (Info, error) {
	info := Info{Name: name, Shape: []int{}}
	var offsets []int
	seen := map[string]bool{}
	err := object(d, func(key string) (err error) {
		if seen[key] {
			return fmt.Errorf("%w %s", ErrDuplicate, clip(key))
		}
		seen[key] = true
		switch key {
		case "dtype":
			token, err := d.Token()
			if err != nil {
				return fmt.Errorf("%w: %w", ErrHeader, err)
			}
			s, ok := token.(string)
			if !ok {
				return fmt.Errorf("%w: dtype is no string", ErrHeader)
			}
			info.DType = DType(s)
		case "shape":
			info.Shape, err = counts(d, ErrShape)
		case "data_offsets":
			offsets, err = counts(d, ErrOffsets)
		default:
			return fmt.Errorf("%w: unknown field %s", ErrHeader, clip(key))
		}
		return err
	})
	if err != nil {
		return Info{}, err
	}
	if len(seen) != 3 {
		return Info{}, fmt.Errorf("%w: dtype, shape and data_offsets are wanted", ErrHeader)
	}
	if len(offsets) != 2 || offsets[0] > offsets[1] {
		return Info{}, fmt.Errorf("%w: begin and end are wanted", ErrOffsets)
	}
	info.begin, info.end = int64(offsets[0]), int64(offsets[1])
	size, err := byteSize(info.DType, info.Shape)
	if err != nil {
		return Info{}, err
	}
	if size != info.end-info.begin {
		return Info{}, fmt.Errorf("%w: %d bytes wanted for its shape and type, %d given", ErrSize, size, info.end-info.begin)
	}
	return info, nil
}

// checkOffsets orders the tensors by their data, which must lie end to end from 0, and returns the end of the last.
func (f *File) checkOffsets() (int64, error) {
	slices.SortStableFunc(f.infos, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var end int64
	for i, info := range f.infos {
		if info.begin != end {
			return 0, fmt.Errorf("tensor %s: %w: it begins at %d where %d bytes have been described", clip(info.Name), ErrOffsets, info.begin, end)
		}
		end = info.end
		f.index[info.Name] = i
	}
	return end, nil
}

// object reads a JSON object, calling member after each key to read the value.
func object(d *json.Decoder, member func(key string) error) error {
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return fmt.Errorf("%w: an object is wanted", ErrHeader)
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrHeader, err)
		}
		key, ok := token.(string)
		if !ok {
			return fmt.Errorf("%w: a key is wanted", ErrHeader)
		}
		if err := member(key); err != nil {
			return err
		}
	}
	_, err := d.Token() // the closing brace
	return err
}

// counts reads a JSON list of whole numbers from 0 up; another list is the error bad.
func counts(d *json.Decoder, bad error) ([]int, error) {
	if token, err := d.Token(); err != nil || token != json.Delim('[') {
		return nil, fmt.Errorf("%w: a list is wanted", bad)
	}
	list := []int{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrHeader, err)
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%w: a number is wanted", bad)
		}
		n, err := strconv.Atoi(number.String())
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%w: %s is no count", bad, clip(number.String()))
		}
		list = append(list, n)
	}
	_, err := d.Token() // the closing bracket
	return list, err
}

// readAll reads n bytes, taking memory as they come.
func readAll(r io.Reader, n int64) ([]byte, error) {
	const first = 1 << 16
	var data []byte
	for int64(len(data)) < n {
		have := len(data)
		step := min(n-int64(have), int64(max(first, have)))
		data = slices.Grow(data, int(step))[:have+int(step)]
		if _, err := io.ReadFull(r, data[have:]); err != nil {
			return nil, truncated(err)
		}
	}
	return data, nil
}

// truncated makes the two ends of file that io knows into ErrTruncated.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
