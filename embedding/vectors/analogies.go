package vectors

import (
	"fmt"
	"io"
	"strings"
)

// Question is A is to B as C is to D, of which D is to be found.
type Question struct{ A, B, C, D string }

// AnalogySection is a list of questions of one kind.
type AnalogySection struct {
	Name      string
	Questions []Question
}

// ReadAnalogies reads questions in the form of word2vec's questions-words.txt (Mikolov
// et al. 2013): a line ": name" begins a section, other lines have four words each.
// Questions before the first name are in a section without one. A line of another form
// is [ErrLine].
func ReadAnalogies(r io.Reader) ([]AnalogySection, error) {
	var sections []AnalogySection
	err := eachLine(r, func(line string) error {
		if name, ok := strings.CutPrefix(line, ":"); ok {
			sections = append(sections, AnalogySection{Name: strings.TrimSpace(name)})
			return nil
		}
		words := strings.Fields(line)
		if len(words) != 4 {
			return fmt.Errorf("%w: %d words, want 4 or \": section\": %.60q", ErrLine, len(words), line)
		}
		if len(sections) == 0 {
			sections = append(sections, AnalogySection{})
		}
		last := &sections[len(sections)-1]
		last.Questions = append(last.Questions, Question{words[0], words[1], words[2], words[3]})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sections, nil
}

// LoadAnalogies reads a file as [ReadAnalogies] does, gzipped if its name ends in ".gz".
func LoadAnalogies(path string) ([]AnalogySection, error) { return load(path, ReadAnalogies) }
