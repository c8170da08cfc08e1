"""What the PyTorch side of every comparison does: one core, and steps timed on demand. Import it before torch.

Times are processor time of the process, in milliseconds a step.
"""
import json
import os
import statistics
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import torch

torch.set_num_threads(1)


def measure(step, steps):
    begin = time.process_time()
    for _ in range(steps):
        step()
    return (time.process_time() - begin) / steps * 1000


def line(case, samples, facts):
    return json.dumps({
        "case": case, "torch": torch.__version__, "threads": 1, **facts,
        "ms": round(statistics.median(samples), 4), "min_ms": round(min(samples), 4), "samples": len(samples),
    })


def run(stepper, cases, warm=3, steps=5, turns=9):
    """stepper(case) returns a function that makes a step, and facts for its line.

    With --serve, lines "CASE STEPS" are read and each answered with a JSON line; else the cases named, or all, are timed.
    """
    if sys.argv[1:] != ["--serve"]:
        for case in sys.argv[1:] or cases:
            step, facts = stepper(case)
            measure(step, warm)
            print(line(case, [measure(step, steps) for _ in range(turns)], facts), flush=True)
        return
    made = {}
    for request in sys.stdin:
        case, count = request.split()
        if case not in made:
            made[case] = stepper(case)
            measure(made[case][0], warm)
        step, facts = made[case]
        print(line(case, [measure(step, int(count))], facts), flush=True)
