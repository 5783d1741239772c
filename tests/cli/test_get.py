# SPDX-License-Identifier: MIT
"""osier get: nouns, what they take, and a recorded machine."""

import os
import shutil
import subprocess

import pytest


def test_nouns_are_calls(osier):
    assert set(osier.json("get", "memory")) == set(osier.json("os.virtual_memory"))
    [own] = [p for p in osier.json("get", "procs", "--fields=pid,ppid,name") if p["pid"] == os.getpid()]
    assert set(own) == {"pid", "ppid", "name"} and own["ppid"] == os.getppid()
    assert any(m["mountpoint"] == "/" and m["total"] > 0 for m in osier.json("get", "mounts"))
    assert osier("get", "procs", "--top=1", "--no-header", "--sort=pid", "--fields=pid").out == "1\n"
    [me] = osier.json("get", "procs", f"--filter=pid == {os.getpid()} and rss > 1M", "--fields=pid,rss")
    assert me["pid"] == os.getpid() and me["rss"] > 1 << 20
    assert osier.json("get", "usage", "/")["total"] > 0
    assert "usage: osier os.processes" in osier("get", "procs", "--help").out


def test_what_there_is_not(osier):
    done = osier("get", "nothing")
    assert done.status == 64 and done.err.startswith("osier: get: unknown WHAT 'nothing'; known are procs")
    assert osier("get").status == 64
    assert osier("get", "procs", "--fields=nothing").status == 64
    assert osier("get", "usage", "missing").status == 1


def test_a_recorded_machine(osier, tmp_path):
    (tmp_path / "m/proc/5").mkdir(parents=True)
    (tmp_path / "m/proc/loadavg").write_text("0.50 0.25 0.10 1/2 3\n")
    (tmp_path / "m/proc/stat").write_text("btime 1000\n")
    (tmp_path / "m/proc/5/stat").write_text("5 (five) S 1 5 5 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3")
    assert osier("get", "load", "--root=m").out == osier("get", "--root=m", "load").out == "0.5\n0.25\n0.1\n"
    assert osier("get", "--root=m", "procs", "--fields=pid,name", "--no-header").out == "5\tfive\n"
    assert osier("get", "load", "--root=missing").status == 1
    assert osier("get", "mounts", "--root=m").status == 1


def test_words_in_small_letters(osier):
    small, large = (osier("get", "pressure", word, "--json") for word in ("io", "IO"))
    assert (small.status, small.err) == (large.status, large.err)
    assert osier("get", "pressure", "iO?").status == 64


HIDEPID = """
mount -t proc -o hidepid=1 proc /proc || exit 77
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" get procs --fields=pid
"""


@pytest.mark.skipif(not shutil.which("unshare") or os.geteuid() != 0, reason="root mounts /proc, in a namespace of its own")
def test_what_may_not_be_looked_at_is_counted(build):
    command = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", "sleep 100 & " + HIDEPID, build / "osier"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode in (77, 126, 127) or "unshare failed" in done.stderr:
        pytest.skip("no namespaces, or nobody may not come here")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2  # its head, and itself
    assert done.stderr == "osier: 1 more is not shown, as you may not look at it\n"
