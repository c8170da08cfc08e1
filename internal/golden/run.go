package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Env names the environment variable with a second folder of cases.
const Env = "VERSO_GOLDEN"

// An entry is one line of an index: which case, of which operation, in which file.
type entry struct {
	Case string `json:"case"`
	Op   string `json:"op"`
	File string `json:"file"` // relative to the index
}

// Run calls f with every case of the operations ops in dir, and then with every such case in the folder $VERSO_GOLDEN
// if that is set: one sub-test a case, named by the case. (A case that is in both folders runs from both; Go numbers
// the second.) It is a failure if dir has no case for one of the ops, or if a folder has no readable index; entries of
// other operations are ignored.
func Run(t *testing.T, dir string, ops []string, f func(t *testing.T, c *Case)) {
	t.Helper()
	entries, err := readIndex(dir, ops)
	if err != nil {
		t.Fatal(err)
	}
	if none := missing(ops, entries); len(none) > 0 {
		t.Errorf("golden: %s has no case of %q", dir, none)
	}
	runEntries(t, dir, entries, f)

	more := os.Getenv(Env)
	if more == "" {
		return
	}
	entries, err = readIndex(more, ops)
	if err != nil {
		t.Errorf("%s: %v", Env, err)
		return
	}
	runEntries(t, more, entries, f)
}

func runEntries(t *testing.T, dir string, entries []entry, f func(t *testing.T, c *Case)) {
	for _, e := range entries {
		t.Run(e.Case, func(t *testing.T) {
			c, err := readCase(dir, e)
			if err != nil {
				t.Fatal(err)
			}
			c.t = t
			f(t, c)
		})
	}
}

// missing returns the ops that no entry belongs to.
func missing(ops []string, entries []entry) []string {
	return slices.DeleteFunc(slices.Clone(ops), func(op string) bool {
		return slices.ContainsFunc(entries, func(e entry) bool { return e.Op == op })
	})
}

// readIndex returns the entries of dir's index that belong to one of the ops, in the index's order.
func readIndex(dir string, ops []string) ([]entry, error) {
	path := filepath.Join(dir, "index.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	var index struct {
		Cases []entry `json:"cases"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("golden: %s: %w", path, err)
	}
	var chosen []entry
	for _, e := range index.Cases {
		if !slices.Contains(ops, e.Op) {
			continue
		}
		if e.Case == "" || !filepath.IsLocal(filepath.FromSlash(e.File)) {
			return nil, fmt.Errorf("golden: %s: entry %+v needs a name and a file inside the folder", path, e)
		}
		chosen = append(chosen, e)
	}
	return chosen, nil
}
