# SPDX-License-Identifier: MIT
"""osier get cgroup PATH and osier get cgroups: recorded trees of both versions, and this machine's files in the same moment."""

import json
import os

import pytest

from terminal import on_a_terminal

NO_LIMIT = str(2**64 - 1)  # which no double holds


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")


@pytest.fixture
def version_2(tmp_path):
    outer, inner = "sys/fs/cgroup/outer/", "sys/fs/cgroup/outer/in ner/"
    plant(tmp_path, {
        "proc/meminfo": "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 900 kB",
        "proc/self/cgroup": "0::/",
        "proc/9/cgroup": "0::/outer/in ner",
        "proc/self/mountinfo": "30 20 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate",
        "sys/fs/cgroup/cpu.stat": "usage_usec 99",
        outer + "memory.max": 409600, outer + "memory.current": 399600, outer + "pids.max": 30, outer + "pids.current": 3, outer + "cpu.max": "50000 100000",
        inner + "memory.max": "max", inner + "memory.current": 100000, inner + "cpu.max": "max 100000",
        inner + "cpu.stat": "usage_usec 5\nnr_periods 1\nnr_throttled 1\nthrottled_usec 2",
    })  # fmt: skip
    return tmp_path


def test_any_group(osier, version_2):
    root = f"--root={version_2}"
    for name in "/outer/in ner", "outer/in ner", "/sys/fs/cgroup/outer/in ner/":
        group = osier.json("get", "cgroup", name, root)
        assert (group["memory_limit"], group["memory_available"], group["memory_current"]) == (409600, 10000, 100000), name
        assert (group["cpu_quota"], group["throttled"], group["pids_limit"]) == (0.5, 1, 30)
    assert str(osier.json("get", "cgroup", root)["memory_limit"]) == NO_LIMIT
    missing = osier("get", "cgroup", "/no", root)
    assert (missing.status, missing.err) == (1, "osier: FileNotFoundError: [Errno 2] No such file or directory: '/no'\n")
    assert osier("get", "cgroup", "/outer/..", root).status == 1


def test_all_groups(osier, version_2):
    root = f"--root={version_2}"
    top, outer, inner = osier.json("get", "cgroups", root)
    assert [g["path"] for g in (top, outer, inner)] == ["/", "/outer", "/outer/in ner"]
    assert (top["cpu_usage"], top["memory_current"], top["cpu_quota"], top["pids_limit"]) == (99000, None, None, None)
    assert (outer["memory_limit"], outer["cpu_quota"], outer["cpu_usage"], outer["pids_current"]) == (409600, 0.5, None, 3)
    assert str(inner["memory_limit"]) == NO_LIMIT and inner["throttled_time"] == 2000 and inner["pids_limit"] is None
    assert [g["path"] for g in osier.json("get", "cgroups", "/outer/in ner", root)] == ["/outer/in ner"]
    shown = osier("get", "cgroups", "--filter=memory_current > 200000", "--fields=path,memory_limit,pids_limit", "--no-header", root)
    assert shown.out == "/outer\t409600\t30\n"


def test_no_limit_is_max_on_a_terminal(build, version_2):
    words = ["get", "cgroups", "/outer/in ner", "--fields=memory_limit,pids_limit", "--no-header", f"--root={version_2}"]
    status, shown = on_a_terminal(build / "osier", *words)
    assert status == 0 and shown.split() == ["max", "-"]


def trees():
    """{controllers or "": mount point} of this machine's, as far as the whole tree is to be seen."""
    found = {}
    with open("/proc/self/mountinfo") as file:
        for line in file:
            head, _, rest = line.partition(" - ")
            fields, kind = head.split(" "), rest.split()[0]
            if kind in ("cgroup", "cgroup2") and fields[3] == "/":
                names = {"memory", "cpu", "cpuacct", "pids"} & set(rest.split()[2].split(",")) if kind == "cgroup" else {""}
                found.update(dict.fromkeys(names, fields[4]))
    return found


def number(path):
    try:
        with open(path) as file:
            text = file.read().strip()
    except OSError:
        return None
    return 2**64 - 1 if text == "max" else int(text)


def test_this_machines_groups_are_its_directories(osier):
    """Every directory that was there before and after is a group, and the limits are those of its files."""
    found = trees()
    if not found:
        pytest.skip("no control groups on this machine")

    def names():
        return {os.path.normpath("/" + os.path.relpath(at, point)) for point in set(found.values()) for at, _, _ in os.walk(point)}

    before, ours, after = names(), osier.json("get", "cgroups"), names()
    listed = [g["path"] for g in ours]
    assert before & after <= set(listed) <= before | after
    assert len(set(listed)) == len(listed)
    places = {name: i for i, name in enumerate(listed)}
    assert all(places[os.path.dirname(name)] < i for name, i in places.items() if name != "/" and os.path.dirname(name) in places)
    for group in ours:
        for member, tree, file in (("pids_limit", "pids", "pids.max"), ("memory_limit", "memory", "memory.limit_in_bytes")):
            limit = number(f"{found[tree]}{group['path']}/{file}") if tree in found else None
            if limit is not None and group[member] is not None:
                assert int(group[member]) == (2**64 - 1 if limit >= 2**62 else limit), group
    for one in osier.json("os.process_cgroups"):
        with open("/proc/self/cgroup") as file:
            assert any(line.rstrip("\n").partition(":")[2] == f"{one['controllers']}:{one['path']}" for line in file)


def test_the_group_of_a_process_has_the_same_limits(osier):
    """As the process sees them itself, where all its trees have it in one group."""
    groups = {g["path"] for g in json.loads(osier("os.process_cgroups", "--json").out)}
    if len(groups) != 1:
        pytest.skip("it is in a group of another name in each tree")
    own, named = osier.json("get", "cgroup"), osier.json("get", "cgroup", groups.pop())
    assert {k: own[k] for k in ("memory_limit", "cpu_quota", "pids_limit")} == {k: named[k] for k in ("memory_limit", "cpu_quota", "pids_limit")}
