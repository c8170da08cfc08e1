package verso_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso"
)

// checkpointConfig uses everything that has a state: Adadelta on a table, a
// plateau schedule, scores, best weights, shards, dropout.
func checkpointConfig(path string) verso.FitConfig {
	c := fitConfig()
	c.Shards, c.Optimizer = 2, verso.Adadelta(verso.DefaultAdadeltaConfig())
	p := verso.DefaultPlateauConfig()
	p.Patience = 0
	c.Schedule = verso.Plateau(1, p)
	c.RestoreBest, c.Checkpoint, c.Resume = true, path, path != ""
	scores := []float64{1, 3, 2, 2.5}
	epoch := 0
	c.Validate = func(context.Context) (float64, error) { epoch++; return scores[epoch-1], nil }
	return c
}

// skipScores makes Validate begin with the score of a later epoch.
func skipScores(c verso.FitConfig, n int) verso.FitConfig {
	for range n {
		_, _ = c.Validate(context.Background())
	}
	return c
}

// results are what must be equal in two histories.
func results(h *verso.History) verso.History {
	out := *h
	out.Epochs = append([]verso.EpochResult{}, h.Epochs...)
	for i := range out.Epochs {
		out.Epochs[i].Elapsed = 0
	}
	return out
}

// A training that is stopped at any place and gone on with ends with the bytes of one that was not.
func TestFitResume(t *testing.T) {
	whole := newBag(1, 40) // 5 steps an epoch
	want, err := verso.Fit(t.Context(), whole.task(), checkpointConfig(""))
	require.NoError(t, err)
	require.Equal(t, 1, want.Best)

	for stop := 1; stop <= 20; stop += 3 {
		for _, how := range []string{"progress", "cancel", "validate"} {
			if how == "validate" && stop > 1 {
				continue // it stops by the score
			}
			path := filepath.Join(t.TempDir(), "model.checkpoint")
			b := newBag(1, 40)
			ctx, cancel := context.WithCancel(t.Context())
			c := checkpointConfig(path)
			validate := c.Validate
			enough := errors.New("enough")
			switch how {
			case "validate":
				c.Validate = func(ctx context.Context) (float64, error) {
					score, _ := validate(ctx)
					if score == 2 { // epoch 3
						return 0, enough
					}
					return score, nil
				}
			default:
				c.Progress = func(p verso.Progress) error {
					if p.Step < stop {
						return nil
					}
					cancel()
					if how == "cancel" {
						return nil
					}
					return enough
				}
			}
			h, err := verso.Fit(ctx, b.task(), c)
			cancel()
			require.Error(t, err)
			done := len(h.Epochs)

			// Another process would have other weights at first.
			again := newBag(99, 40)
			got, err := verso.Fit(t.Context(), again.task(), skipScores(checkpointConfig(path), done))
			require.NoError(t, err)
			assert.Equal(t, whole.weights(), again.weights(), "%s at %d", how, stop)
			assert.Equal(t, results(want), results(got), "%s at %d", how, stop)

			// Going on with a finished training changes nothing.
			finished := newBag(98, 40)
			got, err = verso.Fit(t.Context(), finished.task(), checkpointConfig(path))
			require.NoError(t, err)
			assert.Equal(t, whole.weights(), finished.weights())
			assert.Equal(t, results(want), results(got))
		}
	}
}

// More epochs may be asked for when going on.
func TestFitResumeWithMoreEpochs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	run := func(b *bag, epochs int, path string) {
		c := fitConfig()
		c.Epochs, c.Checkpoint, c.Resume = epochs, path, path != ""
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.NoError(t, err)
	}
	whole, parts := newBag(1, 20), newBag(1, 20)
	run(whole, 5, "")
	run(parts, 2, path)
	run(parts, 5, path)
	assert.Equal(t, whole.weights(), parts.weights())
}

const killedChild = "VERSO_TEST_KILLED_CHILD"

// A process that is killed in the middle of training, at no chosen moment, leaves a
// checkpoint from which another one reaches the same bytes.
func TestFitResumeAfterKill(t *testing.T) {
	config := func(path string) verso.FitConfig {
		c := fitConfig()
		c.Epochs, c.Batch, c.Shards, c.Checkpoint, c.CheckpointEvery, c.Resume = 2, 2, 2, path, 2, path != ""
		if path == "" {
			c.CheckpointEvery = 0
		}
		return c
	}
	if path := os.Getenv(killedChild); path != "" {
		c := config(path)
		c.Progress = func(p verso.Progress) error {
			fmt.Println("step", p.Step)
			if p.Step == p.Steps {
				_, err := io.Copy(io.Discard, os.Stdin) // wait to be killed
				return err
			}
			return nil
		}
		_, err := verso.Fit(t.Context(), newBag(1, 40).task(), c)
		t.Fatal("not killed", err)
	}

	path := filepath.Join(t.TempDir(), "model.checkpoint")
	child := exec.Command(os.Args[0], "-test.run=^TestFitResumeAfterKill$")
	child.Env = append(os.Environ(), killedChild+"="+path)
	stdin, err := child.StdinPipe()
	require.NoError(t, err)
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(stdout)
	steps := 0
	for steps < 13 && lines.Scan() {
		if strings.HasPrefix(lines.Text(), "step ") {
			steps++
		}
	}
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	require.Equal(t, 13, steps)

	whole, rest := newBag(1, 40), newBag(99, 40)
	_, err = verso.Fit(t.Context(), whole.task(), config(""))
	require.NoError(t, err)
	c := config(path)
	first := 0
	c.Progress = func(p verso.Progress) error {
		if first == 0 {
			first = p.Step
		}
		return nil
	}
	_, err = verso.Fit(t.Context(), rest.task(), c)
	require.NoError(t, err)
	assert.Greater(t, first, 12, "it went on, and did not begin anew")
	assert.Equal(t, whole.weights(), rest.weights())
}

// A checkpoint of another training is refused, and the model stays as it is.
func TestFitResumeMismatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	c := fitConfig()
	c.Epochs, c.Checkpoint, c.Resume = 1, path, true
	_, err := verso.Fit(t.Context(), newBag(1, 20).task(), c)
	require.NoError(t, err)
	good, err := os.ReadFile(path)
	require.NoError(t, err)

	for reason, change := range map[string]func(b *bag, task *verso.Task, c *verso.FitConfig){
		"seed":       func(_ *bag, _ *verso.Task, c *verso.FitConfig) { c.Seed++ },
		"batch":      func(_ *bag, _ *verso.Task, c *verso.FitConfig) { c.Batch++ },
		"shards":     func(_ *bag, _ *verso.Task, c *verso.FitConfig) { c.Shards++ },
		"keep order": func(_ *bag, _ *verso.Task, c *verso.FitConfig) { c.KeepOrder = true },
		"optimizer":  func(_ *bag, _ *verso.Task, c *verso.FitConfig) { c.Optimizer = verso.SGD(verso.SGDConfig{}) },
		"its options": func(_ *bag, _ *verso.Task, c *verso.FitConfig) {
			o := verso.DefaultAdamConfig()
			o.Eps = 1e-7
			c.Optimizer = verso.Adam(o)
		},
		"decay": func(_ *bag, _ *verso.Task, c *verso.FitConfig) {
			o := verso.DefaultAdamConfig()
			o.Decay = verso.DecayExcept("bias")
			c.Optimizer = verso.Adam(o)
		},
		"rate factors": func(_ *bag, _ *verso.Task, c *verso.FitConfig) {
			c.RateFactor = func(string) float64 { return 0.5 }
		},
		"weights not finite": func(*bag, *verso.Task, *verso.FitConfig) {
			require.NoError(t, os.WriteFile(path, notFinite(t, good, "weights/out.weight"), 0o600))
		},
		"examples":      func(b *bag, task *verso.Task, _ *verso.FitConfig) { task.Examples-- },
		"one parameter": func(b *bag, _ *verso.Task, _ *verso.FitConfig) { b.ps.New("more", verso.Zeros(), 1) },
		"no checkpoint": func(*bag, *verso.Task, *verso.FitConfig) {
			require.NoError(t, verso.SaveParamsFile(path, newBag(1, 2).ps, nil))
		},
		"cut off": func(*bag, *verso.Task, *verso.FitConfig) {
			require.NoError(t, os.WriteFile(path, good[:len(good)-9], 0o600))
		},
		"empty": func(*bag, *verso.Task, *verso.FitConfig) { require.NoError(t, os.WriteFile(path, nil, 0o600)) },
	} {
		require.NoError(t, os.WriteFile(path, good, 0o600))
		b := newBag(5, 20)
		before := b.weights()
		task, c := b.task(), c
		c.Optimizer = verso.Adam(verso.DefaultAdamConfig())
		change(b, &task, &c)
		_, err := verso.Fit(t.Context(), task, c)
		assert.ErrorIs(t, err, verso.ErrCheckpoint, reason)
		assert.Equal(t, before, b.weights()[:len(before)], reason)
	}
}

// notFinite puts a NaN in the place of the first float32 of a tensor.
func notFinite(t testing.TB, file []byte, tensor string) []byte {
	t.Helper()
	n := binary.LittleEndian.Uint64(file)
	var head map[string]struct {
		Offsets []int `json:"data_offsets"`
	}
	require.NoError(t, json.Unmarshal(file[8:8+n], &head))
	out := bytes.Clone(file)
	binary.LittleEndian.PutUint32(out[8+int(n)+head[tensor].Offsets[0]:], math.Float32bits(float32(math.NaN())))
	return out
}

// The folder of the checkpoint is looked at before the work, not after an epoch, and
// one that is not there is no checkpoint that is yet to come.
func TestFitCheckpointFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, path := range []string{filepath.Join(t.TempDir(), "no", "x"), filepath.Join(file, "x")} {
		b := newBag(1, 20)
		before := b.weights()
		c := fitConfig()
		c.Checkpoint, c.Resume = path, true
		_, err := verso.Fit(t.Context(), b.task(), c)
		require.ErrorIs(t, err, verso.ErrConfig)
		require.Equal(t, before, b.weights())
	}
}

// Whatever a checkpoint holds, training goes on from it, or it is refused and the
// weights are as before.
func FuzzFitResume(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x")
	config := func() verso.FitConfig {
		c := checkpointConfig(path)
		c.Validate = func(context.Context) (float64, error) { return 1, nil }
		return c
	}
	short := config()
	short.Epochs, short.CheckpointEvery = 2, 2
	_, err := verso.Fit(f.Context(), newBag(1, 20).task(), short)
	require.NoError(f, err)
	good, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)-9])
	f.Add(notFinite(f, good, "best/out.weight"))
	for _, change := range [][2]string{
		{`\"epoch\":2`, `\"epoch\":7`}, {`\"best\":0`, `\"best\":9`}, {`\"version\":1`, `\"version\":2`},
		{`"optimizer/out.weight/step"`, `"optimizer/out.weight/stop"`}, {`"schedule"`, `"schedulx"`},
	} {
		bad := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
		require.NotEqual(f, good, bad, change[0])
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		require.NoError(t, os.WriteFile(path, file, 0o600))
		b := newBag(5, 20)
		before := b.weights()
		_, err := verso.Fit(t.Context(), b.task(), config())
		switch {
		case errors.Is(err, verso.ErrCheckpoint):
			require.Equal(t, before, b.weights())
		case errors.Is(err, verso.ErrNotFinite): // the state of the optimizer was not
		default:
			require.NoError(t, err)
		}
	})
}
