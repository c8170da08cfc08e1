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
	require.Error(t, atomicfile.Write(filepath.Join(dir, "no", "a"), func(io.Writer) error { return nil }))
}

// Permissions are those of any new file, or those that the file had.
func TestWriteKeepsPermissions(t *testing.T) {
	dir := t.TempDir()
	path, plain := filepath.Join(dir, "a"), filepath.Join(dir, "plain")
	write := func() os.FileMode {
		require.NoError(t, atomicfile.Write(path, func(io.Writer) error { return nil }))
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Mode().Perm()
	}
	require.NoError(t, os.WriteFile(plain, nil, 0o666)) // under the umask
	info, err := os.Stat(plain)
	require.NoError(t, err)
	require.Equal(t, info.Mode().Perm(), write())
	for _, mode := range []os.FileMode{0o600, 0o640, 0o644} {
		require.NoError(t, os.Chmod(path, mode))
		require.Equal(t, mode, write())
	}
}

func TestWriteThroughLink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(real, []byte("old"), 0o600))
	if err := os.Symlink(real, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	require.NoError(t, atomicfile.Write(link, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }))
	got, err := os.ReadFile(real)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	to, err := os.Readlink(link)
	require.NoError(t, err)
	require.Equal(t, real, to)
}
