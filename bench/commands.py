# SPDX-License-Identifier: MIT
"""Measures what osier get tells beside the commands that tell the same: python3 bench/commands.py BUILD

With 2,000 more processes that sleep, and beside them 3,800 more TCP sockets in a network namespace of its own (for root). Prints
milliseconds of both, best of several rounds taken in turn, the CPU time of it too, as a busy machine spoils the former,
and how many times quicker osier is by each.
"""

import ctypes
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

ROUNDS = 15
CLONE_NEWNET = 0x40000000
SOCKETS = "--fields=protocol,status,recv_q,send_q,laddr.ip,laddr.port,raddr.ip,raddr.port"


def run(words):
    """(seconds, seconds of CPU) of a command whose output goes nowhere."""
    began = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    used = os.wait4(pid, 0)[2]
    return time.perf_counter() - began, used.ru_utime + used.ru_stime


def compare(name, ours, theirs, rounds=ROUNDS):
    if not shutil.which(theirs[0]):
        print(f"{name:34} no {theirs[0]} here")
        return
    best = [[float("inf")] * 2 for _ in range(2)]
    for _ in range(rounds):
        for index, words in enumerate((ours, theirs)):
            best[index] = [min(*pair) for pair in zip(best[index], run(words))]
    (wall, cpu), (their_wall, their_cpu) = best
    print(
        f"{name:34}{' '.join(map(os.path.basename, theirs)):14}{their_wall * 1e3:9.2f}{wall * 1e3:9.2f}{their_wall / wall:7.2f}"
        f"{their_cpu * 1e3:11.2f}{cpu * 1e3:9.2f}{their_cpu / cpu:7.2f}"
    )


def connect(count):
    """Connections to itself, whose both ends stay open; None where there may be no namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or libc.unshare(CLONE_NEWNET) != 0:
        return None
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    ends = [listener]
    for _ in range(count):
        ends += [socket.create_connection(listener.getsockname()), listener.accept()[0]]
    return ends


def sleepers(count):
    return [os.posix_spawn("/bin/sleep", ["sleep", "1000"], os.environ) for _ in range(count)]


def main():
    build = os.path.abspath(sys.argv[1])
    osier = os.path.join(build, "osier")
    static = os.path.join(build, "static", "osier")
    print(f"{'':48}{'its ms':>9}{'osier':>9}{'times':>7}{'its CPU ms':>11}{'osier':>9}{'times':>7}")
    compare("get memory", [osier, "get", "memory"], ["true"], 60)
    if os.path.exists(static) and os.path.exists(f"{build}/bench/nothing"):
        compare("get memory, both static", [static, "get", "memory"], [f"{build}/bench/nothing"], 60)
    pids = sleepers(2000)
    try:
        compare("get procs", [osier, "get", "procs"], ["ps", "aux"])
        compare("get procs --fields=pid,name", [osier, "get", "procs", "--fields=pid,name"], ["ps", "-eo", "pid,comm"])
        ends = connect(1900)
        if ends:
            compare("get sockets --tcp", [osier, "get", "sockets", "--tcp", SOCKETS], ["ss", "-tan"])
            compare("get sockets --tcp, with processes", [osier, "get", "sockets", "--tcp"], ["ss", "-tanp"])
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
