# SPDX-License-Identifier: MIT
"""Measures how far osier.os is from the least that an extension can do (least.c): PYTHONPATH=build/python python3 bench/least.py

Prints nanoseconds of the interpreter's own function, osier's and the least, in short blocks that take turns, the best of
each; and how many times quicker than the interpreter's own the other two are.
"""

import importlib.util
import os as theirs
import pathlib
import shlex
import subprocess
import sysconfig
import tempfile
import time

import osier.os as ours

ROWS = {
    "getcwd": "getcwd()",
    "open, close": "close(open('/etc/passwd', 0))",
    "path.split": "split('/usr/lib/python3')",
    "path.basename": "basename('/usr/lib/python3')",
}
BLOCKS = 6000
CALLS = 40  # in a block: short beside what else the machine does, long beside the clock


def build_least(place):
    """Compiles least.c as the interpreter was, and imports it."""
    path = pathlib.Path(place, "least.so")
    compiler = shlex.split(theirs.environ.get("CC", "cc"))
    source = pathlib.Path(__file__).with_name("least.c")
    include = sysconfig.get_path("include")
    command = [*compiler, "-O2", "-D_GNU_SOURCE", "-shared", "-fPIC", f"-I{include}", "-o", path, source]
    subprocess.run(command, check=True)
    spec = importlib.util.spec_from_file_location("least", path)
    least = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(least)
    return least


def block(module, code):
    """A function that gives the nanoseconds of CALLS runs of code."""
    names = {"clock": time.perf_counter_ns}
    for name in ("getcwd", "open", "close", "split", "basename"):
        names[name] = getattr(module, name, None) or getattr(module.path, name)
    exec(f"def run():\n begin = clock()\n for _ in range({CALLS}):\n  {code}\n return clock() - begin", names)
    return names["run"]


def main():
    print(f"{'':<16}{'python ns':>12}{'osier ns':>12}{'least ns':>12}{'osier times':>14}{'least times':>14}")
    with tempfile.TemporaryDirectory() as place:
        least = build_least(place)
    for name, code in ROWS.items():
        blocks = [block(module, code) for module in (theirs, ours, least)]
        best = [min(column) / CALLS for column in zip(*([run() for run in blocks] for _ in range(BLOCKS)))]
        times = "".join(f"{best[0] / one:14.2f}" for one in best[1:])
        print(f"{name:<16}" + "".join(f"{one:12.1f}" for one in best) + times, flush=True)


if __name__ == "__main__":
    main()
