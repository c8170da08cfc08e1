package torchfile

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"os"
	"strings"
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
//	torch.save(sd, 'small_stream.bin', _use_new_zipfile_serialization=False)
func TestReadsViewsAndTypes(t *testing.T) {
	for _, file := range []string{"small.bin", "small_stream.bin"} {
		t.Run(file, func(t *testing.T) { testViewsAndTypes(t, "testdata/"+file) })
	}
}

func testViewsAndTypes(t *testing.T, path string) {
	f, err := OpenFile(path)
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
		narrow, err := f.Float32s(c.name)
		require.NoError(t, err)
		require.Len(t, narrow, len(c.want))
		for i, v := range c.want {
			require.Equal(t, float32(v), narrow[i], c.name)
		}
	}
	_, err = f.Float64s("i")
	require.ErrorIs(t, err, ErrTensor)
	require.ErrorContains(t, err, "int64, want floats")
	_, err = f.Float64s("x")
	require.ErrorIs(t, err, ErrNotFound)
}

// old.bin is a stream, p4.bin was written in pickle protocol 4; nested.bin and
// nested_stream.bin hold numbers and a tensor beside their state dicts.
func TestOtherForms(t *testing.T) {
	for _, name := range []string{"nested.bin", "p4.bin", "old.bin", "nested_stream.bin"} {
		f, err := OpenFile("testdata/" + name)
		require.NoError(t, err, name)
		require.Equal(t, []string{"w"}, f.Names())
		got, err := f.Float64s("w")
		require.NoError(t, err)
		require.Equal(t, []float64{1, 1}, got)
		require.NoError(t, f.Close())
	}
}

// evil.bin calls eval when Python opens it.
func TestRefusesCode(t *testing.T) {
	_, err := OpenFile("testdata/evil.bin")
	require.ErrorIs(t, err, ErrPickle)
	require.ErrorContains(t, err, "eval")
}

// pickled is a tensor with a shape, strides and an offset in a storage of 12 floats, as a pickle.
func pickled(offset byte, shape, strides string) []byte {
	return []byte("\x80\x02}" + entryOf("w", "K\x0ct", offset, shape, strides) + ".")
}

// entryOf puts a tensor into a dict; the storage's length and what follows it are given.
func entryOf(name, storage string, offset byte, shape, strides string) string {
	return "X\x01\x00\x00\x00" + name + "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" +
		"X\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + storage + "QK" + string(offset) + shape + strides + "tRs"
}

func runPickle(code string) (any, error) { return (&machine{code: []byte(code)}).run() }

func TestViewsThatDoNotFit(t *testing.T) {
	view := func(offset byte, shape, strides string) string { return string(pickled(offset, shape, strides)) }
	_, err := runPickle(view(0, "K\x03K\x04\x86", "K\x04K\x01\x86"))
	require.NoError(t, err)
	_, err = runPickle(view(0, "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7fK\x00\x86", "K\x00K\x01\x86"))
	require.NoError(t, err, "nothing, however long")
	for _, c := range []struct {
		reason, code string
		is           error
		want         string
	}{
		{"rows beyond the storage", view(0, "K\x04K\x04\x86", "K\x04K\x01\x86"), ErrTensor, "storage of 12 elements"},
		{"an offset beyond it", view(12, "K\x01\x85", "K\x01\x85"), ErrTensor, "offset 12 in a storage of 12"},
		{"an offset with a view", view(1, "K\x03K\x04\x86", "K\x04K\x01\x86"), ErrTensor, "offset 1 in a storage of 12"},
		{"one element many times", view(0, "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86", "K\x00K\x00\x86"), ErrTensor, "of a storage of 12 elements"},
		{"a product that overflows", view(0, "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86", "J\xff\xff\xff\x7fK\x01\x86"), ErrTensor, "strides"},
		{"sizes of 2⁶³", view(0, "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", "K\x00\x85"), ErrTensor, "9223372036854775807"},
		{"a size of no bytes is 0", view(0, "\x8a\x01\x0d\x85", "\x8a\x00\x85"), ErrTensor, "[13] of a storage of 12"},
		{"a size too long for a number", view(0, "\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01\x85", "K\x01\x85"), ErrPickle, "shape []"},
		{"a negative size", view(0, "J\xff\xff\xff\xff\x85", "K\x01\x85"), ErrPickle, "a tensor of shape []"},
		{"as many strides as sizes", view(0, "K\x03\x85", "K\x04K\x01\x86"), ErrPickle, "shape [3], strides [4 1]"},
		{"seventeen axes", view(0, "("+strings.Repeat("K\x01", 17)+"t", "("+strings.Repeat("K\x01", 17)+"t"), ErrPickle, "shape []"},
		{"a tensor of no value", "ctorch._utils\n_rebuild_tensor_v2\n)R.", ErrPickle, "0 parts, want at least 4"},
		{"a part of a storage", "}" + entryOf("w", "K\x0c)t", 0, "K\x01\x85", "K\x01\x85") + ".", ErrTensor, "a part of another"},
		{"a key that is a path", strings.Replace(view(0, "K\x01\x85", "K\x01\x85"), "X\x01\x00\x00\x000", "X\x01\x00\x00\x00/", 1), ErrPickle, `key "/"`},
		{"a dict made of a list", "ccollections\nOrderedDict\n]\x85R.", ErrPickle, "OrderedDict of 1 arguments"},
		{"an unknown name", "cos\nsystem\n.", ErrPickle, `"os system"`},
		{"a name without an end", "cos", ErrPickle, "without an end"},
		{"an unknown instruction", "o.", ErrPickle, "instruction 0x6f"},
		{"attributes of nothing", "Nb.", ErrPickle, "the stack is empty"},
		{"nothing on the stack", "s.", ErrPickle, "2 values wanted, the stack has 0"},
		{"no mark", "Nt.", ErrPickle, "no mark"},
		{"no end", "}", ErrPickle, "1 bytes wanted, 0 left"},
		{"text longer than the file", "X\xff\xff\xff\x7fabc.", ErrPickle, "2147483647 bytes wanted, 4 left"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, err := runPickle(c.code)
			require.ErrorIs(t, err, c.is)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// bombs are small programs that make values which would be endless if printed.
var bombs = map[string]string{
	"a tuple of itself, forty times over": ")q\x00" + strings.Repeat("h\x00h\x00\x86q\x00", 40) + ")R.",
	"a deep tuple":                        ")" + strings.Repeat("\x85", 1<<21) + ")R.",
	"a storage as long as a tuple":        ")q\x00" + strings.Repeat("h\x00h\x00\x86q\x00", 40) + "0" + "(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuh\x00tQ.",
	"a tensor at a tuple":                 ")q\x00" + strings.Repeat("h\x00h\x00\x86q\x00", 40) + "0" + "ctorch._utils\n_rebuild_tensor_v2\n(Nh\x00))tR.",
}

func TestErrorsAreBrief(t *testing.T) {
	for reason, code := range bombs {
		_, err := runPickle(code)
		require.ErrorIs(t, err, ErrPickle, reason)
		require.Less(t, len(err.Error()), 300, reason)
		require.Contains(t, err.Error(), "tuple", reason)
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
	_, err = open(zip.Store, map[string][]byte{"m/data.pkl": pickle})
	require.ErrorIs(t, err, ErrTensor)
	require.ErrorContains(t, err, `the file has no storage "0"`)
	for _, storage := range [][]byte{floats[:47], make([]byte, 49)} {
		_, err := open(zip.Store, map[string][]byte{"m/data.pkl": pickle, "m/data/0": storage})
		require.ErrorIs(t, err, ErrTensor)
		require.ErrorContains(t, err, "a storage of 12 float32, the file has 4")
	}
	_, err = open(zip.Store, map[string][]byte{"m/data.pkl": make([]byte, maxPickle+1)})
	require.ErrorContains(t, err, "want at most 4194304")
	twice := "}" + strings.Repeat(entryOf("w", "K\x0ct", 0, "K\x01\x85", "K\x01\x85"), 2) + "."
	_, err = open(zip.Store, map[string][]byte{"m/data.pkl": []byte(twice), "m/data/0": floats})
	require.ErrorContains(t, err, `"w" twice`)

	b := archive(t, zip.Store, map[string][]byte{"m/data.pkl": pickle, "m/data/0": floats})
	b[bytes.Index(b, floats)] = 1
	f, err = Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	_, err = f.Float32s("w")
	require.ErrorContains(t, err, "checksum")
}

// Tensors may share a storage, but not so many that reading them all takes many
// times the size of the file.
func TestSharedStorages(t *testing.T) {
	share := func(n int, shape, strides string) error {
		code := "}"
		for i := range n {
			code += entryOf(string(rune('a'+i)), "M\x00\x10t", 0, shape, strides) // of 4,096 floats
		}
		b := archive(t, zip.Store, map[string][]byte{"m/data.pkl": []byte(code + "."), "m/data/0": make([]byte, 4*4096)})
		_, err := Open(bytes.NewReader(b), int64(len(b)))
		return err
	}
	require.NoError(t, share(4, "M\x00\x10\x85", "K\x01\x85"))
	for _, view := range [][2]string{{"M\x00\x10\x85", "K\x01\x85"}, {"M\x00\x10\x85", "K\x00\x85"}, {"K\x02\x85", "M\xff\x0f\x85"}} {
		err := share(26, view[0], view[1])
		require.ErrorIs(t, err, ErrTensor)
		require.ErrorContains(t, err, "over 4 times")
	}
}

// Whatever is cut off a stream, or said otherwise in it, is an error.
func TestStreams(t *testing.T) {
	whole, err := os.ReadFile("testdata/old.bin")
	require.NoError(t, err)
	open := func(b []byte) error {
		_, err := Open(bytes.NewReader(b), int64(len(b)))
		return err
	}
	for n := range whole {
		require.Error(t, open(whole[:n]), "%d bytes", n)
	}
	for _, c := range []struct {
		from, to string
		is       error
		want     string
	}{
		{"M\xe9\x03.", "M\xea\x03.", ErrFormat, "protocol 1002, want 1001"},
		{"little_endianq\x02\x88", "little_endianq\x02\x89", ErrFormat, "little-endian"},
		{"\x02\x00\x00\x00\x00\x00\x00\x00", "\x03\x00\x00\x00\x00\x00\x00\x00", ErrTensor, "the dict has 2 elements, the file 3"},
		{"FloatStorage", "DoubleStorage", ErrFormat, "2 float64 wanted, 8 bytes left"},
		{"]q\x00", "}q\x00", ErrPickle, "do not go into a dict"},
	} {
		at := bytes.LastIndex(whole, []byte(c.from))
		require.Positive(t, at, "%q", c.from)
		err := open([]byte(string(whole[:at]) + c.to + string(whole[at+len(c.from):])))
		require.ErrorIs(t, err, c.is)
		require.ErrorContains(t, err, c.want)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"small.bin", "nested.bin", "p4.bin", "evil.bin", "old.bin", "small_stream.bin", "nested_stream.bin"} {
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
			if strings.HasSuffix(e.Name, "data.pkl") {
				r, err := e.Open()
				require.NoError(f, err)
				code, err := io.ReadAll(r)
				require.NoError(f, err)
				f.Add(code)
			}
		}
		require.NoError(f, z.Close())
	}
	for _, code := range bombs {
		if len(code) < 1000 {
			f.Add([]byte(code))
		}
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
