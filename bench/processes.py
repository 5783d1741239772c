# SPDX-License-Identifier: MIT
"""Measures osier.psutil against psutil itself: PYTHONPATH=build/python python3 bench/processes.py [PROCESSES]

Lists of the machine's processes, with so many more that sleep (500). Prints milliseconds of both, best of several rounds
taken in turn, and how many times quicker osier is: with one thread, and with two. For root then the same of 3,800 more TCP
sockets, beside the same processes, and of os_sockets() in C, which is not asked for their processes.
"""

import ctypes
import importlib.util
import os
import subprocess
import sys
import time

import osier.psutil as ours
from commands import connect
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
        ends = connect(1900)
        if ends:
            compare_sockets(theirs)
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()


def ask_kernel(library):
    count = ctypes.c_size_t()
    sockets = library.os_sockets(3, 0, None, ctypes.byref(count))
    assert sockets and count.value > 3800
    library.os_free(sockets)


def compare_sockets(theirs):
    """psutil always looks for the process of each socket; the last column is the kernel's list alone."""
    library = ctypes.CDLL(f"{os.environ['BENCH_BUILD']}/libosier.so")
    library.os_sockets.restype = ctypes.c_void_p
    library.os_free = ctypes.CDLL(None).free
    library.os_free.argtypes = [ctypes.c_void_p]
    calls = (lambda: theirs.net_connections("tcp")), (lambda: ours.net_connections("tcp")), (lambda: ask_kernel(library))
    best = [float("inf")] * 3
    for _ in range(9):
        for index, call in enumerate(calls):
            best[index] = min(best[index], milliseconds(lambda _, call=call: call(), None))
    print(f"\n{'':28}{'psutil':>10}{'osier':>10}{'times':>8}{'os_sockets':>11}{'times':>8}")
    print(f"{'net_connections, 3,800':28}{best[0]:10.2f}{best[1]:10.2f}{best[0] / best[1]:8.2f}{best[2]:11.2f}{best[0] / best[2]:8.2f}")


if __name__ == "__main__":
    main()
