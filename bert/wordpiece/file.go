package wordpiece

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

// Limits of a vocabulary file: far above any in use.
const (
	maxLine   = 1 << 16
	maxTokens = 1 << 24
)

// Read reads a vocab.txt: a token a line, numbered from 0.
func Read(r io.Reader, c Config) (*Tokenizer, error) {
	var tokens []string
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 4096), maxLine)
	for sc.Scan() {
		s := strings.TrimSuffix(sc.Text(), "\r")
		if !utf8.ValidString(s) {
			return nil, fmt.Errorf("%w: line %d is not UTF-8", ErrVocabulary, len(tokens)+1)
		}
		if tokens = append(tokens, s); len(tokens) > maxTokens {
			return nil, fmt.Errorf("%w: over %d tokens", ErrVocabulary, maxTokens)
		}
	}
	if err := sc.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fmt.Errorf("%w: line %d has over %d bytes", ErrVocabulary, len(tokens)+1, maxLine)
		}
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return New(tokens, c)
}

// ReadFile reads a vocab.txt at path.
func ReadFile(path string, c Config) (*Tokenizer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := Read(f, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Write writes the vocabulary as [Read] reads it. A token with a line break in it
// is [ErrVocabulary].
func (t *Tokenizer) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for id, s := range t.tokens {
		if strings.ContainsAny(s, "\r\n") {
			return fmt.Errorf("%w: token %d, %.100q, has a line break", ErrVocabulary, id, s)
		}
		if _, err := b.WriteString(s + "\n"); err != nil {
			return err
		}
	}
	return b.Flush()
}

// WriteFile writes the vocabulary to the file at path, whole or not at all.
func (t *Tokenizer) WriteFile(path string) error { return atomicfile.Write(path, t.Write) }
