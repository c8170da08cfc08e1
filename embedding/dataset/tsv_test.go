package dataset_test

import (
	"compress/gzip"
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

func FuzzReadTSV(f *testing.F) {
	f.Add("0\tfine\n1\t\n")
	f.Add("\ufeff\n\t\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := dataset.ReadTSV(strings.NewReader(in))
		if err != nil {
			return
		}
		require.NotEmpty(t, got)
		for _, e := range got {
			require.NotEmpty(t, e.Class)
			require.True(t, utf8.ValidString(e.Text))
		}
	})
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
