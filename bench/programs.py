# SPDX-License-Identifier: MIT
"""Starts programs from Python and from the command, as rows for bench/table: programs.py BUILD

What any of them takes at least is the row's vfork: bench-process measures it in C, and here it is os.posix_spawn.
"""

import os
import pathlib
import subprocess
import sys
import time

build = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(build / "python"))
import osier.run  # noqa: E402

nothing, osier_command = str(build / "bench" / "nothing"), str(build / "osier")


def spawn(*words):
    pid = os.posix_spawnp(words[0], words, os.environ)
    assert os.waitpid(pid, 0)[1] == 0


ROWS = {
    "run() of nothing, from Python": {
        "osier": lambda: osier.run([nothing]),
        "subprocess.run": lambda: subprocess.run([nothing]),
        "posix_spawn": lambda: spawn(nothing),
    },
    "run() of nothing, captured": {
        "osier": lambda: osier.run([nothing], capture_output=True),
        "subprocess.run": lambda: subprocess.run([nothing], capture_output=True),
    },
    "the command true": {
        "osier": lambda: spawn(osier_command, "run", "true"),
        "env": lambda: spawn("env", "true"),
        "posix_spawn": lambda: spawn("true"),
    },
}


def seconds(call, times=20):
    began = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - began) / times


for row, peers in ROWS.items():
    best = dict.fromkeys(peers, float("inf"))
    for _ in range(20):
        for peer, call in peers.items():
            best[peer] = min(best[peer], seconds(call))
    for peer, least in best.items():
        print(row, peer, f"{least * 1e9:.1f}", sep="\t")
