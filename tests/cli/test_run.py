# SPDX-License-Identifier: MIT
"""osier run: statuses, limits, further attempts, and what is left behind."""

import json
import os
import pty
import re
import signal
import subprocess
import time

import pytest


@pytest.fixture
def command(build):
    return build / "osier"


@pytest.fixture
def run(command):
    def call(*words, **options):
        options = {"capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run([command, "run", *words], **options)

    return call


def marked(mark):
    count = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/environ", "rb") as environ:
                count += mark.encode() in environ.read().split(b"\0")
        except OSError:
            pass
    return count


def test_statuses(run):
    assert run("true").returncode == 0
    assert run("--", "sh", "-c", "exit 7").returncode == 7
    assert run("sh", "-c", "kill -9 $$").returncode == 137
    assert run("osier-nowhere").returncode == 127
    assert "'osier-nowhere'" in run("osier-nowhere").stderr
    assert run("/etc/passwd").returncode == 126
    assert run().returncode == 64


@pytest.mark.parametrize("words", [
    ("--timeout=abc",), ("--timeout=-1",), ("--delay=1y",), ("--limit=as",), ("--limit=as=1X",), ("--limit=x=1",),
    ("--env=x",), ("--user=osier-nobody",), ("--backoff=0",), ("--nice=x",), ("--retries=x",),
])  # fmt: skip
def test_what_is_wrong_is_told(run, words):
    done = run(*words, "true")
    assert done.returncode == 64 and done.stderr.startswith("osier: run: ") and "usage:" in done.stderr


def test_timeout_ends_the_tree(run):
    line = "trap '' TERM; (setsid sleep 100 &); echo x; sleep 100"
    done = run("--timeout", "300ms", "--grace", "100ms", "--env", "MARK=cli-timeout", "sh", "-c", line)
    assert (done.returncode, done.stdout) == (124, "x\n")
    assert marked("MARK=cli-timeout") == 0


def test_tree_ends_what_is_left(run):
    done = run("--tree", "--env=MARK=cli-tree", "sh", "-c", "setsid sleep 100 & exit 3")
    assert done.returncode == 3 and marked("MARK=cli-tree") == 0


def test_surroundings(run, tmp_path):
    (tmp_path / "in").write_text("input\n")
    words = ("--cwd", tmp_path, "--env", "A=1", "--env=B=2 3", "--clear-env", "--nice=2", "--limit", "nofile=64:128")
    done = run(*words, "--stdin", tmp_path / "in", "/bin/sh", "-c", "pwd; echo $A$B$HOME; nice; ulimit -n; ulimit -Hn; cat")
    assert done.stdout == f"{tmp_path}\n12 3\n{min(os.nice(0) + 2, 19)}\n64\n128\ninput\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody")
def test_user(run):
    assert run("--user=nobody", "id", "-un").stdout == "nobody\n"


def test_json(run):
    done = json.loads(run("--json", "--retries=1", "--delay=1ms", "sh", "-c", "echo o; echo e >&2; exit 3").stdout)
    assert done["argv"] == ["sh", "-c", "echo o; echo e >&2; exit 3"]
    assert (done["returncode"], done["signal"], done["stdout"], done["stderr"]) == (3, None, "o\n", "e\n")
    assert done["attempts"] == 2 and done["wall"] > 0 and done["peak_memory"] > 0 and not done["timed_out"]
    done = json.loads(run("--json", "sh", "-c", "kill -15 $$").stdout)
    assert (done["returncode"], done["signal"]) == (-15, 15)


def test_attempts(run, tmp_path):
    line = f"echo x >> {tmp_path}/count; test $(wc -l <{tmp_path}/count) -ge 3 && echo ok now || exit 5"
    assert run("--retries=1", "--delay=1ms", "--jitter", "--backoff=2", "sh", "-c", line).returncode == 5
    assert run("--retries=1", "--delay=1ms", "sh", "-c", line).returncode == 0
    (tmp_path / "count").unlink()
    done = run("--until", "^ok", "--delay=1ms", "sh", "-c", line.replace("exit 5", "true"))
    assert (done.returncode, done.stdout) == (0, "ok now\n")
    assert run("--until=never", "--retries=1", "--delay=1ms", "echo", "x").returncode == 1


def test_quiet_unless_failed(run):
    assert run("--quiet-unless-failed", "sh", "-c", "echo x; echo y >&2").stdout == ""
    done = run("--quiet-unless-failed", "sh", "-c", "echo x; echo y >&2; echo z; exit 1")
    assert (done.returncode, done.stdout) == (1, "x\ny\nz\n")


def test_log(run, tmp_path):
    for _ in range(2):
        run("--log", tmp_path / "log", "sh", "-c", "echo one; echo two >&2; printf three")
    lines = (tmp_path / "log").read_text().splitlines()
    assert [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} ", "", line) for line in lines] == [
        "one", "two", "three"] * 2  # fmt: skip


def wait_for(path):
    while not path.exists() or not path.read_text().endswith("ready\n"):
        time.sleep(0.01)


#: Counts the signals that it gets.
COUNTER = "trap 'echo int >> {0}' INT; trap 'echo term >> {0}; exit 9' TERM; echo ready >> {0}; while :; do sleep 0.05; done"


def test_a_signal_is_passed_on_once(command, tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen([command, "run", "sh", "-c", COUNTER.format(out)], start_new_session=True)
    wait_for(out)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 9
    assert out.read_text() == "ready\nterm\n"


def test_ctrl_c_reaches_it_once(command, tmp_path):
    out = tmp_path / "out"
    line = COUNTER.format(out).replace("echo int >> {0}".format(out), "echo int >> {0}; sleep 0.4; exit 4".format(out))
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command, [command, "run", "sh", "-c", line])
    wait_for(out)
    os.write(terminal, b"\x03")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 4
    os.close(terminal)
    assert out.read_text() == "ready\nint\n"
