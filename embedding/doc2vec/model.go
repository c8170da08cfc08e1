package doc2vec

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Model is what was learned: vectors of tags and words, and the targets' vectors, with which new documents are read. It
// does not change, so many goroutines may use one.
type Model struct {
	rows  course.Model // words, then tags
	extra extra
	index map[string]int32 // of the words

	tables *loglinear.Tables[float32] // the same rows, as inference reads them
	noise  *loglinear.Noise
	keep   *loglinear.Keep
}

// reading is how a model read its documents, and reads new ones.
type reading struct {
	Mode      Mode    `json:"mode"`
	Window    int     `json:"window"`
	Shrink    bool    `json:"shrink"`
	Sample    float64 `json:"sample"`
	Negatives int     `json:"negatives"`
	Power     float64 `json:"power"`
	Epochs    int     `json:"epochs"`
	Rate      float64 `json:"rate"`
	MinRate   float64 `json:"min_rate"`
}

func (c *Config) reading() reading {
	return reading{c.Mode, c.Window, c.Shrink, c.Sample, c.Negatives, c.Power, c.Epochs, c.Rate, c.MinRate}
}

// extra is what a model's file holds beside rows and words.
type extra struct {
	Tags    []string `json:"tags"`
	Reading reading  `json:"reading"`
}

func newModel(rows course.Model, e extra) (*Model, error) {
	m := &Model{rows: rows, extra: e, index: make(map[string]int32, len(rows.Names))}
	for i, w := range rows.Names {
		m.index[w] = int32(i)
	}
	var err error
	if m.noise, err = loglinear.NewNoise(rows.Counts, e.Reading.Power); err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	if m.keep, err = loglinear.NewKeep(rows.Counts, e.Reading.Sample); err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	if m.tables, err = loglinear.NewTables[float32](0, 0, rows.Dim); err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	if m.tables.Stride == rows.Dim { // no need of a copy
		m.tables.In, m.tables.Out = rows.In, rows.Out
		return m, nil
	}
	if m.tables, err = loglinear.NewTables[float32](rows.Inputs, rows.Targets, rows.Dim); err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	for i := range rows.Inputs {
		copy(m.tables.Input(i), rows.Row(i))
	}
	for i := range rows.Targets {
		copy(m.tables.Target(i), rows.Out[i*rows.Dim:])
	}
	return m, nil
}

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Dim }

// Documents returns the vectors of the tags, in the order of their first appearance. It copies them.
func (m *Model) Documents() *vectors.Vectors {
	return m.copied(m.extra.Tags, m.rows.In[len(m.rows.Names)*m.rows.Dim:])
}

// Words returns the vectors of the words, by falling count. PV-DBOW without [Config.TrainWords] leaves them random.
func (m *Model) Words() *vectors.Vectors {
	return m.copied(m.rows.Names, m.rows.In[:len(m.rows.Names)*m.rows.Dim])
}

// copied cannot fail: names differ and sizes fit.
func (m *Model) copied(names []string, rows []float32) *vectors.Vectors {
	v, err := vectors.New(slices.Clone(names), slices.Clone(rows), m.rows.Dim)
	if err != nil {
		return &vectors.Vectors{}
	}
	return v
}

const kind = "verso.doc2vec"

// Save writes the model as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error { return wrap(m.rows.Save(w, kind, m.extra)) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return wrap(m.rows.SaveFile(path, kind, m.extra)) }

// Load reads a model written by [Model.Save]. What is no such file is [ErrFile].
func Load(r io.Reader) (*Model, error) {
	var e extra
	rows, err := course.Load(r, kind, &e)
	return loaded(rows, e, err)
}

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) {
	var e extra
	rows, err := course.LoadFile(path, kind, &e)
	return loaded(rows, e, err)
}

func loaded(rows *course.Model, e extra, err error) (*Model, error) {
	if err != nil {
		return nil, wrap(err)
	}
	n := len(rows.Names)
	switch {
	case n < 1 || len(rows.Counts) != n || rows.Targets != n || rows.Inputs != n+len(e.Tags):
		return nil, fmt.Errorf("%w: %d words, %d counts, %d tags, %d inputs, %d targets do not fit", ErrFile,
			n, len(rows.Counts), len(e.Tags), rows.Inputs, rows.Targets)
	case e.Reading.Window < 1 || e.Reading.Window > math.MaxInt32 || e.Reading.Negatives < 1 || e.Reading.Negatives > maxNegatives ||
		e.Reading.Epochs < 1 || e.Reading.Epochs > maxEpochs:
		return nil, fmt.Errorf("%w: impossible settings %+v", ErrFile, e.Reading)
	}
	if err := errors.Join(e.Reading.Mode.validate(), checkRates(e.Reading.Rate, e.Reading.MinRate)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	seen := make(map[string]bool, len(e.Tags))
	for _, tag := range e.Tags {
		if seen[tag] {
			return nil, fmt.Errorf("%w: the tag %.80q comes twice", ErrFile, tag)
		}
		seen[tag] = true
	}
	m, err := newModel(*rows, e)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}

func wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, course.ErrFile):
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return fmt.Errorf("doc2vec: %w", err)
}
