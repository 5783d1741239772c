# SPDX-License-Identifier: MIT
"""osier why: what is waited for, and by whom."""

import contextlib
import os
import re
import subprocess

import pytest

RESOURCES = ("cpu", "memory", "io")


def spin(count):
    return [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(count)]


def test_who_waits_for_a_cpu(osier):
    busy = spin(3 * os.cpu_count() + 3)
    try:
        found = osier.json("why", "--interval=0.5")
        shown = osier("why", "--interval=0.5")
    finally:
        for one in busy:
            one.kill()
            one.wait()
    assert found["cpu"]["stalled"] is True and found["cpu_busy"] > 50 and found["elapsed"] >= 500_000_000
    blamed = found["cpu"]["processes"]
    assert len(blamed) == 5
    assert all(one["run_delay"] + one["cpu"] > 0 for one in blamed)
    weights = [one["run_delay"] + one["cpu"] for one in blamed]
    assert weights == sorted(weights, reverse=True)
    assert shown.status == 0 and shown.out.startswith("cpu ") or "no pressure" in shown.out
    assert re.search(r"^ +\d+ \S+ +\S.*  waited \d+\.\d\d s, used \d+\.\d\d s$", shown.out, re.M)


def test_what_it_tells(osier):
    found = osier.json("why", "--interval=0.1")
    assert list(found) == [
        "elapsed", "cpu_busy", "cpu_iowait", *RESOURCES, "cgroups", "disks", "mounts", "swap_in", "swap_out", "oom_kills",
    ]  # fmt: skip
    for resource in RESOURCES:
        assert list(found[resource]) == ["stalled", "share", "avg10", "cgroup_share", "processes"]
        assert found[resource]["stalled"] or found[resource]["processes"] == []
    with open("/proc/vmstat") as file:
        events = dict(line.split() for line in file)
    assert found["oom_kills"] <= int(events.get("oom_kill", 0))


def test_one_process(osier):
    busy = spin(os.cpu_count() + 1)
    try:
        found = osier.json("why", str(busy[0].pid), "--interval=0.5")
    finally:
        for one in busy:
            one.kill()
            one.wait()
    [mine] = found["cpu"]["processes"]
    assert mine["pid"] == busy[0].pid and mine["cpu"] + mine["run_delay"] > 0
    gone = osier("why", str(busy[0].pid), "--interval=0.1")
    assert (gone.status, gone.err) == (1, f"osier: why: there is no process {busy[0].pid}\n")
    assert osier("why", "-5").status == 64 and osier("why", "x").status == 64


@contextlib.contextmanager
def throttled():
    """A control group of the test's own, somewhere below that of nobody else, that may use a twentieth of a CPU."""
    for top, files in (
        ("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "5000"}),
        ("/sys/fs/cgroup", {"cpu.max": "5000 100000"}),
    ):
        path = f"{top}/osier-why-{os.getpid()}"
        try:
            os.mkdir(path)
        except OSError:
            continue
        try:
            for name, text in files.items():
                with open(f"{path}/{name}", "w") as file:
                    file.write(text)
            yield path
            return
        except OSError:
            continue  # no such controller here
        finally:
            os.rmdir(path)
    pytest.skip("no control group can be made here that limits CPUs")


def test_a_group_that_is_not_ours_is_throttled(osier):
    with throttled() as path:
        name = "/" + os.path.basename(path)
        [busy] = spin(1)
        with open(f"{path}/cgroup.procs", "w") as file:
            file.write(str(busy.pid))
        try:
            found = osier.json("why", "--interval=0.5")
            own = osier.json("why", str(busy.pid), "--interval=0.5")
            other = osier.json("why", str(os.getpid()), "--interval=0.1")
            shown = osier("why", str(busy.pid), "--interval=0.5").out
        finally:
            busy.kill()
            busy.wait()
    [group] = [g for g in found["cgroups"] if g["path"] == name]
    assert 0 < group["throttled"] <= group["periods"] and group["throttled_time"] > 0 and group["memory_percent"] is None
    assert [g["path"] for g in own["cgroups"]] == [name] and own["cpu"]["processes"][0]["cgroup"] == name
    assert name not in [g["path"] for g in other["cgroups"]]
    assert re.search(rf"^cgroup   {name} is throttled, in \d+ of \d+ periods, for \d+\.\d\d s$", shown, re.M)
    assert re.search(rf"; in {name}$", shown, re.M)


def test_what_is_refused(osier):
    for interval in "0", "-1", "x", "nan":
        assert osier("why", f"--interval={interval}").status == 64, interval
