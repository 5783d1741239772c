# SPDX-License-Identifier: MIT
"""Measures osier.psutil against psutil itself: PYTHONPATH=build/python python3 bench/processes.py [PROCESSES]

Lists of the machine's processes, with so many more that sleep. Prints milliseconds of both, best of several rounds
taken in turn, and how many times quicker osier is: with one thread, and with two.
"""

import importlib.util
import subprocess
import sys
import time

import osier.psutil as ours
from osier import _psutil_process

FOUR = ["pid", "name", "memory_info", "cpu_times"]
NINE = ["pid", "ppid", "name", "cpu_percent", "cpu_times", "memory_info", "cmdline", "username", "status"]
ROWS = {
    "pids": lambda p: p.pids(),
    "process_iter": lambda p: list(p.process_iter()),
    "process_iter, 4 attributes": lambda p: list(p.process_iter(FOUR)),
    "process_iter, 9 attributes": lambda p: list(p.process_iter(NINE)),
    "virtual_memory": lambda p: p.virtual_memory(),
    "cpu_times, of each": lambda p: p.cpu_times(percpu=True),
    "disk_partitions": lambda p: p.disk_partitions(all=True),
    "net_connections": lambda p: p.net_connections(),
}


def load_theirs():
    """Debian's psutil, which another Python than Debian's may have to be told of."""
    if importlib.util.find_spec("psutil") is None:
        sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import psutil
    except ImportError:
        sys.exit("no psutil here: apt-get install python3-psutil")
    return psutil


def milliseconds(call, module):
    began = time.perf_counter()
    call(module)
    return (time.perf_counter() - began) * 1e3


def main():
    theirs = load_theirs()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    sleepers = [subprocess.Popen(["/bin/sleep", "1000"]) for _ in range(count)]
    try:
        print(f"{len(ours.pids())} processes; psutil {theirs.__version__}\n")
        print(f"{'':28}{'psutil':>10}{'osier':>10}{'times':>8}{'2 threads':>11}{'times':>8}")
        for name, call in ROWS.items():
            best = [float("inf")] * 3
            for _ in range(7):
                for index, (module, threads) in enumerate(((theirs, 0), (ours, 1), (ours, 2))):
                    _psutil_process.threads = threads
                    best[index] = min(best[index], milliseconds(call, module))
            print(f"{name:28}{best[0]:10.2f}{best[1]:10.2f}{best[0] / best[1]:8.2f}{best[2]:11.2f}{best[0] / best[2]:8.2f}")
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()


if __name__ == "__main__":
    main()
