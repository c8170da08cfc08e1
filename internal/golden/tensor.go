package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Tensor is a row-major array. One of the three data slices is set, by dtype.
type Tensor struct {
	DType string // float32, float64, int64 or bool
	Shape []int  // empty for a scalar

	F64  []float64 // float32 and float64; a float32 number is widened, hence exact
	I64  []int64
	Bool []bool
}

// Len returns the number of elements.
func (t Tensor) Len() int { return len(t.F64) + len(t.I64) + len(t.Bool) }

// As returns the elements as floats; true is 1.
func As[T float32 | float64](t Tensor) []T {
	out := make([]T, 0, t.Len())
	for _, v := range t.F64 {
		out = append(out, T(v))
	}
	for _, v := range t.I64 {
		out = append(out, T(v))
	}
	for _, v := range t.Bool {
		if v {
			out = append(out, 1)
		} else {
			out = append(out, 0)
		}
	}
	return out
}

// Ints returns the elements of an int64 or bool tensor; true is 1. It panics for floats: the test asks for the wrong
// tensor.
func (t Tensor) Ints() []int {
	if t.F64 != nil {
		panic("golden: Ints of a tensor of " + t.DType)
	}
	out := make([]int, 0, t.Len())
	for _, v := range t.I64 {
		out = append(out, int(v))
	}
	for _, v := range t.Bool {
		if v {
			out = append(out, 1)
		} else {
			out = append(out, 0)
		}
	}
	return out
}

// Bools returns the elements, true where they are not 0.
func (t Tensor) Bools() []bool {
	out := slices.Clone(t.Bool)
	for _, v := range t.I64 {
		out = append(out, v != 0)
	}
	for _, v := range t.F64 {
		out = append(out, v != 0)
	}
	return out
}

// Scalar returns the only element of a one-element tensor; NaN if there are more or fewer.
func (t Tensor) Scalar() float64 {
	if v := As[float64](t); len(v) == 1 {
		return v[0]
	}
	return math.NaN()
}

// parseTensor reads a tensor's JSON object; stored holds the tensors that it may name.
func parseTensor(raw json.RawMessage, stored map[string]Tensor) (Tensor, error) {
	var object struct {
		DType  string `json:"dtype"`
		Shape  []int  `json:"shape"`
		Data   []json.RawMessage
		Tensor *string
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return Tensor{}, err
	}
	t := Tensor{DType: object.DType, Shape: object.Shape}
	if object.Tensor != nil {
		s, ok := stored[*object.Tensor]
		if !ok {
			return Tensor{}, fmt.Errorf("no tensor %q in the case's file of tensors", *object.Tensor)
		}
		if s.DType != t.DType || !slices.Equal(s.Shape, t.Shape) {
			return Tensor{}, fmt.Errorf("tensor %q is stored as %s%v, not %s%v", *object.Tensor, s.DType, s.Shape, t.DType, t.Shape)
		}
		return s, nil
	}

	want := 1
	for _, dim := range t.Shape {
		want *= dim
	}
	if len(object.Data) != want {
		return Tensor{}, fmt.Errorf("%d numbers for shape %v, not %d", len(object.Data), t.Shape, want)
	}
	switch t.DType {
	case "float32":
		return t, parseAll(object.Data, &t.F64, func(s string) (float64, error) { return strconv.ParseFloat(s, 32) })
	case "float64":
		return t, parseAll(object.Data, &t.F64, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case "int64":
		return t, parseAll(object.Data, &t.I64, func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
	case "bool":
		return t, parseAll(object.Data, &t.Bool, strconv.ParseBool)
	}
	return Tensor{}, fmt.Errorf("unknown dtype %q", t.DType)
}

// parseAll parses every number into a new slice at into. Numbers that JSON cannot write come as strings.
func parseAll[T any](data []json.RawMessage, into *[]T, parse func(string) (T, error)) error {
	*into = make([]T, len(data))
	for i, raw := range data {
		v, err := parse(strings.Trim(string(raw), `"`))
		if err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		(*into)[i] = v
	}
	return nil
}

// quoteNonFinite puts quotes around NaN, Infinity and -Infinity, which Python's json module writes bare.
func quoteNonFinite(data []byte) []byte {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data
	}
	var out []byte
	inString := false
	for i := 0; i < len(data); i++ {
		if inString && data[i] == '\\' && i+1 < len(data) {
			out = append(out, data[i], data[i+1])
			i++
			continue
		}
		if data[i] == '"' {
			inString = !inString
		}
		if !inString {
			if word := nonFinite(data[i:]); word != "" {
				out = append(out, `"`+word+`"`...)
				i += len(word) - 1
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

func nonFinite(data []byte) string {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(data, []byte(word)) {
			return word
		}
	}
	return ""
}

// decodeNumbers is json.Unmarshal, with json.Number for numbers in an any.
func decodeNumbers(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }
