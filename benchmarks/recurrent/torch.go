package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// torch is the running Python program.
type torch struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// reply is a line of it.
type reply struct {
	Milliseconds float64 `json:"ms"`
}

func start(python, script string) (*torch, error) {
	cmd := exec.Command(python, script, "--serve")
	cmd.Stderr = os.Stderr
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENBLAS_") { // such as a choice of slower kernels
			cmd.Env = append(cmd.Env, v)
		}
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &torch{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

func (p *torch) ask(name string, steps int) (answer reply, err error) {
	if _, err = fmt.Fprintln(p.in, name, steps); err != nil {
		return answer, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(line, &answer)
}

func (p *torch) stop() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}
