package course

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// lesson has four words in 30,000 words of text, and blocks of 10,000.
func lesson() *Lesson {
	corpus := &loglinear.Corpus{}
	for i := range int32(3000) {
		corpus.Append(i%4, (i+1)%4, i%4, (i+1)%4, 0, 1, 2, 3, i%2, 2+i%2)
	}
	return &Lesson{
		Kind: &testKind, Plan: Plan{Dim: 3, Negatives: 2, NoisePower: 0.75, Epochs: 3, Rate: 0.05, Seed: 1}, Own: map[string]int{"window": 2},
		Names: []string{"a", "b", "c", "\xff"}, Counts: []int64{4, 3, 2, 1}, Corpus: corpus, Emit: loglinear.SkipGram[float32](2, true),
	}
}

func learned(t *testing.T, l *Lesson) *Model {
	t.Helper()
	m, err := l.Learn(t.Context())
	require.NoError(t, err)
	require.True(t, m.Done())
	return m
}

// A training that diverges ends as soon as the epoch does, and leaves the checkpoint before as it was.
func TestDiverging(t *testing.T) {
	l := lesson()
	l.Plan.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	step, epoch := l.Emit, 0
	l.Progress = func(p Progress) error { epoch = p.Epoch; return nil }
	l.Emit = func(x *loglinear.Learner[float32], i int, ids []int32) {
		if step(x, i, ids); epoch == 2 {
			x.Give([]int32{1}, []float32{0, float32(math.NaN()), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
		}
	}
	m, err := l.Learn(t.Context())
	require.ErrorIs(t, err, errNaN)
	require.ErrorContains(t, err, "of the inputs is NaN")
	require.Nil(t, m)
	require.Equal(t, 2, epoch)
	m, err = testKind.LoadFile(l.Plan.Checkpoint, nil)
	require.NoError(t, err)
	require.Equal(t, loglinear.Position{Epoch: 1}, m.Position)

	ctx, cancel := context.WithCancel(t.Context())
	l.Plan.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	l.Progress = func(p Progress) error {
		if epoch = p.Epoch; p.Seen > 45_000 {
			cancel()
		}
		return nil
	}
	m, err = l.Learn(ctx)
	require.ErrorIs(t, err, errNaN)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, m)
}

// Where checkpoints cannot be written, what was learned is not lost, and every reason is told.
func TestCheckpointFails(t *testing.T) {
	l := lesson()
	l.Plan.Checkpoint = filepath.Join(t.TempDir(), "none", "checkpoint")
	m, err := l.Learn(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist, "before anything is learned")
	require.Nil(t, m)

	dir := filepath.Join(t.TempDir(), "dir")
	l.Plan.Checkpoint = filepath.Join(dir, "checkpoint")
	enough := errors.New("enough")
	for name, stop := range map[string]error{"at the end of an epoch": nil, "when stopped": enough} {
		require.NoError(t, os.Mkdir(dir, 0o755))
		l.Progress = func(p Progress) error {
			if p.Seen > 15_000 {
				require.NoError(t, os.RemoveAll(dir))
				return stop
			}
			return nil
		}
		m, err = l.Learn(t.Context())
		require.ErrorIs(t, err, fs.ErrNotExist, name)
		require.Equal(t, stop != nil, errors.Is(err, enough), name)
		require.NotNil(t, m, name)
		require.NoError(t, m.Tables.Finite())
		require.False(t, m.Done())
	}
}

func TestResume(t *testing.T) {
	whole := learned(t, lesson())
	for stop := range 8 {
		l := lesson()
		l.Plan.Checkpoint, l.Plan.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		enough := errors.New("enough")
		reports := 0
		l.Progress = func(Progress) error {
			if reports++; reports > stop {
				return enough
			}
			return nil
		}
		m, err := l.Learn(t.Context())
		require.ErrorIs(t, err, enough)
		require.NotNil(t, m)
		l.Progress = nil
		require.Equal(t, whole.Tables, learned(t, l).Tables, "stopped after %d reports", stop)
		require.Equal(t, whole.Tables, learned(t, l).Tables, "resumed when all is done")
		for name, change := range map[string]func(*Lesson){
			"names": func(l *Lesson) { l.Names = []string{"a", "b", "c", "d"} }, "plan": func(l *Lesson) { l.Plan.MinRate = 0.01 },
			"own": func(l *Lesson) { l.Own = nil }, "epochs": func(l *Lesson) { l.Plan.Epochs-- },
			"corpus": func(l *Lesson) { l.Corpus = &loglinear.Corpus{}; l.Corpus.Append(1, 2, 3) },
		} {
			other := *l
			change(&other)
			_, err = other.Learn(t.Context())
			require.ErrorIs(t, err, errFile, name)
			require.ErrorContains(t, err, "another training", name)
		}
	}
}

// The rate falls to its end, and progress and context are looked at, though all of the text is one sequence, if it is cut.
func TestProgress(t *testing.T) {
	for _, blocks := range []int{0, 2} {
		l := lesson()
		l.Plan.Epochs, l.Plan.Blocks, l.Plan.MinRate = 1, blocks, 0.01
		var all []Progress
		l.Progress = func(p Progress) error { all = append(all, p); return nil }
		learned(t, l)
		require.Equal(t, Progress{1, 1, 0, 30_000, 0.05}, all[0])
		last := all[len(all)-1]
		require.InDelta(t, 0.01, last.Rate, 1e-12)
		require.EqualValues(t, 30_000, last.Seen)
		require.Len(t, all, 1+(3+max(1, blocks)-1)/max(1, blocks))
	}
}

func TestBadLessons(t *testing.T) {
	for name, spoil := range map[string]func(*Lesson){
		"blocks": func(l *Lesson) { l.Plan.Blocks = 3 }, "power": func(l *Lesson) { l.Plan.NoisePower = 1e6 },
		"tree":   func(l *Lesson) { l.Plan.Tree, l.Names, l.Counts = true, l.Names[:1], l.Counts[:1] },
		"memory": func(l *Lesson) { l.Inputs, l.Plan.Dim = 1<<30, 1<<18 }, "ids": func(l *Lesson) { l.Corpus.Append(4) },
	} {
		l := lesson()
		spoil(l)
		m, err := l.Learn(t.Context())
		require.ErrorIs(t, err, errConfig, name)
		require.Nil(t, m, name)
	}
}

func TestCheck(t *testing.T) {
	for name, spoil := range map[string]func(*Plan){
		"Dim": func(p *Plan) { p.Dim = 0 }, "Negatives": func(p *Plan) { p.Negatives = -1 }, "neither": func(p *Plan) { p.Negatives = 0 },
		"Epochs": func(p *Plan) { p.Epochs = 0 }, "Blocks": func(p *Plan) { p.Blocks = 65 }, "Workers": func(p *Plan) { p.Workers = -1 },
		"Sample": func(p *Plan) { p.Sample = math.Inf(1) }, "NoisePower": func(p *Plan) { p.NoisePower = math.NaN() },
		"Rate": func(p *Plan) { p.Rate = math.NaN() }, "MinRate": func(p *Plan) { p.MinRate = 1 }, "Resume": func(p *Plan) { p.Resume = true },
		"no tree": func(p *Plan) { p.Tree, p.Blocks = true, 2 },
	} {
		p := lesson().Plan
		require.NoError(t, testKind.Check(&p))
		spoil(&p)
		err := testKind.Check(&p)
		require.ErrorIs(t, err, errConfig, name)
		require.ErrorContains(t, err, name)
	}
	p := lesson().Plan
	require.ErrorContains(t, testKind.Check(&p, AtLeast("Window", 0, 1)), "Window wants 1 … 2147483647, got 0")
}

// A checkpoint of any bytes is gone on with or refused.
func FuzzResume(f *testing.F) {
	l := lesson()
	l.Corpus = &loglinear.Corpus{}
	l.Corpus.Append(0, 1, 2, 3)
	l.Plan.Epochs, l.Plan.Checkpoint = 1, filepath.Join(f.TempDir(), "checkpoint")
	_, err := l.Learn(f.Context())
	require.NoError(f, err)
	file, err := os.ReadFile(l.Plan.Checkpoint)
	require.NoError(f, err)
	f.Add(file)
	for _, lie := range []string{`{\"Epoch\":0,\"Block\":9}`, `{\"Epoch\":2,\"Block\":0}`, `{\"Epoch\":0,\"Block\":0}`} {
		f.Add([]byte(replace(string(file), `{\"Epoch\":1,\"Block\":0}`, lie)))
	}
	l.Plan.Resume = true
	f.Fuzz(func(t *testing.T, file []byte) {
		l := *l
		l.Plan.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
		require.NoError(t, os.WriteFile(l.Plan.Checkpoint, file, 0o600))
		m, err := l.Learn(t.Context())
		if err != nil {
			require.ErrorIs(t, err, errFile)
			return
		}
		require.NoError(t, m.Tables.Finite())
		require.True(t, m.Done())
	})
}
