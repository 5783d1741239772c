# SPDX-License-Identifier: MIT
"""osier wait: until others' processes have ended, and no longer than asked."""

import os
import pathlib
import signal
import subprocess
import time

import pytest


@pytest.fixture
def start(child):
    """Starts a program that ends when its standard input does."""
    return lambda *words: child(*(words or ["cat"]))


def ticks_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[19])


def is_waiting(process):
    """Whether it holds what it waits for, which it does once all have been found."""
    for _ in range(1000):
        for link in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                if "pidfd" in os.readlink(link):
                    return True
            except FileNotFoundError:
                continue
        time.sleep(0.01)
    return False


def test_until_all_have_ended(build, start):
    one, other = start(), start()
    waiting = subprocess.Popen([build / "osier", "wait", str(one.pid), str(other.pid)])
    assert is_waiting(waiting)
    one.stdin.close()
    one.wait(10)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.3)
    other.stdin.close()
    assert waiting.wait(10) == 0 and other.wait(10) == 0


def test_a_zombie_has_ended(osier, start):
    one = start()
    one.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, one.pid, os.WEXITED | os.WNOWAIT)
    assert osier("wait", str(one.pid), "--timeout=20").status == 0


def test_a_time_limit(osier, start):
    one, other = start(), start()
    one.stdin.close()
    done = osier("wait", str(one.pid), str(other.pid), "--timeout=0.3")
    assert (done.status, done.out) == (124, "") and other.poll() is None
    assert done.err == f"osier: wait: process {other.pid} is still there: 'cat'\n"
    assert osier("wait", str(other.pid), "--timeout=0").status == 124


def test_by_number_and_start(osier, start):
    one = start()
    exact = f"{one.pid}:{ticks_of(one.pid)}"
    assert osier("wait", exact, "--timeout=0").status == 124
    done = osier("wait", f"{one.pid}:{ticks_of(one.pid) + 1}", "--timeout=0")
    assert done.status == 1 and "no such process" in done.err
    assert osier("kill", f"{one.pid}:{ticks_of(one.pid) + 1}").status == 1 and one.poll() is None
    assert osier("kill", exact).status == 0 and one.wait(10) == -signal.SIGTERM


def test_by_filter(osier, start):
    one = start()
    words = [f"--filter=ppid == {os.getpid()} and name == cat", "--timeout=0"]
    assert osier("wait", *words).status == 124
    one.stdin.close()
    one.wait(10)
    assert osier("wait", *words).err == "osier: wait: no process passes the filter\n"


def test_what_descends_from_it(build, start):
    top = start("sh", "-c", "sleep 100 <&- & echo $!; read line")
    below = int(top.stdout.readline())
    try:
        waiting = subprocess.Popen([build / "osier", "wait", "--tree", str(top.pid)])
        assert is_waiting(waiting)
        top.stdin.close()
        top.wait(10)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.3)
    finally:
        os.kill(below, signal.SIGKILL)
    assert waiting.wait(10) == 0


@pytest.mark.parametrize("words", [[], ["--filter=nothing == 1"], ["1", "--timeout=x"], ["1", "--timeout=-1"], ["1", "--timeout=nan"]])
def test_mistakes(osier, words):
    done = osier("wait", *words)
    assert (done.status, done.out) == (64, "") and done.err.startswith("osier: wait: ")
