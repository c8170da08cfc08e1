// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Write puts what write writes in the place of path: into a temporary file of the
// same folder, synced, then renamed, and the folder synced. Readers see the old file
// or the new one and never a part, also after a power cut; after an error the old
// file is as it was. A symbolic link stays one: the file that it leads to is replaced. A
// new file has the permissions that the process gives new files, another one keeps
// those it has. Writes are buffered.
func Write(path string, write func(io.Writer) error) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := replace(path, write); err != nil {
		return fmt.Errorf("saving %s: %w", path, err)
	}
	return nil
}

func replace(path string, write func(io.Writer) error) (err error) {
	f, err := create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	for _, step := range []func() error{
		func() error { return write(w) },
		w.Flush,
		f.Sync,
		f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// create opens a new file beside path with the permissions of the one there, or else
// of any new file, which os.CreateTemp would not give.
func create(path string) (*os.File, error) {
	mode := fs.FileMode(0o666) // less what the process takes from new files
	info, err := os.Stat(path)
	if err == nil {
		mode = info.Mode().Perm()
	}
	for k := 0; ; k++ {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d.%d", filepath.Base(path), os.Getpid(), k))
		f, failed := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, mode)
		switch {
		case errors.Is(failed, fs.ErrExist):
			continue
		case failed == nil && err == nil:
			failed = f.Chmod(mode) // all of them
		}
		return f, failed
	}
}

// syncFolder makes a rename last, where folders can be synced.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
