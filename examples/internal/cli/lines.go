package cli

import (
	"bufio"
	"context"
	"io"
	"iter"
)

// Lines yields the lines that are typed, one at a time, until they end, ctx is
// cancelled or the loop is left: an interrupt is not kept waiting for the end of a
// line. Should reading fail, or ctx end, the error comes last, with an empty line.
func Lines(ctx context.Context, in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		lines := make(chan string)
		ended := make(chan error, 1)
		go func() { // stays behind in Read where nothing more is typed
			scanner := bufio.NewScanner(in)
			for scanner.Scan() {
				select {
				case lines <- scanner.Text():
				case <-ctx.Done():
					return
				}
			}
			ended <- scanner.Err()
		}()
		for {
			select {
			case line := <-lines:
				if !yield(line, nil) {
					return
				}
			case err := <-ended:
				if err != nil {
					yield("", err)
				}
				return
			case <-ctx.Done():
				yield("", ctx.Err())
				return
			}
		}
	}
}
