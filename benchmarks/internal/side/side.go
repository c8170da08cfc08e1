// Package side is what comparisons side by side have in common: the other program
// that stays up and takes turns, processor time, the median.
package side

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Python is a running Python program that measures on request.
type Python struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Reply is a line of it.
type Reply struct {
	Optimiser    string  `json:"optimiser"`
	Milliseconds float64 `json:"ms"` // of processor time a step
}

// Start runs the script with --serve. Variables of OpenBLAS do not reach it: they may choose slower kernels.
func Start(python, script string) (*Python, error) {
	cmd := exec.Command(python, script, "--serve")
	cmd.Stderr = os.Stderr
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENBLAS_") {
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
	return &Python{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

// Ask has it make so many steps of a case.
func (p *Python) Ask(name string, steps int) (answer Reply, err error) {
	if _, err = fmt.Fprintln(p.in, name, steps); err != nil {
		return answer, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(line, &answer)
}

// Stop ends it.
func (p *Python) Stop() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// ProcessorTime returns the milliseconds that each of the steps of f takes of all threads of this process.
func ProcessorTime(steps int, f func(steps int) error) (float64, error) {
	begin, err := Used()
	if err != nil {
		return 0, err
	}
	if err := f(steps); err != nil {
		return 0, err
	}
	end, err := Used()
	return (end - begin).Seconds() * 1000 / float64(steps), err
}

// Used is the processor time of all threads of this process so far.
func Used() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

// Median returns the middle of x, or the mean of the two in the middle.
func Median(x []float64) float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
