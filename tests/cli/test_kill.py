# SPDX-License-Identifier: MIT
"""osier kill: who is meant, what they get, and that nobody else does."""

import os
import signal
import subprocess

import pytest


@pytest.fixture
def start(tmp_path):
    """Starts a program under a name that nothing else has."""
    started = []

    def run(name, line=":"):
        place = tmp_path / name
        if not place.exists():
            place.symlink_to("/bin/sh")
        script = f"{line}; echo ready; while :; do sleep 0.05; done"
        child = subprocess.Popen([place, "-c", script], stdout=subprocess.PIPE)
        child.stdout.readline()
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.wait()
        child.stdout.close()


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
