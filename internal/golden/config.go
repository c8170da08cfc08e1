package golden

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"
)

// ConfigKeys returns the sorted keys of the case's config.
func (c *Case) ConfigKeys() []string { return slices.Sorted(maps.Keys(c.Config)) }

// OnlyKeys fails the test if the config has a key other than these: an option that the test does not know about must
// not be passed over.
func (c *Case) OnlyKeys(t testing.TB, keys ...string) {
	t.Helper()
	for _, key := range c.ConfigKeys() {
		if !slices.Contains(keys, key) {
			t.Fatalf("case %s: the test does not know the option %q (%v)", c.Name, key, c.Config[key])
		}
	}
}

// HasKey tells whether the config has the key, null or not.
func (c *Case) HasKey(key string) bool { _, ok := c.Config[key]; return ok }

// Null tells whether the config's value is null or absent.
func (c *Case) Null(key string) bool { return c.Config[key] == nil }

// Int returns a whole number of the config. Where the key is absent or null the answer is fallback, if one is given;
// otherwise the test ends. The other accessors do alike.
func (c *Case) Int(key string, fallback ...int) int {
	c.t.Helper()
	return value(c, key, fallback, toInt)
}

// Float returns a number of the config; the strings "inf", "-inf" and "nan" are numbers too.
func (c *Case) Float(key string, fallback ...float64) float64 {
	c.t.Helper()
	return value(c, key, fallback, toFloat)
}

// Bool returns a truth value of the config.
func (c *Case) Bool(key string, fallback ...bool) bool {
	c.t.Helper()
	return value(c, key, fallback, func(v any) (bool, bool) { b, ok := v.(bool); return b, ok })
}

// String returns a string of the config.
func (c *Case) String(key string, fallback ...string) string {
	c.t.Helper()
	return value(c, key, fallback, toString)
}

// Ints returns a list of whole numbers of the config.
func (c *Case) Ints(key string) []int {
	c.t.Helper()
	return value(c, key, nil, list(toInt))
}

// Floats returns a list of numbers of the config.
func (c *Case) Floats(key string) []float64 {
	c.t.Helper()
	return value(c, key, nil, list(toFloat))
}

// Strings returns a list of strings of the config.
func (c *Case) Strings(key string) []string {
	c.t.Helper()
	return value(c, key, nil, list(toString))
}

// DecodeKey reads a config value of any form into a Go value, as encoding/json does.
func (c *Case) DecodeKey(key string, into any) {
	c.t.Helper()
	data, err := json.Marshal(c.Config[key])
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		c.t.Fatalf("case %s, option %q: %v", c.Name, key, err)
	}
}

// value converts the config value of key, or ends the test.
func value[T any](c *Case, key string, fallback []T, convert func(any) (T, bool)) T {
	c.t.Helper()
	v := c.Config[key]
	if v == nil && len(fallback) > 0 {
		return fallback[0]
	}
	converted, ok := convert(v)
	if !ok {
		c.t.Fatalf("case %s: option %q is %v (%T), not a %T", c.Name, key, v, v, converted)
	}
	return converted
}

func toString(v any) (string, bool) { s, ok := v.(string); return s, ok }

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && (math.IsInf(f, 0) || math.IsNaN(f))
	}
	return 0, false
}

// toInt takes 3 and 3.0: Python writes either.
func toInt(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := strconv.Atoi(n.String()); err == nil {
		return i, true
	}
	f, err := n.Float64()
	return int(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
}

func list[T any](convert func(any) (T, bool)) func(any) ([]T, bool) {
	return func(v any) ([]T, bool) {
		items, ok := v.([]any)
		if !ok {
			return nil, false
		}
		converted := make([]T, len(items))
		for i, item := range items {
			if converted[i], ok = convert(item); !ok {
				return nil, false
			}
		}
		return converted, true
	}
}
