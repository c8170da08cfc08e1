package doc2vec

import (
	"fmt"
	"io"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Model is what was learned: vectors of tags and words, and the targets' vectors, with which new documents are read. It
// does not change, so many goroutines may use one.
type Model struct {
	rows  *course.Model // words, then tags
	how   own
	index map[string]int32 // of the words

	objective        loglinear.Objective
	keep             *loglinear.Keep
	documents, words func() *vectors.Vectors
}

// own is what a model knows of its training beside the plan: how it read its documents, and reads new ones.
type own struct {
	Mode        Mode   `json:"mode"`
	TrainWords  bool   `json:"train_words"`
	Window      int    `json:"window"`
	FixedWindow bool   `json:"fixed_window"`
	Tagged      string `json:"tagged"` // a fingerprint of which document has which tags
}

func newModel(rows *course.Model, how own) (*Model, error) {
	m := &Model{
		rows: rows, how: how, index: make(map[string]int32, len(rows.Names)),
		documents: rows.Table(rows.Tags, rows.Tables.In, len(rows.Names)), words: rows.Table(rows.Names, rows.Tables.In, 0),
	}
	for i, w := range rows.Names {
		m.index[w] = int32(i)
	}
	var err error
	if m.objective, err = rows.Plan.Objective(rows.Counts); err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	if m.keep, err = loglinear.NewKeep(rows.Counts, 0, rows.Plan.Sample); err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	return m, nil
}

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Plan.Dim }

// Done tells whether training came to its end.
func (m *Model) Done() bool { return m.rows.Done() }

// Documents returns the vectors of the tags, in the order of their first appearance: a copy, made at the first call.
func (m *Model) Documents() *vectors.Vectors { return m.documents() }

// Words returns the vectors of the words, by falling count: a copy, made at the first call. PV-DBOW without [Config.TrainWords] leaves them random.
func (m *Model) Words() *vectors.Vectors { return m.words() }

// Save writes the model, and where its training stands, as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error { return kind.Save(w, m.rows) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return kind.SaveFile(path, m.rows) }

// Load reads a model written by [Model.Save], or a checkpoint. What is no such file is [ErrFile].
func Load(r io.Reader) (*Model, error) {
	var how own
	rows, err := kind.Load(r, &how)
	return loaded(rows, how, err)
}

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) {
	var how own
	rows, err := kind.LoadFile(path, &how)
	return loaded(rows, how, err)
}

func loaded(rows *course.Model, how own, err error) (*Model, error) {
	if err == nil {
		err = kind.CheckSizes(rows)
	}
	if err != nil {
		return nil, err
	}
	if how.Window < 1 || how.Window > math.MaxInt32 {
		return nil, fmt.Errorf("%w: a window of %d", ErrFile, how.Window)
	}
	if err := how.Mode.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	m, err := newModel(rows, how)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}
