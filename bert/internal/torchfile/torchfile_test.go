package torchfile

import (
	"archive/zip"
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// small.bin was written with PyTorch 1.13.1 by
//
//	x = torch.arange(12.).reshape(3, 4)
//	sd = OrderedDict(a=x, t=x.t(), row=x[1:, ::2], half=torch.tensor([1.5, -2.25]).half(),
//	    bf=torch.tensor([1.5, -3.]).bfloat16(), d=torch.tensor([[1/3]]).double(), i=torch.arange(3),
//	    z=torch.zeros(0, 4), s=torch.tensor(7.), p=torch.nn.Parameter(torch.tensor([9.])))
//	sd._metadata = {'': {'version': 1}}
//	torch.save(sd, 'small.bin')
func TestReadsViewsAndTypes(t *testing.T) {
	f, err := OpenFile("testdata/small.bin")
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, []string{"a", "t", "row", "half", "bf", "d", "i", "z", "s", "p"}, f.Names())
	for _, c := range []struct {
		name  string
		shape []int
		want  []float64
	}{
		{"a", []int{3, 4}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"t", []int{4, 3}, []float64{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}},
		{"row", []int{2, 2}, []float64{4, 6, 8, 10}},
		{"half", []int{2}, []float64{1.5, -2.25}},
		{"bf", []int{2}, []float64{1.5, -3}},
		{"d", []int{1, 1}, []float64{float64(float32(1. / 3))}},
		{"z", []int{0, 4}, []float64{}},
		{"s", []int{}, []float64{7}},
		{"p", []int{1}, []float64{9}},
	} {
		shape, ok := f.Shape(c.name)
		require.True(t, ok)
		require.Equal(t, c.shape, shape, c.name)
		got, err := f.Float64s(c.name)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.name)
	}
	_, err = f.Float64s("i")
	require.ErrorIs(t, err, ErrTensor)
	require.ErrorContains(t, err, "int64, want floats")
	_, err = f.Float64s("x")
	require.ErrorIs(t, err, ErrNotFound)
}

func TestOtherForms(t *testing.T) {
	for _, name := range []string{"nested.bin", "p4.bin"} { // {'state_dict': …}; pickle protocol 4
		f, err := OpenFile("testdata/" + name)
		require.NoError(t, err, name)
		got, err := f.Float64s("w")
		require.NoError(t, err)
		require.Equal(t, []float64{1, 1}, got)
		require.NoError(t, f.Close())
	}
	_, err := OpenFile("testdata/old.bin")
	require.ErrorIs(t, err, ErrFormat)
	require.ErrorContains(t, err, "before PyTorch 1.6")
}

// evil.bin calls eval when Python opens it.
func TestRefusesCode(t *testing.T) {
	_, err := OpenFile("testdata/evil.bin")
	require.ErrorIs(t, err, ErrPickle)
	require.ErrorContains(t, err, "eval")
}

// pickled is a tensor with a shape, strides and an offset in a storage of 12 floats, as a pickle.
func pickled(offset byte, shape, strides string) []byte {
	return []byte("\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" +
		"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x0ctQK" + string(offset) + shape + strides + "tRs.")
}

func TestViewsThatDoNotFit(t *testing.T) {
	_, err := run(pickled(0, "K\x03K\x04\x86", "K\x04K\x01\x86"))
	require.NoError(t, err)
	for reason, code := range map[string][]byte{
		"rows beyond the storage":    pickled(0, "K\x04K\x04\x86", "K\x04K\x01\x86"),
		"an offset beyond it":        pickled(12, "K\x01\x85", "K\x01\x85"),
		"an offset with a view":      pickled(1, "K\x03K\x04\x86", "K\x04K\x01\x86"),
		"one element many times":     pickled(0, "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86", "K\x00K\x00\x86"),
		"a product that overflows":   pickled(0, "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86", "J\xff\xff\xff\x7fK\x01\x86"),
		"a negative size":            pickled(0, "J\xff\xff\xff\xff\x85", "K\x01\x85"),
		"as many strides as sizes":   pickled(0, "K\x03\x85", "K\x04K\x01\x86"),
		"a tensor of a single value": []byte("ctorch._utils\n_rebuild_tensor_v2\n)R."),
		"an unknown name":            []byte("cos\nsystem\n."),
		"an unknown instruction":     []byte("o."),
		"nothing on the stack":       []byte("s."),
		"no mark":                    []byte("t."),
		"no end":                     []byte("}"),
		"text longer than the file":  []byte("X\xff\xff\xff\x7fabc."),
	} {
		_, err := run(code)
		require.Error(t, err, reason)
	}
}

func archive(t testing.TB, method uint16, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"m/data.pkl", "m/data/0", "m/byteorder"} {
		if content, ok := files[name]; ok {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
			require.NoError(t, err)
			_, err = w.Write(content)
			require.NoError(t, err)
		}
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestArchives(t *testing.T) {
	pickle, floats := pickled(0, "K\x03K\x04\x86", "K\x04K\x01\x86"), make([]byte, 48)
	open := func(method uint16, files map[string][]byte) (*File, error) {
		b := archive(t, method, files)
		return Open(bytes.NewReader(b), int64(len(b)))
	}
	f, err := open(zip.Store, map[string][]byte{"m/data.pkl": pickle, "m/data/0": floats, "m/byteorder": []byte("little")})
	require.NoError(t, err)
	x, err := f.Float64s("w")
	require.NoError(t, err)
	require.Len(t, x, 12)
	_, err = open(zip.Store, map[string][]byte{"m/data.pkl": pickle, "m/byteorder": []byte("big")})
	require.ErrorContains(t, err, "byte order")
	_, err = open(zip.Deflate, map[string][]byte{"m/data.pkl": pickle})
	require.ErrorContains(t, err, "compressed")
	_, err = open(zip.Store, map[string][]byte{"m/data/0": floats})
	require.ErrorContains(t, err, "data.pkl")
	for _, storage := range [][]byte{nil, floats[:47], make([]byte, 49)} {
		files := map[string][]byte{"m/data.pkl": pickle}
		if storage != nil {
			files["m/data/0"] = storage
		}
		f, err := open(zip.Store, files)
		require.NoError(t, err)
		_, err = f.Float64s("w")
		require.ErrorIs(t, err, ErrTensor)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"small.bin", "nested.bin", "p4.bin", "evil.bin", "old.bin"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		read(t, file)
	})
}

// FuzzPickle changes the program alone, past the archive's checksums.
func FuzzPickle(f *testing.F) {
	for _, name := range []string{"small.bin", "nested.bin", "p4.bin", "evil.bin"} {
		z, err := zip.OpenReader("testdata/" + name)
		require.NoError(f, err)
		for _, e := range z.File {
			if len(e.Name) > 8 && e.Name[len(e.Name)-8:] == "data.pkl" {
				code, err := contents(e, maxPickle)
				require.NoError(f, err)
				f.Add(code)
			}
		}
		require.NoError(f, z.Close())
	}
	f.Add(pickled(0, "K\x03K\x04\x86", "K\x04K\x01\x86"))
	f.Fuzz(func(t *testing.T, code []byte) {
		b := archive(t, zip.Store, map[string][]byte{"m/data.pkl": code, "m/data/0": make([]byte, 48)})
		file, err := Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		read(t, file)
	})
}

func read(t *testing.T, f *File) {
	for _, name := range f.Names() {
		x, err := f.Float64s(name)
		if err != nil {
			continue
		}
		shape, ok := f.Shape(name)
		require.True(t, ok)
		want := 1
		for _, n := range shape {
			require.Less(t, n, math.MaxInt32)
			want *= n
		}
		require.Len(t, x, want)
	}
}
