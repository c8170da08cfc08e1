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

// ask returns the milliseconds a step of a case.
func (p *torch) ask(name string, steps int) (float64, error) {
	if _, err := fmt.Fprintln(p.in, name, steps); err != nil {
		return 0, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return 0, err
	}
	var answer struct {
		Milliseconds float64 `json:"ms"`
	}
	return answer.Milliseconds, json.Unmarshal(line, &answer)
}

func (p *torch) stop() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}
