package glove

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"

	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Train learns vectors from a corpus of tokenised sentences: [BuildVocabulary], [Count] and [TrainCounts] one after
// another. The corpus is gone over twice and must yield the same sentences both times.
//
// Errors: [ErrConfig]; [ErrCorpus] for one without a word that is frequent enough, or without two beside each other; that
// of ctx while the corpus is read, wrapped and without a model; those of TrainCounts.
func Train(ctx context.Context, corpus iter.Seq[[]string], c Config) (*Model, error) {
	return train(ctx, sentences(corpus), c)
}

// TrainLines learns as [Train] does from a text: a sentence a line of any length, words between blanks. It reads the text
// twice, from where r stands; one that cannot be rewound ([io.Seeker]) is read into memory. More errors: those of r, and
// [ErrCorpus] for a word of more than 64 KiB.
func TrainLines(ctx context.Context, r io.Reader, c Config) (*Model, error) {
	t, err := newText(r)
	if err != nil {
		return nil, err
	}
	m, err := train(ctx, t.tokens, c)
	if t.err != nil {
		return nil, fmt.Errorf("glove: reading: %w", t.err)
	}
	return m, err
}

func train(ctx context.Context, corpus tokens, c Config) (*Model, error) {
	if err := errors.Join(c.validate(), c.Count.validate()); err != nil {
		return nil, err
	}
	words, err := vocabulary(ctx, corpus, c.MinCount, c.MaxWords)
	if err != nil {
		return nil, err
	}
	if words.Len() == 0 {
		return nil, fmt.Errorf("%w: no word occurs %d times", ErrCorpus, c.MinCount)
	}
	counts, err := count(ctx, corpus, words, c.Count)
	if err != nil {
		return nil, err
	}
	return TrainCounts(ctx, words, counts, c)
}

// TrainCounts fits vectors to counts, which it does not change.
//
// First vectors and biases are uniform in ±½/D. Pairs are visited in an order drawn with the seed. The same counts,
// settings and seed give the same bytes, on any number of workers.
//
// When ctx is done, Progress returns an error or a checkpoint cannot be written, TrainCounts returns that error, wrapped,
// with the model as it then is; where Checkpoint is set, Resume goes on from there to the same bytes as if nothing had
// happened. Other errors come without a model: [ErrConfig], [ErrCorpus] for no counts, [ErrCounts], [ErrNotFinite], and
// [ErrFile] for a checkpoint of another training or of one that has gone farther than Epochs.
func TrainCounts(ctx context.Context, words *vocab.Vocabulary, counts []Cooccurrence, c Config) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if len(counts) == 0 {
		return nil, fmt.Errorf("%w: no co-occurrences", ErrCorpus)
	}
	for i, x := range counts {
		if err := x.check(i, words.Len()); err != nil {
			return nil, err
		}
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	tr := newTrainer[float32](words, counts, &c)
	tr.draw()
	if c.Resume {
		if err := tr.load(c.Checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	stopped, err := tr.run(ctx)
	if err != nil {
		return nil, err
	}
	return tr.model(), stopped
}

// trainer is a training under way. It is generic for the tests alone, which follow the C program in its float64.
type trainer[T kernel.Float] struct {
	*stepper[T]
	c     *Config
	vocab *vocab.Vocabulary
	tiles *tiles[T]
	print uint64 // fingerprint of the counts

	at    position
	costs []float64 // of the epochs done
}

// position is the point between two rounds where a training stands.
type position struct {
	Epoch int `json:"epoch"` // done
	Stage int `json:"stage"` // done in this epoch
	Round int `json:"round"` // done in this stage

	Cost  float64 `json:"cost"` // sum over the epoch
	Pairs int64   `json:"pairs"`
}

func newTrainer[T kernel.Float](words *vocab.Vocabulary, counts []Cooccurrence, c *Config) *trainer[T] {
	tr := &trainer[T]{stepper: newStepper[T](words, c), c: c, vocab: words, tiles: newTiles[T](counts, c)}
	if c.Checkpoint != "" {
		tr.print = fingerprint(counts)
	}
	return tr
}

// draw sets the first vectors and biases.
func (tr *trainer[T]) draw() {
	for _, of := range []struct {
		w      *weights[T]
		stream uint64
	}{{&tr.words, streamWords}, {&tr.contexts, streamContext}} {
		r := rand.New(rand.NewPCG(tr.c.Seed, of.stream))
		for _, values := range [][]T{of.w.v, of.w.b} {
			for i := range values {
				values[i] = T((r.Float64() - 0.5) / float64(tr.dim))
			}
		}
	}
}

// round is how many pairs of each tile are worked on before the blocks meet: as many as take some hundredths of a second.
const round = 1 << 15

// run trains to the end. stopped is why it was left early, in a state from which it can go on; err is what went wrong.
func (tr *trainer[T]) run(ctx context.Context) (stopped, err error) {
	for tr.at.Epoch < tr.c.Epochs {
		stages := rand.New(rand.NewPCG(tr.c.Seed, streamEpoch|uint64(tr.at.Epoch))).Perm(tr.c.Blocks)
		for tr.at.Stage < tr.c.Blocks {
			stopped, err := tr.stage(ctx, tr.tiles.of(stages[tr.at.Stage]))
			if err == nil && stopped != nil {
				err = tr.finite()
			}
			if err != nil {
				return nil, err
			}
			if stopped != nil {
				return errors.Join(stopped, tr.checkpoint()), nil
			}
			tr.at.Stage, tr.at.Round = tr.at.Stage+1, 0
		}
		report := tr.report()
		report.EpochDone = true
		tr.costs = append(tr.costs, report.Cost)
		tr.at = position{Epoch: tr.at.Epoch + 1}
		if err := tr.finite(); err != nil {
			return nil, err
		}
		if stopped := tr.checkpoint(); stopped != nil {
			return stopped, nil
		}
		if stopped := tr.tell(report); stopped != nil {
			return stopped, nil
		}
	}
	return nil, nil
}

// finite looks for weights that the last steps made NaN or infinite, which no residual has shown yet.
func (tr *trainer[T]) finite() error {
	for _, t := range tr.state() {
		if err := finite(t.name, t.values); err != nil {
			return fmt.Errorf("%w after %d epochs; a lower Rate may help, it is %v", err, tr.at.Epoch, tr.c.Rate)
		}
	}
	return nil
}

func finite[T kernel.Float](name string, values []T) error {
	for i, x := range values {
		if x-x != 0 {
			return fmt.Errorf("%w: number %d of %s is %v", ErrNotFinite, i, name, x)
		}
	}
	return nil
}

// stage works on tiles that have nothing in common, a round after another.
func (tr *trainer[T]) stage(ctx context.Context, tiles [][]pair[T]) (stopped, err error) {
	longest := 0
	for _, tile := range tiles {
		longest = max(longest, len(tile))
	}
	costs := make([]float64, len(tiles))
	for tr.at.Round*round < longest {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("glove: stopped in epoch %d of %d: %w", tr.at.Epoch+1, tr.c.Epochs, err), nil
		}
		part := func(k int) []pair[T] {
			begin := min(tr.at.Round*round, len(tiles[k]))
			return tiles[k][begin:min(begin+round, len(tiles[k]))]
		}
		kernel.Parallel(tr.c.Workers, len(tiles), func(k int) {
			costs[k] = 0
			pairs := part(k)
			for i := range pairs {
				costs[k] += tr.step(&pairs[i])
			}
		})
		for k, cost := range costs { // in the order of the tiles, whoever was first
			if math.IsNaN(cost) || math.IsInf(cost, 0) {
				return nil, fmt.Errorf("%w: a residual in epoch %d; a lower Rate may help, it is %v", ErrNotFinite, tr.at.Epoch+1, tr.c.Rate)
			}
			tr.at.Cost += cost
			tr.at.Pairs += int64(len(part(k)))
		}
		tr.at.Round++
		if tr.at.Pairs < int64(len(tr.tiles.pairs)) {
			if stopped := tr.tell(tr.report()); stopped != nil {
				return stopped, nil
			}
		}
	}
	return nil, nil
}

func (tr *trainer[T]) report() Progress {
	return Progress{
		Epoch: tr.at.Epoch + 1, Epochs: tr.c.Epochs, Pairs: tr.at.Pairs, Of: int64(len(tr.tiles.pairs)),
		Cost: tr.at.Cost / float64(max(1, tr.at.Pairs)),
	}
}

func (tr *trainer[T]) tell(p Progress) error {
	if tr.c.Progress == nil {
		return nil
	}
	if err := tr.c.Progress(p); err != nil {
		return fmt.Errorf("glove: stopped in epoch %d of %d: %w", p.Epoch, p.Epochs, err)
	}
	return nil
}
