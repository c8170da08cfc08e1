package multimodal

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// ReadCaptions reads the captions of a <collection>.caption.txt, the file that the
// programs of Word2VisualVec, W2VV++ and Dual Encoding share: a caption a line,
//
//	video7010#3 a girl shows a pack of toy building blocks
//
// The id of the picture or video is what stands before the first "#", without an
// ending .jpg or .mp4, as there. Empty lines are passed over.
func ReadCaptions(r io.Reader) ([]Caption, error) {
	var captions []Caption
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxCaption)
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		name, text, _ := strings.Cut(line, " ")
		id, _, _ := strings.Cut(name, "#")
		for _, ending := range []string{".jpg", ".mp4"} {
			if rest, ok := strings.CutSuffix(id, ending); ok {
				id = rest
				break
			}
		}
		if text = strings.TrimSpace(text); text == "" || id == "" {
			return nil, fmt.Errorf("%w: line %d wants ID#NUMBER, a blank and a caption, got %.60q", ErrFile, n, line)
		}
		captions = append(captions, Caption{ID: id, Text: text})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: after line %d: %w", ErrFile, n, err)
	}
	return captions, nil
}

// maxCaption bounds the bytes of a line.
const maxCaption = 1 << 20

// LoadCaptions reads the file at path by [ReadCaptions].
func LoadCaptions(path string) ([]Caption, error) { return load(path, ReadCaptions) }

// load reads the file at path, which errors name.
func load[T any](path string, read func(io.Reader) (T, error)) (x T, err error) {
	file, err := os.Open(path)
	if err != nil {
		return x, err
	}
	defer file.Close()
	if x, err = read(bufio.NewReaderSize(file, 1<<16)); err != nil {
		return x, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}
