package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

//go:embed data/sonetos.txt.gz
var sonnets []byte

// texts are what a run reads.
type texts struct{ train, valid, test string }

// quickBytes is the part of a text that -quick reads.
const quickBytes = 120_000

func (o *options) texts() (texts, error) {
	var t texts
	var err error
	if o.text == "" {
		t.train, err = unpack(bytes.NewReader(sonnets), true)
	} else {
		t.train, err = readText(o.text)
	}
	if err != nil {
		return t, err
	}
	if o.quick && len(t.train) > quickBytes {
		before := strings.LastIndexByte(t.train[:quickBytes], '\n') + 1
		if before == 0 {
			before = runeStart(t.train, quickBytes)
		}
		t.train = t.train[:before]
	}
	if o.test != "" {
		t.test, err = readText(o.test)
	} else {
		t.train, t.test = holdOut(t.train)
	}
	if err != nil {
		return t, err
	}
	if t.valid = t.test; o.valid != "" {
		t.valid, err = readText(o.valid)
	}
	return t, err
}

// holdOut cuts the last twentieth off a text: where a line begins, or a word, or
// at least a character.
func holdOut(text string) (train, test string) {
	at := runeStart(text, len(text)*19/20)
	for _, end := range []string{"\n", " "} {
		if n := strings.Index(text[at:], end); n >= 0 && at+n+1 < len(text) {
			at += n + 1
			break
		}
	}
	return text[:at], text[at:]
}

// runeStart is the first place from at on where a character begins.
func runeStart(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// readText reads a file, unpacked if its name ends in .gz.
func readText(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := unpack(f, strings.HasSuffix(path, ".gz"))
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

func unpack(r io.Reader, packed bool) (string, error) {
	if packed {
		z, err := gzip.NewReader(r)
		if err != nil {
			return "", err
		}
		r = z
	}
	b, err := io.ReadAll(r)
	switch {
	case err != nil:
		return "", err
	case !utf8.Valid(b):
		return "", fmt.Errorf("it is no UTF-8")
	}
	return string(b), nil
}
