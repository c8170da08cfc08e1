package safetensors

import "errors"

// The errors that this package wraps, with the tensor's name where there is one.
var (
	ErrTruncated = errors.New("the file ends too early")
	ErrTooLarge  = errors.New("the header is longer than 100 MB")
	ErrHeader    = errors.New("malformed header")
	ErrUTF8      = errors.New("not valid UTF-8")
	ErrDuplicate = errors.New("duplicate name")
	ErrDType     = errors.New("unknown element type")
	ErrShape     = errors.New("bad shape")
	ErrOffsets   = errors.New("bad data offsets") // overlapping, out of order, or leaving a gap
	ErrSize      = errors.New("shape and data differ in size")
	ErrTrailing  = errors.New("bytes after the last tensor")

	ErrNotFound = errors.New("no such tensor")
	ErrConvert  = errors.New("element type cannot be converted") // without changing the values' nature
)
