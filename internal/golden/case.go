package golden

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The two precisions in which a case holds its outputs and gradients.
const (
	Float64 = "float64"
	Float32 = "float32"
)

// A Case is one reference case, good for the sub-test it was made for.
type Case struct {
	Name   string
	Op     string
	Note   string         // the formula, where it is not obvious
	Seed   int64          // what drew the inputs; 0 if nothing was drawn
	Dir    string         // the folder that holds the case's files
	Config map[string]any // the options; numbers are json.Number. See Int, Float and so on

	fields    map[string]json.RawMessage
	tensors   map[string]Tensor // by group and name: inputs/x, outputs/float64/y, grads/float32/weights/weight
	tolerance map[string]Tolerance
	t         testing.TB
}

// groups are the fields of a case that hold tensors.
var groups = []string{"inputs", "weights", "buffers", "outputs", "cotangents", "grads"}

// readCase reads the case of e from the folder dir.
func readCase(dir string, e entry) (*Case, error) {
	path := filepath.Join(dir, filepath.FromSlash(e.File))
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	c := &Case{Name: e.Case, Op: e.Op, Dir: filepath.Dir(path), tensors: map[string]Tensor{}}
	if err := c.parse(data); err != nil {
		return nil, fmt.Errorf("golden: %s: %w", path, err)
	}
	return c, nil
}

func (c *Case) parse(data []byte) error {
	if err := json.Unmarshal(quoteNonFinite(data), &c.fields); err != nil {
		return err
	}
	var tensorsFile string
	for field, into := range map[string]any{"note": &c.Note, "seed": &c.Seed, "tensors_file": &tensorsFile} {
		if err := c.optional(field, into); err != nil {
			return err
		}
	}
	if err := c.optional("config", &c.Config); err != nil {
		return err
	}
	// Cases of file formats state tolerances of other kinds; they are left to Decode.
	if err := c.optional("tolerance", &c.tolerance); err != nil {
		c.tolerance = nil
	}

	var stored map[string]Tensor
	if tensorsFile != "" {
		var err error
		if stored, err = readTensors(filepath.Join(c.Dir, tensorsFile)); err != nil {
			return err
		}
	}
	if _, ok := c.fields["outputs"]; !ok {
		return nil // a case of a file format: its fields are its own
	}
	for _, group := range groups {
		if raw, ok := c.fields[group]; ok {
			if err := c.collect(group, raw, stored); err != nil {
				return err
			}
		}
	}
	return nil
}

// collect adds the tensors under raw to c.tensors, named by their path. A null is a tensor that was not given.
func (c *Case) collect(path string, raw json.RawMessage, stored map[string]Tensor) error {
	if isNull(raw) {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("%s: neither a tensor nor a group of tensors: %w", path, err)
	}
	if _, ok := members["dtype"]; ok {
		tensor, err := parseTensor(raw, stored)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		c.tensors[path] = tensor
		return nil
	}
	for name, member := range members {
		if err := c.collect(path+"/"+name, member, stored); err != nil {
			return err
		}
	}
	return nil
}

// optional decodes a top-level field if the case has it and it is not null.
func (c *Case) optional(field string, into any) error {
	raw, ok := c.fields[field]
	if !ok || isNull(raw) {
		return nil
	}
	if err := decodeNumbers(raw, into); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

// Decode reads a top-level field of the case's file into a Go value, as encoding/json does. It is for the cases of file
// formats, whose fields are their own ("vocab", "queries", "model_dir").
func (c *Case) Decode(field string, into any) {
	c.t.Helper()
	raw, ok := c.fields[field]
	if !ok {
		c.t.Fatalf("case %s has no field %q; it has %q", c.Name, field, slices.Sorted(maps.Keys(c.fields)))
	}
	if err := json.Unmarshal(raw, into); err != nil {
		c.t.Fatalf("case %s, field %q: %v", c.Name, field, err)
	}
}

// HasField tells whether the case's file has the top-level field.
func (c *Case) HasField(field string) bool { _, ok := c.fields[field]; return ok }

// Path is the path of a file that lies beside the case's own.
func (c *Case) Path(name string) string { return filepath.Join(c.Dir, filepath.FromSlash(name)) }

// Input returns an input tensor; like all accessors it ends the test if there is none of that name.
func (c *Case) Input(name string) Tensor { c.t.Helper(); return c.tensor("inputs/" + name) }

// Weight returns a weight by the name that torch's named_parameters gives it.
func (c *Case) Weight(name string) Tensor { c.t.Helper(); return c.tensor("weights/" + name) }

// Buffer returns a tensor that belongs to a module and is not trained, such as a running mean.
func (c *Case) Buffer(name string) Tensor { c.t.Helper(); return c.tensor("buffers/" + name) }

// Output returns a result in a precision; precision "" is for the few results that are the same in both.
func (c *Case) Output(precision, name string) Tensor {
	c.t.Helper()
	return c.tensor(join("outputs", precision, name))
}

// Grad returns the gradient of the case's loss with respect to the input name, or to a weight: "weights/" and its name.
func (c *Case) Grad(precision, name string) Tensor {
	c.t.Helper()
	return c.tensor(join("grads", precision, name))
}

// Cotangent returns the weights of an output in the loss: loss = sum over outputs of sum(output * cotangent).
func (c *Case) Cotangent(name string) Tensor { c.t.Helper(); return c.tensor("cotangents/" + name) }

// HasInput tells whether there is an input of that name. The other Has methods do alike.
func (c *Case) HasInput(name string) bool             { return c.has("inputs/" + name) }
func (c *Case) HasWeight(name string) bool            { return c.has("weights/" + name) }
func (c *Case) HasBuffer(name string) bool            { return c.has("buffers/" + name) }
func (c *Case) HasOutput(precision, name string) bool { return c.has(join("outputs", precision, name)) }
func (c *Case) HasGrad(precision, name string) bool   { return c.has(join("grads", precision, name)) }
func (c *Case) HasCotangent(name string) bool         { return c.has("cotangents/" + name) }

// InputNames returns the sorted names of all inputs. The other Names methods do alike.
func (c *Case) InputNames() []string                  { return c.names("inputs") }
func (c *Case) WeightNames() []string                 { return c.names("weights") }
func (c *Case) BufferNames() []string                 { return c.names("buffers") }
func (c *Case) OutputNames(precision string) []string { return c.names(join("outputs", precision)) }
func (c *Case) GradNames(precision string) []string   { return c.names(join("grads", precision)) }
func (c *Case) CotangentNames() []string              { return c.names("cotangents") }

// Tolerance returns what the case suggests for results of a precision.
func (c *Case) Tolerance(precision string) Tolerance {
	c.t.Helper()
	tol, ok := c.tolerance[precision]
	if !ok {
		c.t.Fatalf("case %s has no tolerance for %s", c.Name, precision)
	}
	return tol
}

func (c *Case) has(path string) bool { _, ok := c.tensors[path]; return ok }

func (c *Case) tensor(path string) Tensor {
	c.t.Helper()
	tensor, ok := c.tensors[path]
	if !ok {
		c.t.Fatalf("case %s has no tensor %s; it has %q", c.Name, path, slices.Sorted(maps.Keys(c.tensors)))
	}
	return tensor
}

// names returns the sorted rest of the paths that begin with group.
func (c *Case) names(group string) []string {
	var names []string
	for path := range c.tensors {
		if name, ok := strings.CutPrefix(path, group+"/"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// join puts slashes between the parts that are not empty.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "/")
}
