// Package npy reads NumPy's .npy files of floats and writes them in C order.
//
// A file is the magic "\x93NUMPY", two bytes of version, the header's length
// (two bytes little-endian in version 1, four in 2 and 3), the header, which is
// a Python dict such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
// padded with blanks to a multiple of 64, and the numbers row by row, or with
// fortran_order column by column. Types are float16, float32 and float64, of either
// byte order when read.
//
// Memory is taken as numbers arrive, never for what a header merely claims.
// Source: the format's own description, NumPy Enhancement Proposal 1.
package npy

import "errors"

// Errors that callers may want to tell apart.
var (
	// ErrHeader signifies a header that is none, or that asks for something that this package does not read.
	ErrHeader = errors.New("npy: bad header")
	// ErrShape signifies a shape whose numbers do not fit what is given.
	ErrShape = errors.New("npy: shape does not fit")
)
