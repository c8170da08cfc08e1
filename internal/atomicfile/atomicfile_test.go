package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put := func(s string, err error) error {
		return atomicfile.Write(path, func(w io.Writer) error {
			_, werr := io.WriteString(w, s)
			require.NoError(t, werr)
			return err
		})
	}
	require.NoError(t, put("one", nil))
	require.NoError(t, put("two", nil))
	boom := errors.New("boom")
	require.ErrorIs(t, put("three", boom), boom)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "two", string(got), "a failed save keeps the old file")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file is left")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o644), info.Mode().Perm())
	require.Error(t, atomicfile.Write(filepath.Join(dir, "no", "a"), func(io.Writer) error { return nil }))
}
