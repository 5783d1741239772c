# SPDX-License-Identifier: MIT
"""osier get beside free, df, findmnt, lscpu, lsblk, iostat, ps and sysctl in the same moment, field by field.

What moves by nature lies between what the other program says before and after.
"""

import contextlib
import json
import math
import os
import re
import shutil
import subprocess
import sys

import pytest

ENVIRONMENT = {**os.environ, "LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin") + ":/usr/sbin:/sbin"}
TRIES = 20


@pytest.fixture
def peer():
    """Runs another program, and skips the test where there is none: its output."""

    def run(name, *words):
        path = shutil.which(name, path=ENVIRONMENT["PATH"])
        if not path:
            pytest.skip(f"no {name} on this machine")
        done = subprocess.run([path, *words], capture_output=True, timeout=60, env=ENVIRONMENT, errors="surrogateescape")
        assert done.stdout, done.stderr
        return done.stdout

    return run


def between(before, here, after):
    """Members that are not between what they were and what they are: whoever calls tries again."""
    return {k: (before[k], here[k], after[k]) for k in before if not min(before[k], after[k]) <= here[k] <= max(before[k], after[k])}


def agree(look, compare):
    """The machine works on: what went up and down within one look agrees in another, what is wrong never does."""
    always = None
    for _ in range(TRIES):
        before, here, after = look()
        wrong = compare(before, here, after)
        always = {k: v for k, v in wrong.items() if always is None or k in always}
        if not always:
            return
    assert not always


def test_memory_is_that_of_free(osier, peer):
    names = ("total", "used", "free", "shared", "buffers", "cached", "available")

    def free():
        lines = peer("free", "-b", "-w").splitlines()
        memory = dict(zip(names, map(int, lines[1].split()[1:]), strict=True))
        return memory, dict(zip(("total", "used", "free"), map(int, lines[2].split()[1:]), strict=True))

    def look():
        before = free()
        here = osier.json("get", "memory"), osier.json("get", "swap")
        return before, here, free()

    def compare(before, here, after):
        assert before[0].keys() <= here[0].keys() and here[0]["total"] == before[0]["total"]
        here[0]["available"] -= here[0]["arc"]  # which free takes for used
        version = peer("free", "--version")
        if tuple(map(int, re.search(r"(\d+)\.(\d+)", version).groups())) < (4, 0):
            for memory in before[0], after[0]:
                memory["used"] = memory["total"] - memory["available"]
        here[0]["used"] += here[0]["arc"]
        return between(before[0], here[0], after[0]) | between(before[1], here[1], after[1])

    agree(look, compare)


def test_sizes_are_those_of_df(osier, peer, tmp_path):
    columns = ("source", "fstype", "itotal", "iused", "iavail", "size", "used", "avail", "pcent", "target")

    def df():
        rows = [line.split(None, len(columns) - 1) for line in peer("df", "-B1", "--output=" + ",".join(columns)).splitlines()[1:]]
        whole = (row for row in rows if all(re.fullmatch(r"\d+|-", number) for number in row[2:8]))  # no name has spaces
        return {row[-1]: dict(zip(columns, row, strict=True)) for row in whole}

    def look():
        before = df()
        here = {m["mountpoint"]: m for m in osier.json("get", "mounts", "--pseudo") if not m["covered"]}
        return before, here, df()

    def compare(before, here, after):
        wrong = {}
        for target in before.keys() & after.keys():
            b, m, a = before[target], here.get(target), after[target]
            if m is None:
                if "?" not in target:  # what df can't print
                    wrong[target] = "not listed"
                continue
            assert (m["device"], m["fstype"]) == (b["source"], b["fstype"])
            numbers = {"total": "size", "used": "used", "free": "avail", "inodes": "itotal", "inodes_free": "iavail"}
            was, now = ({ours: int(row[theirs]) if row[theirs] != "-" else 0 for ours, theirs in numbers.items()} for row in (b, a))
            wrong |= {(target, k): v for k, v in between(was, m, now).items()}
            if b["pcent"] != "-":
                low, high = sorted(int(row["pcent"].rstrip("%")) for row in (b, a))
                if not low <= math.ceil(m["percent"] - 1e-9) <= high:  # df rounds up
                    wrong[target, "percent"] = b["pcent"], m["percent"], a["pcent"]
        return wrong

    agree(look, compare)
    row = peer("df", "-B1", "--output=size", str(tmp_path)).split()
    assert osier.json("get", "usage", str(tmp_path))["total"] == int(row[-1])


def test_mounts_are_those_of_findmnt(osier, peer):
    columns = "ID,PARENT,TARGET,SOURCE,FSTYPE,OPTIONS,FSROOT,MAJ:MIN"

    def findmnt():
        return {m["id"]: m for m in json.loads(peer("findmnt", "--json", "--list", "--noheadings", "-o", columns))["filesystems"]}

    def ours():
        return {m["id"]: m for m in osier.json("os.mounts", "--pseudo")}

    def look():
        return findmnt(), ours(), findmnt()

    def compare(before, here, after):
        same = {i for i in before.keys() & after.keys() if before[i] == after[i]}
        wrong = {i: before[i] for i in same - here.keys()}
        wrong |= {i: here[i] for i in here.keys() - before.keys() - after.keys()}
        for i in same & here.keys():
            m = here[i]
            source = m["device"] if m["root"] == "/" else f"{m['device']}[{m['root']}]"
            mine = {
                "id": m["id"], "parent": m["parent"], "target": m["mountpoint"], "source": source, "fstype": m["fstype"],
                "options": m["opts"], "fsroot": m["root"], "maj:min": f"{m['dev_major']}:{m['dev_minor']}",
            }
            theirs = dict(before[i], source=before[i]["source"] or "")
            if mine != theirs:
                wrong[i] = mine, theirs
        return wrong

    agree(look, compare)


def test_a_hidden_mount_has_no_size_of_another(build, tmp_path):
    script = """
        mount -t tmpfs -o size=8m one . && cd "$PWD" && mkdir -p a/b && mount -t tmpfs -o size=9m two a/b || exit 77
        mount -t tmpfs -o size=10m three a && mkdir a/b && mount -t tmpfs -o size=7m four a && mkdir a/b || exit 77
        mkdir p && mount -t tmpfs -o size=6m five p && mount -t proc proc p || exit 77
        cd / && exec "$1" get mounts --json --fields=device,covered,total
    """
    done = subprocess.run([shutil.which("unshare") or "false", "-m", "sh", "-c", script, "sh", build / "osier"], cwd=tmp_path, capture_output=True, timeout=60)
    if done.returncode in (1, 77) and not done.stdout:
        pytest.skip("no mounts of its own here")
    ours = {m["device"]: (m["covered"], m["total"]) for m in json.loads(done.stdout)}
    assert {d: ours[d] for d in ("one", "two", "three", "four", "five")} == {
        "one": (False, 8 << 20), "two": (True, None), "three": (True, None), "four": (False, 7 << 20), "five": (True, None),
    }  # fmt: skip


def test_cpus_are_those_of_lscpu(osier, peer):
    fields = {}

    def collect(entries):
        for entry in entries:
            fields[entry["field"].rstrip(":")] = entry["data"]
            collect(entry.get("children", []))

    collect(json.loads(peer("lscpu", "--json"))["lscpu"])
    online = json.loads(peer("lscpu", "--json", "--online", "--extended=CPU,CORE,SOCKET"))["cpus"]
    times = osier.json("get", "cpu")
    assert [t["cpu"] for t in times] == [-1, *sorted(int(c["cpu"]) for c in online)]
    assert osier.json("os.cpu_count") == len(online)
    assert osier.json("os.cpu_count_cores") == len({(c["socket"], c["core"]) for c in online})
    assert osier.json("get", "os")["machine"] == fields["Architecture"]
    vendors = {"KVM": {"kvm", "amazon", "google"}, "VMware": {"vmware"}, "Microsoft": {"microsoft"}, "Xen": {"xen"}}
    if (vendor := fields.get("Hypervisor vendor")) in vendors:
        assert osier.json("get", "virtualization")["machine"] in vendors[vendor]
    freqs = {f["cpu"]: f for f in osier.json("get", "cpufreq")}
    if "CPU max MHz" in fields:
        assert max(f["max"] for f in freqs.values()) == pytest.approx(float(fields["CPU max MHz"]), abs=1e-3)


def test_disks_are_those_of_sysfs(osier):
    """All that /sys/block has, with its partitions, in the kernel's numbers; what moves lies between before and after."""
    columns = ("read_count", "read_merged_count", "read_bytes", "read_time", "write_count", "write_merged_count", "write_bytes", "write_time", "in_flight", "busy_time")
    units = {"read_bytes": 512, "write_bytes": 512, "read_time": 1_000_000, "write_time": 1_000_000, "busy_time": 1_000_000}

    def sysfs():
        found = {}
        for top, folders, _ in os.walk("/sys/block", followlinks=False):
            for name in folders:
                place = os.path.realpath(os.path.join(top, name))
                parts = [part for part in os.listdir(place) if os.path.exists(f"{place}/{part}/partition")]
                for at in (place, *(f"{place}/{part}" for part in parts)):
                    with contextlib.suppress(OSError), open(f"{at}/stat") as stat, open(f"{at}/size") as size, open(f"{at}/dev") as dev:
                        numbers = dict(zip(columns, map(int, stat.read().split()), strict=False))
                        found[os.path.basename(at).replace("!", "/")] = {
                            "size": int(size.read()) * 512, "dev": dev.read().strip(), "partition": at != place,
                            "below": sorted(os.listdir(f"{at}/slaves")) if os.path.isdir(f"{at}/slaves") else [],
                            **{name: number * units.get(name, 1) for name, number in numbers.items()},
                        }  # fmt: skip
            break
        return found

    def look():
        before = sysfs()
        return before, {d["name"]: d for d in osier.json("get", "disks")}, sysfs()

    def compare(before, here, after):
        wrong = {name: "nobody else's" for name in here.keys() - before.keys() - after.keys()}
        for name in before.keys() & after.keys() & here.keys():
            b, d, a = before[name], here[name], after[name]
            assert (f"{d['dev_major']}:{d['dev_minor']}", d["type"] == "partition") == (b["dev"], b["partition"])
            assert sorted(d["below"].split(",")) == b["below"] if d["below"] else not b["below"] or name not in after
            assert d["counted"] == (not b["partition"] and not b["below"])
            moving = ("size", *(c for c in columns if c != "in_flight"))
            wrong |= {(name, k): v for k, v in between({k: b[k] for k in moving}, d, {k: a[k] for k in moving}).items()}
        missing = {name for name in before.keys() & after.keys() - here.keys() if any(before[name][c] for c in columns)}
        return wrong | {name: "not listed" for name in missing}  # the kernel leaves out of diskstats what is empty and was never used

    if not os.path.isdir("/sys/block"):
        pytest.skip("no /sys/block here")
    agree(look, compare)


def test_disks_are_those_of_lsblk(osier, peer):
    def flat(devices, parent=None):
        for device in devices:
            yield device, parent
            yield from flat(device.get("children", []), device["kname"])

    def look():
        text = peer("lsblk", "--json", "--bytes", "--all", "-o", "KNAME,MAJ:MIN,SIZE,TYPE")
        here = {d["name"]: d for d in osier.json("get", "disks")}
        return text, here, peer("lsblk", "--json", "--bytes", "--all", "-o", "KNAME,MAJ:MIN,SIZE,TYPE")

    def compare(before, here, after):
        if before != after:
            return {"lsblk": "says something else by now"}
        wrong = {}
        for device, parent in flat(json.loads(before)["blockdevices"]):
            disk = here.get(device["kname"])
            if disk is None:
                continue  # never used: no line of diskstats
            kind = {"part": "partition", "crypt": "dm", "lvm": "dm"}.get(device["type"], device["type"])
            kind = "md" if kind.startswith("raid") else kind
            mine = (f"{disk['dev_major']}:{disk['dev_minor']}", disk["size"], disk["type"])
            if mine != (device["maj:min"], int(device["size"] or 0), kind):
                wrong[device["kname"]] = mine, device
            if parent and disk["type"] != "partition" and parent not in (disk["below"] or "").split(","):
                wrong[device["kname"], "below"] = disk["below"], parent
        return wrong

    agree(look, compare)


def test_disks_are_those_of_iostat(osier, peer):
    def iostat():
        hosts = json.loads(peer("iostat", "-d", "-k", "-o", "JSON"))["sysstat"]["hosts"]
        return {d["disk_device"]: {"read_bytes": int(d["kB_read"]), "write_bytes": int(d["kB_wrtn"])} for d in hosts[0]["statistics"][0]["disk"]}

    def look():
        before = iostat()
        here = {d["name"]: {k: d[k] // 1024 for k in ("read_bytes", "write_bytes")} for d in osier.json("get", "disks")}
        return before, here, iostat()

    def compare(before, here, after):
        same = before.keys() & after.keys()
        return {(n, k): v for n in same for k, v in between(before[n], here[n], after[n]).items()} | {n: "not listed" for n in same - here.keys()}

    agree(look, compare)


IN_TIME = """
import json, os, subprocess, sys, time
from osier import psutil, system
program, pid = sys.argv[1:]
get = lambda *words: json.loads(subprocess.run([program, "get", *words, "--json"], capture_output=True, check=True).stdout)
before = time.clock_gettime(time.CLOCK_BOOTTIME)
with open("/proc/uptime") as file:
    told = float(file.read().split()[0])
[process] = get("procs", f"--filter=pid == {pid}", "--fields=create_time,start_ticks")
handle = psutil.Process(int(pid))
print(json.dumps({
    "clock": before, "proc": told, "uptime": get("uptime"), "boot": int(get("boot")) / 1e9, "start": int(process["create_time"]) / 1e9,
    "ticks": process["start_ticks"], "psutil": handle.create_time(), "psutil_boot": psutil.boot_time(), "running": handle.is_running(),
    "details": int(get("proc", pid)["create_time"]) / 1e9, "tree": int(get("tree", pid)[0]["create_time"]) / 1e9,
    "system": system.Process(int(pid)).read(["create_time"]).create_time / 1e9, "lifetime": get("procs", f"--filter=pid == {pid}", "--fields=cpu_percent_lifetime"),
}))
"""


def test_times_in_a_time_namespace(build):
    """Uptime, boot and the ticks of a start are shifted alike, so that when a process started stays what it is."""
    pytest.importorskip("osier.system")
    unshare = shutil.which("unshare")
    child = subprocess.Popen([sys.executable, "-c", "import time\nend = time.time() + 0.5\nwhile time.time() < end: pass\ntime.sleep(1000)"])

    def inside(*offset):
        words = [sys.executable, "-c", IN_TIME, str(build / "osier"), str(child.pid)]
        done = subprocess.run([*offset, *words], capture_output=True, text=True, timeout=60)
        if offset and "unshare" in done.stderr:
            pytest.skip("no time namespaces here")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    try:
        if os.geteuid() != 0 or not unshare:
            pytest.skip("namespaces are made by root")
        here = inside()
        for offset in 864000, -60:
            if offset < 0 and here["clock"] < 100:
                continue  # time doesn't go back before the start
            there = inside(unshare, "--time", f"--boottime={offset}", "--fork")
            for one in here, there:
                assert abs(one["uptime"] - one["clock"]) < 20 and abs(one["uptime"] - one["proc"]) < 20
                for name in "start", "psutil", "details", "tree", "system":
                    assert abs(one[name] - here["start"]) < 0.5, (offset, name)
                assert abs(one["boot"] - one["psutil_boot"]) < 0.5 and one["running"]
                assert 0 <= one["lifetime"][0]["cpu_percent_lifetime"] < 250
            assert abs(there["uptime"] - here["uptime"] - offset) < 30 and abs(here["boot"] - there["boot"] - offset) < 0.5
            assert abs((there["ticks"] - here["ticks"]) / os.sysconf("SC_CLK_TCK") - offset) < 0.1
    finally:
        child.kill()
        child.wait()


def test_processes_are_those_of_ps(osier, peer, tmp_path):
    names = ("pid", "ppid", "pgid", "sid", "ruid", "euid", "suid", "rgid", "egid", "nlwp", "ni", "vsz:20", "rss:20", "min_flt:20", "stat", "ruser:40", "comm:40", "args")
    # With a sanitizer a process has terabytes: a column that is too narrow takes room from those behind it.
    odd = tmp_path / "a) b"
    odd.symlink_to(shutil.which("sleep"))
    children = [subprocess.Popen(words) for words in (["sleep", "1000"], [odd, "1000"], ["nice", "-n", "5", "sleep", "1001"])]
    zombie = subprocess.Popen(["true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)

    def ps():
        out = {}
        # A process of another test may have any bytes in its words: ends of lines in Unicode, a name of spaces alone.
        for line in peer("ps", "-ww", "-eo", ",".join(names), "--no-headers").removesuffix("\n").split("\n"):
            head = line.split(None, 15)
            if len(head) < 16 or len(head[15]) <= 82:
                continue  # it has ended while ps looked, and is nobody's
            user, comm, args = head[15][:40].strip(), head[15][41:81].rstrip(), head[15][82:].rstrip()
            out[int(head[0])] = dict(zip([n.split(":")[0] for n in names], [*head[:15], user, comm, args], strict=True))
        return out

    def look():
        before = ps()
        fields = "pid,ppid,pgrp,session,uids,gids,num_threads,nice,memory_info,rss,status,username,name,cmdline,kernel_thread,minor_faults"
        here = {p["pid"]: p for p in osier.json("get", "procs", "--fields=" + fields)}
        return before, here, ps()

    def compare(before, here, after):
        wrong = {}
        for pid in before.keys() & after.keys():
            b, p, a = before[pid], here.get(pid), after[pid]
            if p is None:
                wrong[pid] = "not listed"
                continue
            uids, gids = p["uids"], p["gids"]
            mine = {
                "pid": p["pid"], "ppid": p["ppid"], "pgid": p["pgrp"], "sid": p["session"], "ruid": uids["real"],
                "euid": uids["effective"], "suid": uids["saved"], "rgid": gids["real"], "egid": gids["effective"],
                "nlwp": p["num_threads"], "stat": p["status"], "ruser": p["username"],
            }
            mine = {k: str(v) for k, v in mine.items()}
            if b["ni"] != "-":
                mine["ni"] = str(p["nice"])
            command = " ".join(p["cmdline"] or []).rstrip()
            if command and not re.search(r"[^ -~]", command):
                mine["args"] = command
            elif not command:
                mine["args"] = f"[{p['name']}]" + (" <defunct>" if p["status"] == "Z" else "")
            for k, v in mine.items():
                theirs = {row[k][:1] if k == "stat" else row[k] for row in (b, a)}
                if b[k] == a[k] and v not in theirs:
                    wrong[pid, k] = v, theirs
            comm = b["comm"].removesuffix(" <defunct>")
            if b["comm"] == a["comm"] and "?" not in comm and not p["name"].startswith(comm):
                wrong[pid, "comm"] = p["name"], b["comm"]
            sizes = {"vsz": p["memory_info"]["vms"] // 1024 if p["memory_info"] else 0, "rss": p["rss"] // 1024, "min_flt": p["minor_faults"]}
            was, now = ({k: int(row[k]) for k in sizes} for row in (b, a))
            wrong |= {(pid, k): v for k, v in between(was, sizes, now).items()}
        missing = [c.pid for c in [*children, zombie] if c.pid not in before or c.pid not in here]
        return wrong | ({"missing": missing} if missing else {})

    try:
        agree(look, compare)
    finally:
        for child in children:
            child.kill()
        for child in [*children, zombie]:
            child.wait()


def test_settings_are_those_of_sysctl(osier, peer):
    def sysctl():
        out = {}
        for line in peer("sysctl", "-a", "--deprecated").splitlines():
            name, _, value = line.partition(" = ")
            out.setdefault(name, []).append(value)
        return {name: "\n".join(lines).rstrip() for name, lines in out.items()}

    def look():
        before = sysctl()
        here = {s["name"]: s["value"] for s in osier.json("get", "sysctl")}
        return before, here, sysctl()

    def compare(before, here, after):
        wrong = {n: "not listed" for n in before.keys() & after.keys() - here.keys()}
        wrong |= {n: "nobody else's" for n in here.keys() - before.keys() - after.keys() if here[n] is not None}
        for name in before.keys() & after.keys() & here.keys():
            if before[name] == after[name] and (here[name] or "").rstrip() != before[name]:
                wrong[name] = here[name], before[name]
        return wrong

    agree(look, compare)
