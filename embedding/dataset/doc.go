// Package dataset reads and writes labelled texts: what a classifier of any package learns
// from. It imports no graph.
//
// The file form is one example a line, a class, a tab and the text, in UTF-8:
//
//	0	simplistic , silly and tedious .
//	1	a gorgeous , witty , seductive movie .
//
// A text may be empty, and may hold further tabs. There is no quoting: a text
// with a line break in it cannot be written.
package dataset
