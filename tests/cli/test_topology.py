# SPDX-License-Identifier: MIT
"""osier get cpus, caches and nodes beside lscpu: of this machine, and of recorded ones that a few lines here make."""

import collections
import contextlib
import functools
import json
import os
import pathlib
import shutil
import subprocess

import pytest

LSCPU = shutil.which("lscpu")
COLUMNS = ("cpu", "core", "socket", "node", "online")
CACHES = ("L1d", "L1i", "L2", "L3")


def runs(numbers):
    """ "0-3,8" of numbers."""
    text, numbers = [], sorted(numbers)
    while numbers:
        end = next(i for i in range(len(numbers)) if i + 1 == len(numbers) or numbers[i + 1] != numbers[i] + 1)
        text.append(str(numbers[0]) if end == 0 else f"{numbers[0]}-{numbers[end]}")
        numbers = numbers[end + 1 :]
    return ",".join(text)


def mask(numbers):
    """The same as words of 32 bits, the highest first."""
    bits = sum(1 << n for n in numbers)
    words = [f"{bits >> 32 * i & 0xFFFFFFFF:08x}" for i in range(16)]
    return ",".join(reversed(words))


def record(top, cpus, offline, place, node_of, distances, khz=None):
    """Writes a machine: place(cpu) is (socket, core in it); CPUs of one node share an L3."""
    online = [c for c in range(cpus) if c not in offline]

    def write(name, text):
        name = f"{top}/{name}"
        with contextlib.suppress(FileNotFoundError):
            return pathlib.Path(name).write_text(f"{text}\n")
        os.makedirs(os.path.dirname(name))
        return write(os.path.relpath(name, top), text)

    def groups(key):
        found = collections.defaultdict(list)
        for cpu in online:
            found[key(cpu)].append(cpu)
        return lambda cpu: found[key(cpu)]

    core, socket, near = groups(place), groups(lambda c: place(c)[0]), groups(node_of)

    def write_set(stem, numbers):
        write(f"{stem}_list", runs(numbers))
        write(stem if stem.endswith("siblings") else f"{stem}_map", mask(numbers))

    base = "sys/devices/system/cpu"
    for name, numbers in ("online", online), ("present", range(cpus)), ("possible", range(cpus)), ("offline", offline):
        write(f"{base}/{name}", runs(numbers))
    write(f"{base}/kernel_max", 511)
    write("proc/cpuinfo", "".join(f"processor\t: {c}\nvendor_id\t: GenuineIntel\nphysical id\t: {place(c)[0]}\ncpu MHz\t\t: {2000 + c}.500\n\n" for c in online))
    for cpu in range(cpus):
        here = f"{base}/cpu{cpu}"
        write(f"{here}/online", int(cpu in online))
        if cpu in offline:
            continue
        write_set(f"{here}/topology/thread_siblings", core(cpu))
        write_set(f"{here}/topology/core_siblings", socket(cpu))
        write(f"{here}/topology/physical_package_id", place(cpu)[0])
        write(f"{here}/topology/core_id", place(cpu)[1])
        if khz:
            for name, value in khz.items():
                write(f"{here}/cpufreq/{name}", value + cpu)
        for index, (kind, level, size, shared) in enumerate((
            ("Data", 1, 48, core(cpu)), ("Instruction", 1, 32, core(cpu)),
            ("Unified", 2, 2048, core(cpu)), ("Unified", 3, 107520, near(cpu)),
        )):  # fmt: skip
            cache = f"{here}/cache/index{index}"
            if cpu != shared[0]:  # in few files: a cache is the same wherever it is looked at
                os.makedirs(f"{top}/{here}/cache", exist_ok=True)
                os.symlink(f"../../cpu{shared[0]}/cache/index{index}", f"{top}/{cache}")
                continue
            for name, text in ("type", kind), ("level", level), ("size", f"{size}K"), ("ways_of_associativity", 8), ("coherency_line_size", 64):
                write(f"{cache}/{name}", text)
            write(f"{cache}/number_of_sets", size * 1024 // 64 // 8)
            write_set(f"{cache}/shared_cpu", shared)
    for node, row in distances.items():
        here = f"sys/devices/system/node/node{node}"
        members = [c for c in online if node_of(c) == node]
        write(f"{here}/cpulist", runs(members))
        write(f"{here}/cpumap", mask(members))
        write(f"{here}/distance", " ".join(map(str, row)))
        write(f"{here}/meminfo", f"Node {node} MemTotal:       {1000 + node} kB\nNode {node} MemFree:        400 kB\nNode {node} MemUsed:        {600 + node} kB")
    write("sys/devices/system/node/online", runs(distances))
    return top


def big(top):
    """256 CPUs, two sockets of 64 cores with two threads each, four nodes and one that is memory alone; two CPUs are offline."""
    return record(
        top, 256, (7, 200), lambda c: (c // 64 % 2, c % 64), lambda c: c // 32 % 4,
        {0: (10, 12, 32, 32, 17), 1: (12, 10, 32, 32, 17), 2: (32, 32, 10, 12, 28), 3: (32, 32, 12, 10, 28), 8: (17, 17, 28, 28, 10)},
        {"scaling_cur_freq": 2_100_000, "scaling_min_freq": 800_000, "scaling_max_freq": 3_800_000, "cpuinfo_min_freq": 800_000, "cpuinfo_max_freq": 3_800_000},
    )  # fmt: skip


def mixed(top):
    """A small one whose fast cores have two threads and whose slow ones have one; the hardware numbers its sockets oddly."""
    return record(top, 6, (), lambda c: (36, (0, 0, 8, 8, 16, 17)[c]), lambda c: 0, {0: (10,)})


MACHINES = {"this": None, "big": big, "mixed": mixed}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The root of a machine by its name: each is written once."""
    return functools.cache(lambda name: str(MACHINES[name](tmp_path_factory.mktemp(name))))


@pytest.fixture(params=MACHINES)
def machine(request, made):
    return [made(request.param)] if MACHINES[request.param] else []


def lscpu(machine, *words):
    if not LSCPU:
        pytest.skip("no lscpu on this machine")
    command = [LSCPU, *(f"--sysroot={top}" for top in machine), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"})
    return done.stdout


def ours(osier, machine, what, *words):
    return osier.json("get", what, *words, *(f"--root={top}" for top in machine))


def test_cpus_are_those_of_lscpu(osier, machine):
    rows = lscpu(machine, "--all", f"-p={','.join(COLUMNS)},cache,mhz,maxmhz,minmhz").splitlines()
    found = ours(osier, machine, "cpus")
    caches = ours(osier, machine, "caches")
    heads = next(row for row in rows if row.startswith("# CPU")).removeprefix("# ").lower().split(",")
    assert set(COLUMNS) < set(heads)
    theirs = [dict(zip(heads, row.split(","), strict=False)) for row in rows if row[0] != "#"]
    assert [c["cpu"] for c in found] == [int(row["cpu"]) for row in theirs]
    for mine, row in zip(found, theirs, strict=True):
        assert mine["online"] == (row["online"] == "Y")
        for name in "core", "socket", "node":
            if mine["online"]:
                assert mine[name] == (int(row[name]) if row[name] else None), (mine, row)
            else:
                assert mine[name] is None and mine["mhz"] is None
        if machine and mine["online"]:  # this one's moves meanwhile
            for name, column in ("mhz", "mhz"), ("mhz_max", "maxmhz"), ("mhz_min", "minmhz"):
                assert row[column] == "" and mine[name] is None or mine[name] == pytest.approx(float(row[column]), abs=1e-3), (mine, row)
        for cache in CACHES:  # who shares one there has it together here
            if mine["online"] and row.get(cache.lower()):
                [shared] = [c["cpus"] for c in caches if c["name"] == cache and mine["cpu"] in expand(c["cpus"])]
                number = row[cache.lower()]
                assert expand(shared) == {int(other["cpu"]) for other in theirs if other[cache.lower()] == number and other["online"] == "Y"}


def expand(text):
    parts = (part.split("-") for part in text.split(",") if part)
    return {n for part in parts for n in range(int(part[0]), int(part[-1]) + 1)}


def test_sums_are_those_of_lscpu(osier, machine):
    fields = {}

    def collect(entries):
        for entry in entries:
            fields[entry["field"].rstrip(":")] = entry["data"]
            collect(entry.get("children", []))

    collect(json.loads(lscpu(machine, "--json"))["lscpu"])
    cpus = [c for c in ours(osier, machine, "cpus") if c["online"]]
    assert expand(fields["On-line CPU(s) list"]) == {c["cpu"] for c in cpus}
    if cpus[0]["core"] is None:
        pytest.skip("the machine doesn't tell which CPU is which core")
    sockets = {c["socket"] for c in cpus}
    if "Socket(s)" in fields:
        assert int(fields["Socket(s)"]) == len(sockets)
        assert int(fields["Core(s) per socket"]) * len(sockets) == len({c["core"] for c in cpus})
        assert int(fields["Thread(s) per core"]) == 1 + max(c["thread"] for c in cpus)
    nodes = {node["node"]: node for node in ours(osier, machine, "nodes")}
    assert int(fields.get("NUMA node(s)", 0)) == len(nodes)
    for number, node in nodes.items():
        assert expand(fields[f"NUMA node{number} CPU(s)"] or "") == expand(node["cpus"])
    text = lscpu(machine, "-C=NAME,ONE-SIZE,ALL-SIZE,WAYS,TYPE,LEVEL,SETS,COHERENCY-SIZE", "--bytes", "--json")
    theirs = {c["name"]: c for c in json.loads(text)["caches"]} if text.strip() else {}
    caches = ours(osier, machine, "caches")
    assert {c["name"] for c in caches} == set(theirs)
    for cache in caches:
        row = theirs[cache["name"]]
        assert [cache["size"], cache["ways"], cache["type"], cache["level"], cache["sets"], cache["line"]] == [
            int(row["one-size"]), int(row["ways"] or 0), row["type"].lower(), int(row["level"]), int(row["sets"] or 0), int(row["coherency-size"] or 0),
        ]  # fmt: skip
        assert int(row["all-size"]) == sum(c["size"] for c in caches if c["name"] == cache["name"])


def test_256_cpus(osier, made):
    machine = [made("big")]
    cpus = ours(osier, machine, "cpus")
    assert len(cpus) == 256 and [c["cpu"] for c in cpus if not c["online"]] == [7, 200]
    assert cpus[135] | {"mhz": None} == {
        "cpu": 135, "online": True, "socket": 0, "core": cpus[135]["core"], "thread": 0, "socket_id": 0, "core_id": 7,
        "node": 0, "mhz": None, "mhz_min": 800.135, "mhz_max": 3800.135,
    }  # fmt: skip
    assert (cpus[129]["core"], cpus[129]["thread"], cpus[129]["node"]) == (cpus[1]["core"], 1, 0)
    nodes = ours(osier, machine, "nodes")
    assert [(n["node"], n["cpus"]) for n in nodes] == [(0, "0-6,8-31,128-159"), (1, "32-63,160-191"), (2, "64-95,192-199,201-223"), (3, "96-127,224-255"), (8, "")]
    assert (nodes[4]["total"], nodes[4]["free"], nodes[4]["used"]) == (1008 << 10, 400 << 10, 608 << 10)
    assert nodes[4]["distances"] == [{"node": n, "distance": d} for n, d in ((0, 17), (1, 17), (2, 28), (3, 28), (8, 10))]
    assert len(ours(osier, machine, "caches")) == 3 * 128 + 4
    table = osier("get", "cpus", "--filter=online == False", f"--root={machine[0]}")
    assert table.out == "cpu\tsocket\tcore\tthread\tnode\tonline\tmhz\tmhz_max\n" + "".join(f"{c}\t\t\t\t\tFalse\t\t\n" for c in (7, 200))


def test_what_is_asked_for_is_read_alone(osier, tmp_path):
    machine = record(tmp_path / "machine", 2, (), lambda c: (0, c), lambda c: 0, {0: (10,)})
    shutil.rmtree(machine / "sys/devices/system/node")
    (machine / "sys/devices/system/node").mkdir()
    (machine / "sys/devices/system/node/node0").symlink_to("node0")  # whoever goes there fails
    assert ours(osier, [machine], "cpus", "--fields=cpu,core") == [{"cpu": 0, "core": 0}, {"cpu": 1, "core": 1}]
    assert osier("get", "cpus", "--fields=node", f"--root={machine}").status == 1


def test_where_sys_is_missing(osier, tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text("cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu5 1 2 3 4\nctxt 5\n")
    (tmp_path / "proc/cpuinfo").write_text("processor\t: 5\ncpu MHz\t\t: 1200.5\n")
    assert [(c["cpu"], c["online"], c["core"], c["mhz"]) for c in ours(osier, [tmp_path], "cpus")] == [(0, True, None, None), (5, True, None, 1200.5)]
    assert ours(osier, [tmp_path], "caches") == ours(osier, [tmp_path], "nodes") == []
    (tmp_path / "proc/stat").write_text("")
    assert osier("get", "cpus", f"--root={tmp_path}").status == 1
