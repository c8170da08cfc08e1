package vectors

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type reader = func(io.Reader, Options) (*Vectors, error)

const (
	one = "\x00\x00\x80\x3f" // float32 1
	two = "\x00\x00\x00\x40" // float32 2
)

func TestRead(t *testing.T) {
	wide := strings.Repeat(" 1.25", 14000)
	tests := []struct {
		name, file string
		read       reader
		opts       Options
		words      []string
		data       []float32
	}{
		{"text", "2 2\na 1 2\nb 3 4\n", ReadWord2VecText, Options{}, []string{"a", "b"}, []float32{1, 2, 3, 4}},
		{"text without last newline", "1 2\na 1 2", ReadWord2VecText, Options{}, []string{"a"}, []float32{1, 2}},
		{"text CRLF, blanks, empty lines", "2 2\r\na 1  2 \r\n\r\n b\t3\t4\t\n\n \n", ReadWord2VecText, Options{}, []string{"a", " b"}, []float32{1, 2, 3, 4}},
		{"text number forms", "1 4\na -1e-5 +2 .5 NaN\n", ReadWord2VecText, Options{}, []string{"a"}, []float32{-1e-5, 2, .5, float32(math.NaN())}},
		{"text first row of duplicates", "3 1\na 1\nb 2\na 3\n", ReadWord2VecText, Options{}, []string{"a", "b"}, []float32{1, 2}},
		{"text no rows", "0 3\n", ReadWord2VecText, Options{}, nil, nil},
		{"text limit", "3 1\na 1\nb 2\nrubbish\n", ReadWord2VecText, Options{Limit: 2}, []string{"a", "b"}, []float32{1, 2}},
		{"text limit counts all rows", "3 1\na 1\na 2\nb 3\n", ReadWord2VecText, Options{Limit: 2}, []string{"a"}, []float32{1}},
		{"text limit under a lying header", "1 1\na 1\nb 2\n", ReadWord2VecText, Options{Limit: 1}, []string{"a"}, []float32{1}},
		{"text keep", "3 1\na 1\nb x\nc 3\n", ReadWord2VecText, Options{Keep: func(w string) bool { return w != "b" }}, []string{"a", "c"}, []float32{1, 3}},
		{"text number-like words", "3 2\n7 1 2\n 3 4\nb c 5 6\n", ReadWord2VecText, Options{}, []string{"7", "", "b c"}, []float32{1, 2, 3, 4, 5, 6}},
		{"glove", "a 1 2\nb 3 4\n", ReadGloVe, Options{}, []string{"a", "b"}, []float32{1, 2, 3, 4}},
		{"glove words with blanks", ", 1 2\n. . . 3 4\nat name@domain.com 5 6\n", ReadGloVe, Options{}, []string{",", ". . .", "at name@domain.com"}, []float32{1, 2, 3, 4, 5, 6}},
		{"glove first word with blanks", ". . . 3 4\na 1 2\n", ReadGloVe, Options{}, []string{". . .", "a"}, []float32{3, 4, 1, 2}},
		{"glove first word a number", "1 2 3\n", ReadGloVe, Options{}, []string{"1"}, []float32{2, 3}},
		{"glove first row with NaN", "a nan inf\n", ReadGloVe, Options{}, []string{"a"}, []float32{float32(math.NaN()), float32(math.Inf(1))}},
		{"glove dimension given", "a 1 2\n", ReadGloVe, Options{Dim: 2}, []string{"a"}, []float32{1, 2}},
		{"glove empty, dimension given", "", ReadGloVe, Options{Dim: 2}, nil, nil},
		{"glove limit", "a 1\nb 2\nrubbish", ReadGloVe, Options{Limit: 2}, []string{"a", "b"}, []float32{1, 2}},
		{"glove long line", "a" + wide + "\n", ReadGloVe, Options{Limit: 1}, []string{"a"}, repeat(1.25, 14000)},
		{"binary gensim", "2 2\na " + one + two + "b " + two + one, ReadWord2VecBinary, Options{}, []string{"a", "b"}, []float32{1, 2, 2, 1}},
		{"binary C", "2 2\na " + one + two + "\nb " + two + one + "\n", ReadWord2VecBinary, Options{}, []string{"a", "b"}, []float32{1, 2, 2, 1}},
		{"binary numbers that look like blanks", "2 1\na    \nb  \n\n ", ReadWord2VecBinary, Options{}, []string{"a", "b"}, []float32{math.Float32frombits(0x0a202020), math.Float32frombits(0x200a0a20)}},
		{"binary limit", "3 1\na " + one + "b " + two + "rubbish", ReadWord2VecBinary, Options{Limit: 2}, []string{"a", "b"}, []float32{1, 2}},
		{"binary keep", "3 1\na " + one + "b " + two + "c " + one, ReadWord2VecBinary, Options{Keep: func(w string) bool { return w == "b" }}, []string{"b"}, []float32{2}},
		{"binary duplicates", "2 1\na " + one + "a " + two, ReadWord2VecBinary, Options{}, []string{"a"}, []float32{1}},
		{"bad UTF-8 replaced", "1 1\nx\xff\xfey 1\n", ReadWord2VecText, Options{InvalidUTF8: UTF8Replace}, []string{"x\ufffdy"}, []float32{1}},
		{"bad UTF-8 dropped", "1 1\nx\xff\xfey 1\n", ReadWord2VecText, Options{InvalidUTF8: UTF8Drop}, []string{"xy"}, []float32{1}},
		{"bad UTF-8 kept", "1 1\nx\xff\xfey 1\n", ReadWord2VecText, Options{InvalidUTF8: UTF8Keep}, []string{"x\xff\xfey"}, []float32{1}},
		{"bad UTF-8 made a duplicate", "2 1\n\xff 1\n\xfe 2\n", ReadWord2VecText, Options{InvalidUTF8: UTF8Replace}, []string{"\ufffd"}, []float32{1}},
		{"detect wide text", "1 14000\na" + wide + "\n", Read, Options{}, []string{"a"}, repeat(1.25, 14000)},
		{"detect wide binary", "1 14000\na " + strings.Repeat(two, 14000), Read, Options{}, []string{"a"}, repeat(2, 14000)},
		{"detect text without last newline", "1 2\na 1 2", Read, Options{}, []string{"a"}, []float32{1, 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			readers := map[string]reader{"named": test.read, "byte by byte": func(r io.Reader, o Options) (*Vectors, error) {
				return test.read(iotest.OneByteReader(r), o)
			}}
			if test.name != "binary numbers that look like blanks" && test.name != "glove empty, dimension given" {
				readers["found out"] = Read
				readers["zipped"] = func(r io.Reader, o Options) (*Vectors, error) { return Read(zip(t, r), o) }
			}
			for how, read := range readers {
				v, err := read(strings.NewReader(test.file), test.opts)
				require.NoError(t, err, how)
				want := &Vectors{words: test.words, data: test.data, dim: v.dim, index: map[string]int{}}
				for i, w := range test.words {
					want.index[w] = i
				}
				requireSame(t, want, v)
			}
		})
	}
}

func repeat(x float32, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = x
	}
	return s
}

func zip(t testing.TB, r io.Reader) io.Reader {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := io.Copy(w, r)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return &zipped
}

func TestReadErrors(t *testing.T) {
	tests := []struct {
		name, file string
		read       reader
		opts       Options
		want       error
		says       string
	}{
		{"empty text", "", ReadWord2VecText, Options{}, ErrHeader, "words dimension"},
		{"no header", "a 1 2\n", ReadWord2VecText, Options{}, ErrHeader, "a 1 2"},
		{"header is no number", "a 1\n", ReadWord2VecText, Options{}, ErrHeader, "a"},
		{"negative words", "-1 1\n", ReadWord2VecText, Options{}, ErrHeader, "-1"},
		{"dimension 0", "1 0\n", ReadWord2VecText, Options{}, ErrHeader, "want 1"},
		{"dimension too large", "1 1048577\n", ReadWord2VecBinary, Options{}, ErrHeader, "1048577"},
		{"header never ends", strings.Repeat("1", 100), ReadWord2VecText, Options{}, ErrHeader, "111"},
		{"another dimension", "1 2\na 1 2\n", ReadWord2VecText, Options{Dim: 3}, ErrHeader, "dimension 2, want 3"},
		{"text cut off", "2 1\na 1\n", ReadWord2VecText, Options{}, ErrTruncated, "row 2 of 2"},
		{"text goes on", "1 1\na 1\nb 2\n", ReadWord2VecText, Options{}, ErrHeader, "Limit of 1"},
		{"row too narrow", "1 3\na 1 2\n", ReadWord2VecText, Options{}, ErrRow, "line 2"},
		{"row of numbers alone", "1 3\n1 2 3\n", ReadWord2VecText, Options{}, ErrRow, "line 2"},
		{"row too wide", "2 2\na 1 2\nb 1 2 3\n", ReadWord2VecText, Options{}, ErrRow, "line 3"},
		{"not a number", "1 2\na 1 x\n", ReadWord2VecText, Options{}, ErrRow, `number 2 of "a" is "x"`},
		{"number out of range", "1 1\na 1e39\n", ReadWord2VecText, Options{}, ErrRow, "1e39"},
		{"text not UTF-8", "2 1\na 1\n\xff 1\n", ReadWord2VecText, Options{}, ErrInvalidUTF8, "line 3"},
		{"long word", "1 1\n" + strings.Repeat("x", maxWord+1) + " 1\n", ReadWord2VecText, Options{}, ErrRow, "line 2"},
		{"glove empty", "\n\n", ReadGloVe, Options{}, ErrHeader, "no rows"},
		{"glove no numbers", "a b\n", ReadGloVe, Options{}, ErrRow, "line 1"},
		{"glove other width", "a 1 2\nb 1\n", ReadGloVe, Options{}, ErrRow, "line 2"},
		{"glove dimension given", "a 1 2\n", ReadGloVe, Options{Dim: 3}, ErrRow, "line 1"},
		{"binary no word", "1 1\n", ReadWord2VecBinary, Options{}, ErrTruncated, "row 1 of 1"},
		{"binary cut in a word", "2 1\na " + one + "b", ReadWord2VecBinary, Options{}, ErrTruncated, "row 2 of 2"},
		{"binary cut in a row", "1 2\na " + one, ReadWord2VecBinary, Options{}, ErrTruncated, "row 1 of 1"},
		{"binary cut in a skipped row", "2 1\na " + one + "a \x00", ReadWord2VecBinary, Options{}, ErrTruncated, "row 2 of 2"},
		{"binary goes on", "1 1\na " + one + "\nb " + one, ReadWord2VecBinary, Options{}, ErrHeader, "Limit of 1"},
		{"binary not UTF-8", "1 1\n\xff " + one, ReadWord2VecBinary, Options{}, ErrInvalidUTF8, "row 1 of 1"},
		{"binary word never ends", "1 1\n" + strings.Repeat("x", 1<<20), ReadWord2VecBinary, Options{}, ErrRow, "no blank"},
		{"lying binary header", "9000000000000000000 1048576\na " + one, ReadWord2VecBinary, Options{}, ErrTruncated, "row 1"},
		{"lying text header", "9000000000000000000 1\na 1", ReadWord2VecText, Options{}, ErrTruncated, "row 2"},
		{"found out, lying header", "9000000000000000000 1048576\na " + one, Read, Options{}, ErrTruncated, "row 1"},
		{"fastText model", "\xba\x16\x4f\x2f\x0c\x00\x00\x00", Read, Options{}, ErrHeader, "package fasttext"},
		{"bad zip", "\x1f\x8brubbish that is no header", Read, Options{}, gzip.ErrHeader, "vectors"},
		{"negative limit", "", Read, Options{Limit: -1}, ErrOptions, "Limit"},
		{"negative dimension", "", ReadGloVe, Options{Dim: -1}, ErrOptions, "Dim"},
		{"policy unknown", "", ReadWord2VecText, Options{InvalidUTF8: 9}, ErrOptions, "9"},
		{"binary options", "", ReadWord2VecBinary, Options{Limit: -1}, ErrOptions, "Limit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.read(strings.NewReader(test.file), test.opts)
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.says)
			if errors.Is(test.want, ErrTruncated) {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			}
		})
	}
}

func TestZipCutOff(t *testing.T) {
	for _, file := range []string{"2 1\na 1\nb 2\n", "a 1 2\nb 3 4\n", "2 1\na " + one + "b " + two} {
		zipped, err := io.ReadAll(zip(t, strings.NewReader(file)))
		require.NoError(t, err)
		_, err = Read(bytes.NewReader(zipped[:len(zipped)-9]), Options{})
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

func TestReaderErrorsPass(t *testing.T) {
	broken := errors.New("broken")
	long := func(start, fill string) io.Reader { // fails beyond what is buffered
		return io.MultiReader(strings.NewReader(start+strings.Repeat(fill, peeked)), iotest.ErrReader(broken))
	}
	for name, read := range map[string]reader{"text": ReadWord2VecText, "binary": ReadWord2VecBinary, "glove": ReadGloVe, "any": Read} {
		_, err := read(iotest.ErrReader(broken), Options{})
		require.ErrorIs(t, err, broken, name)
	}
	_, err := ReadWord2VecText(long("9999999 1\n", "a 1\n"), Options{})
	require.ErrorIs(t, err, broken)
	_, err = ReadWord2VecText(long("1 1\na 1\n", " "), Options{})
	require.ErrorIs(t, err, broken)
	_, err = Read(long("9999999 1\n", "a "+one), Options{})
	require.ErrorIs(t, err, broken)
	_, err = ReadGloVe(long("a", " 1"), Options{})
	require.ErrorIs(t, err, broken)
}

// Whatever a header promises, memory follows what the file holds.
func TestLyingHeaderTakesNoMemory(t *testing.T) {
	for _, file := range []string{"9000000000000000000 1000\na " + one, "1000000000 300\na 1 2", "9000000000000000000 1\n"} {
		for _, read := range []reader{Read, ReadWord2VecText, ReadWord2VecBinary} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := read(strings.NewReader(file), Options{})
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(24<<20), file)
		}
	}
}

func FuzzReadWord2VecText(f *testing.F)   { fuzz(f, ReadWord2VecText, Word2VecText) }
func FuzzReadGloVe(f *testing.F)          { fuzz(f, ReadGloVe, GloVe) }
func FuzzReadWord2VecBinary(f *testing.F) { fuzz(f, ReadWord2VecBinary, Word2VecBinary) }
func FuzzRead(f *testing.F)               { fuzz(f, Read, Word2VecText) }

// fuzz checks that what was read can be written and read again, the same to the bit.
func fuzz(f *testing.F, read reader, format Format) {
	for _, name := range []string{"gensim_text.txt", "gensim_binary.bin", "word2vec_c_binary.bin", "glove_text.txt"} {
		f.Add(readFile(f, goldenDir+"/"+name)[:600])
	}
	for _, file := range []string{"2 2\na 1 2\nb c 3 4", "a 1 2\n. . 3 4\n", "2 1\na " + one + "\nb " + two + "\n", "0 1\n", "99999999999 1048576\n"} {
		f.Add([]byte(file))
		f.Add(must(io.ReadAll(zip(f, strings.NewReader(file)))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := read(bytes.NewReader(data), Options{InvalidUTF8: UTF8Keep})
		if err != nil {
			return
		}
		var file bytes.Buffer
		if format == Word2VecText {
			// A binary file may hold words that text cannot.
			for _, word := range v.words {
				if !fitsText(word) {
					return
				}
			}
		}
		if format == GloVe && v.Len() == 0 {
			return
		}
		require.NoError(t, v.Write(&file, format))
		back, err := named(format)(&file, Options{InvalidUTF8: UTF8Keep})
		require.NoError(t, err)
		requireSame(t, v, back)
	})
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func named(format Format) reader {
	return map[Format]reader{Word2VecBinary: ReadWord2VecBinary, Word2VecText: ReadWord2VecText, GloVe: ReadGloVe}[format]
}
