package dataset_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/dataset"
)

func TestReadTSV(t *testing.T) {
	got, err := dataset.ReadTSV(strings.NewReader("\ufeffpos\tgood\tvery\r\n\nneg\t\n 1 \tcafé\n"))
	require.NoError(t, err)
	require.Equal(t, []dataset.Example{{Class: "pos", Text: "good\tvery"}, {Class: "neg", Text: ""}, {Class: "1", Text: "café"}}, got)
	require.Equal(t, []string{"1", "neg", "pos"}, dataset.Classes(append(got, got...)))
	require.Equal(t, []dataset.Example{got[2], got[0]}, dataset.Pick(got, []int{2, 0}))
}

func TestReadTSVErrors(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     error
		line     string
	}{
		{"no tab", "a\tb\nno tab here\n", dataset.ErrForm, "line 2"},
		{"no class", "\ttext\n", dataset.ErrForm, "line 1"},
		{"blank class", "  \ttext\n", dataset.ErrForm, "line 1"},
		{"not UTF-8", "a\tb\na\t\xff\n", dataset.ErrUTF8, "line 2"},
		{"nothing", "", dataset.ErrEmpty, ""},
		{"blank lines alone", "\n\r\n\n", dataset.ErrEmpty, ""},
		{"long line", "a\tb\na\t" + strings.Repeat("x", dataset.MaxLine), dataset.ErrLine, "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := dataset.ReadTSV(strings.NewReader(c.in))
			require.ErrorIs(t, err, c.want)
			require.Contains(t, err.Error(), c.line)
			require.Less(t, len(err.Error()), 200)
		})
	}
}

func TestLoadTSV(t *testing.T) {
	dir := t.TempDir()
	plain, zipped := filepath.Join(dir, "a.tsv"), filepath.Join(dir, "a.tsv.gz")
	require.NoError(t, os.WriteFile(plain, []byte("x\ty\n"), 0o600))
	f, err := os.Create(zipped)
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte("x\ty\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	for _, path := range []string{plain, zipped} {
		got, err := dataset.LoadTSV(path)
		require.NoError(t, err)
		require.Equal(t, []dataset.Example{{Class: "x", Text: "y"}}, got)
	}
	_, err = dataset.LoadTSV(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(zipped, []byte("not gzip"), 0o600))
	_, err = dataset.LoadTSV(zipped)
	require.ErrorContains(t, err, "a.tsv.gz")
}

func TestWriteTSV(t *testing.T) {
	examples := []dataset.Example{{Class: "pos", Text: "good\tvery\r."}, {Class: "a class", Text: ""}}
	var file bytes.Buffer
	require.NoError(t, dataset.WriteTSV(&file, examples))
	require.Equal(t, "pos\tgood\tvery\r.\na class\t\n", file.String())
	for _, name := range []string{"a.tsv", "a.tsv.gz"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, dataset.SaveTSV(path, examples))
		got, err := dataset.LoadTSV(path)
		require.NoError(t, err)
		require.Equal(t, examples, got)
	}

	path := filepath.Join(t.TempDir(), "bad.tsv.gz")
	for _, bad := range []struct {
		class, text string
		want        error
	}{
		{"", "x", dataset.ErrForm}, {" a", "x", dataset.ErrForm}, {"a\tb", "x", dataset.ErrForm}, {"a\nb", "x", dataset.ErrForm},
		{"a", "x\ny", dataset.ErrForm}, {"a", "x\r", dataset.ErrForm}, {"\ufeffa", "x", dataset.ErrForm}, {"a", "\xff", dataset.ErrUTF8},
		{"a", strings.Repeat("x", dataset.MaxLine), dataset.ErrLine},
	} {
		err := dataset.SaveTSV(path, []dataset.Example{{Class: "a", Text: "b"}, {Class: bad.class, Text: bad.text}})
		require.ErrorIs(t, err, bad.want, "%.20q", bad)
		require.ErrorContains(t, err, "example 1")
		require.NoFileExists(t, path)
	}
	require.ErrorIs(t, dataset.WriteTSV(&file, nil), dataset.ErrEmpty)
	broken := errors.New("broken")
	require.ErrorIs(t, dataset.WriteTSV(failing{broken}, examples), broken)
	require.ErrorIs(t, dataset.WriteTSV(failing{broken}, []dataset.Example{{Class: "a", Text: strings.Repeat("x", 1<<16)}}), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzReadTSV(f *testing.F) {
	f.Add("0\tfine\n1\t\n")
	f.Add("\ufeff\n\t\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := dataset.ReadTSV(strings.NewReader(in))
		if err != nil {
			return
		}
		require.NotEmpty(t, got)
		var file bytes.Buffer
		require.NoError(t, dataset.WriteTSV(&file, got))
		again, err := dataset.ReadTSV(&file)
		require.NoError(t, err)
		require.Equal(t, got, again)
		for _, e := range got {
			require.NotEmpty(t, e.Class)
			require.True(t, utf8.ValidString(e.Text))
		}
	})
}

func ExampleWriteTSV() {
	examples := []dataset.Example{{Class: "neg", Text: "simplistic , silly and tedious ."}, {Class: "pos", Text: "a gorgeous movie ."}}
	if err := dataset.WriteTSV(os.Stdout, examples); err != nil {
		fmt.Println(err)
	}
	// Output:
	// neg	simplistic , silly and tedious .
	// pos	a gorgeous movie .
}

func ExampleReadTSV() {
	examples, err := dataset.ReadTSV(strings.NewReader("neg\tsimplistic , silly and tedious .\npos\ta gorgeous movie .\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(examples), dataset.Classes(examples), examples[1].Text)
	// Output: 2 [neg pos] a gorgeous movie .
}
