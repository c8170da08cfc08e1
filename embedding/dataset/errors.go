package dataset

import "errors"

// Errors of reading, wrapped with the line, and of writing, wrapped with the example.
var (
	// ErrForm signifies a line without a tab or without a class.
	ErrForm = errors.New("dataset: want a class, a tab and a text")
	// ErrUTF8 signifies bytes that are not UTF-8.
	ErrUTF8 = errors.New("dataset: not valid UTF-8")
	// ErrEmpty signifies a file without a single example.
	ErrEmpty = errors.New("dataset: no examples")
	// ErrLine signifies a line longer than [MaxLine].
	ErrLine = errors.New("dataset: line too long")
)
