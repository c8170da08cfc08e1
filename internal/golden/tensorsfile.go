package golden

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/safetensors"
)

// readTensors reads all tensors of a safetensors file.
func readTensors(path string) (map[string]Tensor, error) {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tensors := map[string]Tensor{}
	for _, info := range f.Tensors() {
		t := Tensor{Shape: info.Shape}
		switch info.DType {
		case safetensors.F32:
			t.DType = "float32"
			t.F64, err = f.Float64s(info.Name)
		case safetensors.F64:
			t.DType = "float64"
			t.F64, err = f.Float64s(info.Name)
		case safetensors.I64:
			t.DType = "int64"
			t.I64, err = f.Int64s(info.Name)
		case safetensors.BOOL:
			t.DType = "bool"
			t.Bool, err = f.Bools(info.Name)
		default:
			err = fmt.Errorf("%s: tensor %s: unknown dtype %s", path, info.Name, info.DType)
		}
		if err != nil {
			return nil, err
		}
		tensors[info.Name] = t
	}
	return tensors, nil
}
