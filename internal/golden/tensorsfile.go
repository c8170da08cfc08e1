package golden

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// readTensors reads all tensors of a safetensors file.
func readTensors(path string) (map[string]Tensor, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data) < 8 {
		return nil, fmt.Errorf("%s: %d bytes", path, len(data))
	}
	size := binary.LittleEndian.Uint64(data)
	if size > uint64(len(data)-8) {
		return nil, fmt.Errorf("%s: header of %d bytes in a file of %d", path, size, len(data))
	}
	var header map[string]struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(data[8:8+size], &raw); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	delete(raw, "__metadata__")
	plain, _ := json.Marshal(raw)
	if err := json.Unmarshal(plain, &header); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	body := data[8+size:]
	tensors := map[string]Tensor{}
	for name, h := range header {
		b := body[h.Offsets[0]:h.Offsets[1]]
		t := Tensor{Shape: h.Shape}
		switch h.DType {
		case "F32":
			t.DType, t.F64 = "float32", []float64{}
			for ; len(b) >= 4; b = b[4:] {
				t.F64 = append(t.F64, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
			}
		case "F64":
			t.DType, t.F64 = "float64", []float64{}
			for ; len(b) >= 8; b = b[8:] {
				t.F64 = append(t.F64, math.Float64frombits(binary.LittleEndian.Uint64(b)))
			}
		case "I64":
			t.DType, t.I64 = "int64", []int64{}
			for ; len(b) >= 8; b = b[8:] {
				t.I64 = append(t.I64, int64(binary.LittleEndian.Uint64(b)))
			}
		case "BOOL":
			t.DType, t.Bool = "bool", []bool{}
			for _, v := range b {
				t.Bool = append(t.Bool, v != 0)
			}
		default:
			return nil, fmt.Errorf("%s: %s: dtype %s", path, name, h.DType)
		}
		tensors[name] = t
	}
	return tensors, nil
}
