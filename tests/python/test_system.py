# SPDX-License-Identifier: MIT
"""osier.system, which is made from the headers: that all of them is there, and says what the command says, live and recorded."""

import errno
import inspect
import json
import math
import os
import pathlib
import pickle
import select
import signal
import subprocess
import sys
import threading
import time

import pytest

from osier import system

BUILD = pathlib.Path(os.environ.get("OSIER_BUILD", pathlib.Path(__file__).parents[2] / "build"))
TOPICS = {"cgroup", "cpu", "disks", "host", "machine", "memory", "mounts", "network", "pressure", "processes", "settings", "sockets", "system", "topology"}
FUNCTIONS = {name for name in system.__all__ if not isinstance(getattr(system, name), type)}
CLASSES = {"process_watch_": system.ProcessWatch, "process_": system.Process}

#: What each takes; () where it isn't named. Of None there is nothing to compare: it changes something, or ends with the command.
WORDS = {
    "limits": (0,), "pressure": ("IO",), "process_tree": (1,), "process_details": (1,), "pid_exists": (1,), "settings": ("HOSTNAME",),
    "disk_usage_timeout": ("/", 5), "set_root": None, "root_is_set": None, "set_procfs_path": None, "set_setting": None, "set_settings": None, "pressure_watch": None,
}  # fmt: skip
#: What the command calls with options that Python has by default, or the other way round.
OPTIONS = {"mounts": (("--pseudo",), {"pseudo": True}), "processes": (("--threads=1",), {"threads": 1})}
#: What moves while it is looked at: the members are compared, not the values.
STEADY = {"release", "virtualization", "modules", "cpu_caches", "limits", "boot_time", "cpu_count_cores", "pid_exists", "settings", "batteries", "process_cgroups",
          "net_rules", "net_routes", "cpu_quota", "available_cpus", "process_tree"}  # fmt: skip


def command(name, *words, root=None):
    """What the command says, as JSON, or FAILED: a recorded machine is chosen by `get`, whose nouns are calls."""
    if root:
        noun = "hostname" if name == "settings" else next((noun for noun, call in NOUNS.items() if call == name), None)
        if noun is None:
            return NotImplemented
        words = ["get", noun, *words, f"--root={root}"]
    else:
        words = ["os." + name, *words]
    done = subprocess.run([BUILD / "osier", *words, "--json"], capture_output=True, text=True, errors="surrogateescape")
    if name == "pid_exists":
        return done.returncode == 0
    return json.loads(done.stdout) if done.returncode == 0 else FAILED


def nouns():
    contract = json.loads((BUILD / "contract.json").read_text())
    [get] = [one for header in contract["headers"] for one in header["entries"] if one["name"] == "verb_get"]
    return {words[0]: words[1].removeprefix("os.") for words in map(str.split, get["nouns"])}


NOUNS = nouns()
FAILED = object()


def plain(value):
    """An answer as JSON has it."""
    if isinstance(value, tuple) and hasattr(type(value), "__match_args__"):
        return {name: plain(getattr(value, name)) for name in type(value).__match_args__}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def shape(value):
    """The names of the members, in a list those of its first record."""
    if isinstance(value, dict):
        return {key: shape(item) if isinstance(item, (dict, list)) else None for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value) in (int, float) or type(value)


def same_shape(ours, theirs):
    return ours.keys() == theirs.keys() if isinstance(ours, dict) and isinstance(theirs, dict) else ours == theirs


# ---- what there is


def test_every_public_call_is_here():
    contract = json.loads((BUILD / "contract.json").read_text())
    missing = []
    for header in contract["headers"]:
        if header["verbs"] or header["topic"] not in TOPICS:
            continue
        for one in header["entries"]:
            name = one["name"].removeprefix("os_")
            known = any(python.startswith(("os.", "shutil.")) for python in one["pythons"])
            method = any(name.startswith(prefix) and hasattr(kind, name.removeprefix(prefix)) for prefix, kind in CLASSES.items())
            opened = name in ("process_open", "process_watch_open")
            if one["kind"] == "function" and not known and not method and not opened and name not in FUNCTIONS:
                missing.append(name)
    assert missing == ["disk_rates", "net_rates", "process_cpu_percent"]  # which compare lists: a ProcessWatch does, and osier watch


def test_the_stub_says_what_is_there():
    pytest.importorskip("mypy")
    place = str(pathlib.Path(system.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": place, "MYPYPATH": place}
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "osier.system"], env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("Success"), done.stdout


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_found_and_described(name):
    function = getattr(system, name)
    assert function.__doc__ and inspect.signature(function) is not None
    assert pickle.loads(pickle.dumps(function)) is function


def test_all_modules_go_into_one_process():
    """What each thread has for itself takes room that a process has little of from its start on."""
    names = "os, osier.os, osier.psutil, osier.extra, osier.system, osier.path, osier.run, osier._posix, osier._psutil"
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(system.__file__).parents[1])}
    for order in (names, ", ".join(reversed(names.split(", ")))):
        done = subprocess.run([sys.executable, "-c", f"import {order}; osier.extra.uptime()"], env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


# ---- what it says


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_this_machine_is_that_of_the_command(name):
    words, (options, keywords) = WORDS.get(name, ()), OPTIONS.get(name, ((), {}))
    if words is None:
        pytest.skip("it changes something, or ends with the command")
    theirs = command(name, *map(str, words), *options)
    try:
        ours = plain(getattr(system, name)(*words, **keywords))
    except OSError:
        assert theirs is FAILED
        return
    assert theirs is not FAILED
    if name in STEADY:
        for one in (ours, theirs) if name == "process_tree" else ():
            for branch in one:
                branch.clear()
            del one[1:]
        if name == "boot_time":
            assert abs(int(ours) - int(theirs)) < 5e9
        else:
            assert ours == theirs
    elif isinstance(ours, list) and ours and isinstance(ours[0], dict):
        assert [list(one) for one in ours[:1]] == [list(one) for one in theirs[:1]]
    else:
        assert same_shape(shape(ours), shape(theirs))


RECORDED = {
    "proc/meminfo": "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 300 kB\nSwapTotal: 10 kB\nSwapFree: 5 kB\n",
    "proc/vmstat": "pswpin 1\npswpout 2\n",
    "proc/stat": "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nctxt 9\nbtime 1700000000\nprocesses 3\n",
    "proc/loadavg": "0.1 0.2 0.3 1/2 3\n",
    "proc/uptime": "12.5 3\n",
    "proc/cpuinfo": "processor\t: 0\ncpu MHz\t\t: 2.5\n",
    "proc/modules": "a 16384 0 - Live 0x0\n",
    "proc/diskstats": " 8 0 sda 10 1 2048 30 20 2 4096 60 3 90 120\n",
    "proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    "proc/self/cgroup": "0::/a\n",
    "proc/self/limits": "Max open files            1024                 4096                 files     \n",
    "proc/pressure/io": "some avg10=1.00 avg60=0.00 avg300=0.00 total=1\n",
    "proc/1/stat": "1 (one) S 0 1 1 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3\n",
    "proc/1/status": "Name:\tone\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n",
    "proc/1/cmdline": "one\0two words\0",
    "proc/1/cgroup": "0::/a\n",
    "proc/net/tcp": "  sl  local_address rem_address   st\n"
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000 100 0 0 10 0\n",
    "proc/sys/kernel/hostname": "box\n",
    "etc/hostname": "box\n",
    "etc/os-release": "ID=debian\nNAME=\"A B\"\n",
    "run/systemd/sessions/1": "UID=0\nUSER=x\nACTIVE=1\nSTATE=active\nCLASS=user\nLEADER=1\nREALTIME=5\n",
    "sys/class/hwmon/hwmon0/name": "chip\n",
    "sys/class/hwmon/hwmon0/temp1_input": "41000\n",
    "sys/class/power_supply/BAT0/type": "Battery\n",
    "sys/class/power_supply/BAT0/capacity": "50\n",
    "sys/devices/system/cpu/cpu0/topology/core_cpus_list": "0\n",
    "sys/devices/system/cpu/cpu0/cache/index0/level": "1\n",
    "sys/devices/system/cpu/cpu0/cache/index0/size": "48K\n",
    "sys/devices/system/node/node0/cpulist": "0\n",
    "sys/devices/system/node/node0/distance": "10\n",
    "sys/fs/cgroup/a/memory.max": "4096\n",
    "sys/fs/cgroup/a/memory.current": "2048\n",
}


@pytest.fixture
def recorded(tmp_path):
    for name, text in RECORDED.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    system.set_root(tmp_path)
    assert system.root_is_set()
    yield tmp_path
    system.set_root(None)
    assert not system.root_is_set()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_recorded_machine_is_that_of_the_command(recorded, name):
    words, (options, keywords) = WORDS.get(name, ()), OPTIONS.get(name, ((), {}))
    if words is None:
        pytest.skip("it changes something, or ends with the command")
    shown = () if name == "settings" else words  # `get hostname` has its kind in the noun
    theirs = command(name, *map(str, shown), *options, root=recorded)
    try:
        ours = getattr(system, name)(*words, **keywords)
    except OSError as error:
        assert theirs in (FAILED, NotImplemented) and error.errno in (errno.ENOTSUP, errno.ENOENT, errno.ESRCH, errno.EINVAL)
        return
    if theirs is NotImplemented:  # no noun shows it
        assert name in ("available_memory", "cpu_count_cores", "cpu_quota", "available_cpus", "pids", "pid_exists", "process_cgroups", "vmstat", "root_is_set")
        return
    assert theirs is not FAILED and plain(ours) == theirs


def test_what_is_asked_for_is_read(recorded):
    (recorded / "proc/1/cmdline").unlink()
    (recorded / "proc/1/cmdline").mkdir()
    [one] = system.processes(["pid", "name"])
    assert (one.pid, one.name, one.cmdline, one.uids) == (1, "one", None, None)
    [one] = system.processes(fields={"uids"})
    assert one.uids == (0, 0, 0) and type(one.uids) is system.process_ids
    assert system.process_details(1, ("memory_footprint",)).memory_footprint is None  # which isn't there
    for fields, error in ((["nothing"], ValueError), ("pid", TypeError), ([1], TypeError), (5, TypeError)):
        with pytest.raises(error):
            system.processes(fields)


def test_settings(recorded, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("OSIER_STATE", str(tmp_path_factory.mktemp("state")))
    value, number = system.set_setting("hostname", "", "new-1")
    assert (value, number > 0, (recorded / "etc/hostname").read_text()) == ("", True, "new-1\n")
    values, number = system.set_settings("sysctl", ["a.b=1", "c=d=e"], persistent=True)
    assert (values, number > 0) == (["", ""], True)
    assert (recorded / "etc/sysctl.d/60-osier.conf").read_text() == "a.b = 1\nc = d=e\n"
    with pytest.raises(OSError):
        system.set_setting("hostname", "", "a b", persistent=True)
    with pytest.raises(ValueError, match="none of 'SYSCTL'"):
        system.set_setting("nothing", "", "x")
    with pytest.raises(OSError) as raised:
        system.pressure_watch("IO", 1, 1)
    assert raised.value.errno == errno.ENOTSUP


# ---- handles


def test_a_process():
    child = subprocess.Popen(["sleep", "1000"], env={"NAME": "va=lue"})
    try:
        with system.Process(child.pid) as process:
            # Whoever started it goes on as soon as descriptors are closed; the kernel has its words a moment later.
            assert any(process.environ() or time.sleep(0.01) for _ in range(2000))
            assert process.is_running() and process.environ() == {"NAME": "va=lue"}
            info = process.read(["cmdline", "ppid"])
            assert info.cmdline == ["sleep", "1000"] and info.ppid == os.getpid() and info.cwd is None
            assert [thread.id for thread in process.threads()] == [child.pid]
            assert {0, 1, 2} <= {file.fd for file in process.open_files()}
            assert any(one.perms == "r-xp" and one.rss > 0 for one in process.memory_maps())
            assert os.readlink(f"/proc/self/fd/{process.fileno()}").endswith(str(child.pid))
            assert process.wait(0) == (False, -1) or process.wait(0)[0] is False
            process.send_signal(signal.SIGTERM)
            ended, status = process.wait(20)
            assert ended and os.waitstatus_to_exitcode(status) == -signal.SIGTERM
            with pytest.raises(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            assert not process.is_running()
        with pytest.raises(ValueError, match="closed"):
            process.read()
        with pytest.raises(ProcessLookupError):
            system.Process(child.pid)
    finally:
        child.kill()
        child.wait()


def test_a_handle_that_is_closed_in_a_call_stays_until_it_returns():
    child = subprocess.Popen(["sleep", "1000"])
    process = system.Process(child.pid)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(process.wait(30)))
    waiting.start()
    while not os.path.exists(f"/proc/{child.pid}"):
        pass
    process.close()
    child.kill()
    waiting.join()
    child.wait()
    assert answers in ([], [(True, signal.SIGKILL)])  # it came too late, or waited


def test_a_list_that_is_read_again():
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with system.ProcessWatch(["pid", "cpu_percent"], threads=1) as watch:
            first, news = watch.read()
            assert news.elapsed == 0 and all(one.cpu_percent is None for one in first)
            found, news = [], None
            for _ in range(100):
                select.select([], [], [], 0.1)
                list_, news = watch.read()
                found += [one.cpu_percent for one in list_ if one.pid == busy.pid and one.cpu_percent]
                if found:
                    break
            assert found and 0 < found[0] < 250 and news.elapsed > 0
        with pytest.raises(ValueError):
            watch.read()
    finally:
        busy.kill()
        busy.wait()


def test_no_memory_stays(recorded):
    import tracemalloc

    def rounds(count):
        for _ in range(count):
            system.processes(), system.cgroups(), system.release(), system.numa_nodes(), system.pids()
            with system.ProcessWatch(["pid"]) as watch:
                watch.read()
            with pytest.raises(ValueError):
                system.processes(["x"])

    rounds(20)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    descriptors = len(os.listdir("/proc/self/fd"))
    rounds(200)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 20000 and len(os.listdir("/proc/self/fd")) == descriptors
