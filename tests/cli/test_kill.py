# SPDX-License-Identifier: MIT
"""osier kill: who is meant, what they get, and that nobody else does."""

import os
import signal
import socket
import subprocess
import time

import pytest


@pytest.fixture
def start(child, tmp_path):
    """Starts a program under a name that nothing else has."""

    def run(name, line=":"):
        place = tmp_path / name
        if not place.exists():
            place.symlink_to("/bin/sh")
        process = child(place, "-c", f"{line}; echo ready; while :; do sleep 0.05; done")
        process.stdout.readline()
        return process

    return run


def name_of(test):
    return f"k{os.getpid()}{test}"  # 15 bytes at most


def test_by_number(osier, start):
    one, other = start("a"), start("b")
    assert osier("kill", str(one.pid)).status == 0
    assert one.wait(10) == -signal.SIGTERM and other.poll() is None
    done = osier("kill", "4194304", str(other.pid))  # the first is none, so the second is left alone
    assert done.status == 1 and done.err == "osier: kill: no such process: '4194304'\n" and other.poll() is None


def test_by_name(osier, start):
    name = name_of("n")
    both = [start(name), start(name)]
    assert sorted(osier("kill", name, "--dry-run").out.splitlines()) == sorted(f"{p.pid} {name}" for p in both)
    assert all(p.poll() is None for p in both)
    assert osier("kill", name, "--signal=SIGKILL").status == 0
    assert [p.wait(10) for p in both] == [-signal.SIGKILL] * 2
    assert osier("kill", name).status == 1


def test_by_filter(osier, start):
    name = name_of("f")
    mine, other = start(name), start(name)
    assert osier("kill", name, f"--filter=pid == {mine.pid} and ppid == {os.getpid()}").status == 0
    assert mine.wait(10) == -signal.SIGTERM and other.poll() is None
    assert osier("kill", f"--filter=pid == {other.pid}", "-s", "SIGHUP").status == 0
    assert other.wait(10) == -signal.SIGHUP
    done = osier("kill", f"--filter=pid == {other.pid} and pid != {other.pid}")
    assert done.status == 1 and done.err == "osier: kill: no process passes the filter\n"


def test_a_time_limit(osier, start):
    name = name_of("t")
    stubborn, gentle = start(name, "trap '' TERM"), start(name)
    assert osier("kill", name, "--timeout=0.3").status == 0
    # Both have ended when the command has.
    assert stubborn.wait(0) == -signal.SIGKILL and gentle.wait(0) == -signal.SIGTERM


def test_not_itself(osier):
    assert "1 " not in [line[:2] for line in osier("kill", "--filter=pid < 9999999", "--dry-run").out.splitlines()]
    assert osier("kill", "--filter=name == osier and ppid == %d" % os.getpid(), "--dry-run").status == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_refused(osier, start, build):
    child = start("a")
    done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", build / "osier", "kill", str(child.pid)],
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode == 126 or "Permission denied" in done.stderr and "osier:" not in done.stderr:
        pytest.skip("another user may not execute the command here")
    assert done.returncode == 1 and "Operation not permitted" in done.stderr and child.poll() is None


@pytest.mark.parametrize("words", [[], ["--filter=nothing == 1"], ["x", "--signal=SIGNOTHING"], ["x", "--timeout=x"]])
def test_mistakes(osier, words):
    assert osier("kill", *words).status == 64


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def ended(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def wait_for(condition):
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_tree_ends_with_what_it_starts_meanwhile(osier, start):
    # each starts a further one all the time, in a session of its own, and ignores nothing
    top = start(name_of("t"), "(while :; do setsid sleep 100 & sleep 0.01; done) & sleep 0.2")
    below = children_of(top.pid)
    listed = osier("kill", str(top.pid), "--tree", "--dry-run").out.splitlines()
    assert len(listed) > len(below) and top.poll() is None
    assert osier("kill", str(top.pid), "--tree").status == 0
    assert top.wait(10) == -signal.SIGTERM
    whom = [int(line.split()[0]) for line in listed[1:]]
    assert wait_for(lambda: all(ended(pid) for pid in whom))
    left = subprocess.run(["pgrep", "-P", *[str(pid) for pid in [top.pid, *below]], "-d,"], capture_output=True).stdout
    assert left.strip() == b""


def test_a_tree_that_was_stopped_goes_on(osier, start):
    top = start(name_of("c"), "trap 'exit 7' USR1; sleep 0.1")
    assert osier("kill", str(top.pid), "--tree", "-s", "SIGUSR1").status == 0
    assert top.wait(10) == 7


def test_by_port(osier, start):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        child = subprocess.Popen(["sleep", "100"], pass_fds=[listener.fileno()])
        other = start("b")
        try:
            done = osier("kill", f"--port={port}", f"--filter=pid != {os.getpid()}", "--dry-run")
            assert done.out == f"{child.pid} sleep\n"
            assert osier("kill", f"--port={port}", "sleep").status == 0
            assert child.wait(10) == -signal.SIGTERM and other.poll() is None
        finally:
            child.kill()
            child.wait()
    done = osier("kill", f"--port={port}")
    assert (done.status, done.err) == (1, "osier: kill: no process has the port\n")
    assert osier("kill", "--port=0").status == osier("kill", "--port=65536").status == 64
