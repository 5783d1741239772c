# SPDX-License-Identifier: MIT
"""osier why: what is waited for, and by whom."""

import os
import re
import subprocess

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
        "elapsed", "cpu_busy", "cpu_iowait", *RESOURCES, "throttled", "throttled_time", "disks", "mounts", "swap_in", "swap_out", "oom_kills",
    ]  # fmt: skip
    for resource in RESOURCES:
        assert list(found[resource]) == ["stalled", "share", "avg10", "cgroup_share", "processes"]
        assert found[resource]["stalled"] or found[resource]["processes"] == []
    with open("/proc/vmstat") as file:
        events = dict(line.split() for line in file)
    assert found["oom_kills"] <= int(events.get("oom_kill", 0))


def test_what_is_refused(osier):
    for interval in "0", "-1", "x", "nan":
        assert osier("why", f"--interval={interval}").status == 64, interval
