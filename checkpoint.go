package verso

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/internal/safetensors"
)

// A checkpoint is one safetensors file. Its tensors:
//
//	weights/NAME    the parameters
//	best/NAME       those of the best score, with RestoreBest
//	optimizer/NAME  the optimizer's state
//	carry/NAME      what the model carries from step to step, with Task.Carry
//	schedule        the state of a schedule that follows scores
//	history         (epochs, 4): loss, score, 1 where there is a score, rate
//	sums            of the epoch under way: Σ weight · loss, Σ weight, last loss
//
// Its metadata hold, under one key, the point of training and what the training
// must agree in to be gone on with.
const (
	checkpointKey = "verso.checkpoint"

	weightsPrefix   = "weights/"
	bestPrefix      = "best/"
	optimizerPrefix = "optimizer/"
	carryPrefix     = "carry/"
	scheduleName    = "schedule"
	historyName     = "history"
	sumsName        = "sums"
)

// checkpointHead is the JSON in a checkpoint's metadata.
type checkpointHead struct {
	Version int         `json:"version"`
	Epoch   int         `json:"epoch"`
	Batch   int         `json:"batch"`
	Step    int         `json:"step"`
	Best    int         `json:"best"`
	Of      fingerprint `json:"of"`
}

// fingerprint is what two trainings must have in common for one to go on with the
// other's checkpoint. Names and shapes are compared with the tensors themselves.
type fingerprint struct {
	Examples    int    `json:"examples"`
	Batch       int    `json:"batch"`
	Shards      int    `json:"shards"`
	Seed        uint64 `json:"seed"`
	KeepOrder   bool   `json:"keep_order"`
	DropLast    bool   `json:"drop_last,omitempty"`
	RestoreBest bool   `json:"restore_best"`
	Optimizer   string `json:"optimizer"`
	Decay       string `json:"decay,omitempty"` // which parameters the optimizer's Decay takes
	Rates       string `json:"rates,omitempty"` // the factors of RateFactor
}

func (tr *trainer) fingerprint() fingerprint {
	f := fingerprint{
		Examples: tr.task.Examples, Batch: tr.c.Batch, Shards: tr.c.Shards, Seed: tr.c.Seed,
		KeepOrder: tr.c.KeepOrder, DropLast: tr.c.DropLast, RestoreBest: tr.c.RestoreBest, Optimizer: tr.c.Optimizer.String(),
	}
	if m, ok := tr.c.Optimizer.(*method); ok && m.decays != nil {
		f.Decay = tr.digest(func(p *Param) any { return m.decays(p.name) })
	}
	if tr.factors != nil {
		f.Rates = tr.digest(func(p *Param) any { return tr.factors[p] })
	}
	return f
}

// digest is a short form of a setting that each parameter has.
func (tr *trainer) digest(of func(*Param) any) string {
	h := fnv.New64a()
	for _, p := range tr.task.Params.All() {
		fmt.Fprintf(h, "%s=%v\n", p.name, of(p))
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// save writes a checkpoint, whole or not at all.
func (tr *trainer) save(path string) error {
	head, err := json.Marshal(checkpointHead{
		Version: 1, Epoch: tr.at.epoch, Batch: tr.at.batch, Step: tr.at.step, Best: tr.history.Best, Of: tr.fingerprint(),
	})
	if err != nil {
		return fmt.Errorf("writing checkpoint: %w", err)
	}
	ts := paramTensors(tr.task.Params, weightsPrefix)
	if tr.best != nil {
		best := paramTensors(tr.task.Params, bestPrefix)
		for i := range best {
			best[i].Values = tr.best[i]
		}
		ts = append(ts, best...)
	}
	for _, v := range tr.c.Optimizer.State() {
		ts = append(ts, floatTensor(optimizerPrefix+v.Name, v.Values))
	}
	if tr.task.Carry != nil {
		for _, v := range tr.task.Carry.State() {
			ts = append(ts, floatTensor(carryPrefix+v.Name, v.Values))
		}
	}
	if s, ok := tr.c.Schedule.(AdaptiveSchedule); ok {
		ts = append(ts, floatTensor(scheduleName, s.State()))
	}
	ts = append(ts, tr.history.tensor(), floatTensor(sumsName, []float64{tr.at.loss, tr.at.weight, tr.at.last}))
	if err := safetensors.WriteFile(path, ts, map[string]string{checkpointKey: string(head)}); err != nil {
		return fmt.Errorf("writing checkpoint: %w", err)
	}
	return nil
}

// load goes on from a checkpoint. It returns fs.ErrNotExist, wrapped, where there
// is none; after an error of any kind the weights are as before.
func (tr *trainer) load(path string) error {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	defer f.Close()
	if err := tr.restore(f); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCheckpoint, path, err)
	}
	return nil
}

func (tr *trainer) restore(f *safetensors.File) error {
	var head checkpointHead
	if err := json.Unmarshal([]byte(f.Metadata[checkpointKey]), &head); err != nil {
		return fmt.Errorf("no checkpoint: %w", err)
	}
	if head.Version != 1 {
		return fmt.Errorf("version %d, want 1", head.Version)
	}
	if want := tr.fingerprint(); head.Of != want {
		return fmt.Errorf("it is of another training: wanted %+v, the file has %+v", want, head.Of)
	}
	at := position{epoch: head.Epoch, batch: head.Batch, step: head.Step}
	if at.epoch < 0 || at.batch < 0 || at.batch > tr.steps || at.step-at.batch != at.epoch*tr.steps || head.Best < -1 || head.Best >= at.epoch {
		return fmt.Errorf("impossible position: epoch %d, batch %d, step %d, best %d", head.Epoch, head.Batch, head.Step, head.Best)
	}

	wanted := paramTensors(tr.task.Params, weightsPrefix)
	count := len(wanted)
	if tr.c.RestoreBest && head.Best >= 0 {
		wanted = append(wanted, paramTensors(tr.task.Params, bestPrefix)...)
	}
	wanted = append(wanted,
		safetensors.Tensor{Name: historyName, DType: safetensors.F64, Shape: []int{at.epoch, 4}},
		safetensors.Tensor{Name: sumsName, DType: safetensors.F64, Shape: []int{3}})
	ours := func(name string) bool {
		carried := tr.task.Carry != nil && strings.HasPrefix(name, carryPrefix)
		return !carried && !strings.HasPrefix(name, optimizerPrefix) && name != scheduleName
	}
	if err := fits(f, wanted, ours); err != nil {
		return err
	}
	values, err := readTensors(f, wanted)
	if err != nil {
		return err
	}
	for i, w := range wanted[:len(wanted)-2] { // all but history and sums are weights
		if err := finiteValues(w.Name, values[i]); err != nil {
			return err
		}
	}
	if err := tr.restoreStates(f); err != nil {
		return err
	}
	for i, p := range tr.task.Params.All() {
		_ = p.Set(values[i])
	}
	tr.best = nil
	if rest := values[count : len(values)-2]; len(rest) > 0 {
		tr.best = rest
	}
	tr.history.read(values[len(values)-2].([]float64))
	tr.history.Best = head.Best
	sums := values[len(values)-1].([]float64)
	at.loss, at.weight, at.last = sums[0], sums[1], sums[2]
	tr.at = at
	return nil
}

// restoreStates fills optimizer, schedule and what the model carries.
func (tr *trainer) restoreStates(f *safetensors.File) error {
	state, err := stateVectors(f, optimizerPrefix)
	if err != nil {
		return err
	}
	if err := tr.c.Optimizer.SetState(state); err != nil {
		return err
	}
	if tr.task.Carry != nil {
		if state, err = stateVectors(f, carryPrefix); err != nil {
			return err
		}
		if err := tr.task.Carry.SetState(state); err != nil {
			return err
		}
	}
	if s, ok := tr.c.Schedule.(AdaptiveSchedule); ok {
		x, err := f.Float64s(scheduleName)
		if err != nil {
			return err
		}
		return s.SetState(x)
	}
	return nil
}

// stateVectors reads the tensors whose names begin with prefix, in the order of
// the file. Without any it returns an empty slice, which is not nil.
func stateVectors(f *safetensors.File, prefix string) ([]StateVector, error) {
	state := []StateVector{}
	for _, info := range f.Tensors() {
		name, ok := strings.CutPrefix(info.Name, prefix)
		if !ok {
			continue
		}
		x, err := readTensors(f, []safetensors.Tensor{{Name: info.Name, DType: info.DType}})
		if err != nil {
			return nil, err
		}
		state = append(state, StateVector{name, x[0]})
	}
	return state, nil
}

func (h *History) tensor() safetensors.Tensor {
	x := make([]float64, 0, 4*len(h.Epochs))
	for _, e := range h.Epochs {
		has := 0.0
		if e.HasScore {
			has = 1
		}
		x = append(x, e.Loss, e.Score, has, e.Rate)
	}
	t := floatTensor(historyName, x)
	t.Shape = []int{len(h.Epochs), 4}
	return t
}

func (h *History) read(x []float64) {
	h.Epochs = nil
	for e := range slices.Chunk(x, 4) {
		h.Epochs = append(h.Epochs, EpochResult{Loss: e[0], Score: e[1], HasScore: e[2] != 0, Rate: e[3]})
	}
}
