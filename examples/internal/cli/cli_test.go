package cli_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

func TestExit(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		code int
		says string
	}{
		{t.Context(), nil, cli.OK, ""},
		{interrupted, nil, cli.OK, ""},
		{t.Context(), fmt.Errorf("flags: %w", flag.ErrHelp), cli.OK, ""},
		{t.Context(), errors.New("no\nfile"), cli.Failed, "x: no; file\n"},
		{interrupted, context.Canceled, cli.Interrupted, "x: interrupted: context canceled\n"},
	} {
		var b bytes.Buffer
		require.Equal(t, c.code, cli.Exit(c.ctx, "x", c.err, &b))
		require.Equal(t, c.says, b.String())
	}
}
