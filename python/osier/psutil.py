# SPDX-License-Identifier: MIT
"""psutil 7.2 on osier's core: the same names, for programs that import psutil.

    import osier.psutil as psutil

A process is held by a descriptor of its directory in /proc, so nothing is read from or sent to another
one that got its number. Lists are read in one call without Python's lock.
"""

import contextlib
import enum
import resource
import socket
import subprocess
import sys
import threading

from osier import _psutil, _psutil_net, _psutil_system
from osier import _psutil_process as _process
from osier import _psutil_types as _types
from osier._psutil_net import (  # noqa: F401
    NIC_DUPLEX_FULL,
    NIC_DUPLEX_HALF,
    NIC_DUPLEX_UNKNOWN,
    net_if_addrs,
    net_if_stats,
)
from osier._psutil_popen import Popen
from osier._psutil_process import Process, boot_time, pid_exists, pids
from osier._psutil_types import AccessDenied, Error, NoSuchProcess, TimeoutExpired, ZombieProcess
from osier._psutil_system import (  # noqa: F401
    POWER_TIME_UNKNOWN,
    POWER_TIME_UNLIMITED,
    cpu_count,
    cpu_freq,
    cpu_percent,
    cpu_stats,
    cpu_times,
    cpu_times_percent,
    disk_io_counters,
    disk_partitions,
    disk_usage,
    getloadavg,
    net_io_counters,
    sensors_battery,
    sensors_fans,
    sensors_temperatures,
    swap_memory,
    users,
    virtual_memory,
)

version_info = (7, 2, 2)
__version__ = "7.2.2"
PROCFS_PATH = "/proc"
AF_LINK = socket.AF_PACKET
FREEBSD = NETBSD = OPENBSD = BSD = MACOS = OSX = SUNOS = WINDOWS = AIX = False
LINUX = POSIX = True

STATUS_RUNNING, STATUS_SLEEPING, STATUS_DISK_SLEEP, STATUS_STOPPED = "running", "sleeping", "disk-sleep", "stopped"
STATUS_TRACING_STOP, STATUS_ZOMBIE, STATUS_DEAD, STATUS_PARKED = "tracing-stop", "zombie", "dead", "parked"
STATUS_WAKING, STATUS_IDLE, STATUS_LOCKED, STATUS_WAITING = "waking", "idle", "locked", "waiting"
for _state in ("ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
               "LAST_ACK", "LISTEN", "CLOSING", "NONE"):  # fmt: skip
    globals()["CONN_" + _state] = _state
del _state


globals().update(_process.IOPriority.__members__)
_RLIMITS = {"RLIMIT_" + name[7:]: value for name, value in vars(resource).items() if name.startswith("RLIMIT_")}
_RLIMITS.setdefault("RLIMIT_LOCKS", 10)
_RLIMITS.pop("RLIMIT_OFILE", None)
globals().update(_RLIMITS)
RLIM_INFINITY = resource.RLIM_INFINITY

_process.procfs_path = lambda: PROCFS_PATH


# ---- Lists of processes

_lock = threading.RLock()
_pmap = {}
_FEW = 64  # processes that are opened one by one in less time than it takes to list a thousand


def _listed(rows):
    """The Process objects of a list, the same ones as before where they are the same processes."""
    fresh = {}
    for pid, start, _ in rows:
        known = _pmap.get(pid)
        if known is None or known._start != start:
            known = Process._known(pid, start)
        fresh[pid] = known
    with _lock:
        _pmap.clear()
        _pmap.update(fresh)
    return fresh.values()


def process_iter(attrs=None, ad_value=None):
    """All processes, each with `info` of the attributes that are asked for."""
    if attrs is None:
        return _bare_iter()
    return _info_iter(_process.valid(attrs), ad_value)


def _meet(new):
    """Makes the Process objects of those that were not listed before: a few by themselves, many with all others."""
    if len(new) > _FEW:
        _listed(_psutil.snapshot((), None, _process.threads))
        return
    for pid in new:
        with contextlib.suppress(OSError):  # it has ended, or may not be looked at
            start = _psutil.read(_psutil.open(pid), ("_start",))[0]["_start"]
            _pmap[pid] = Process._known(pid, start)


def _bare_iter():
    numbers = pids()
    with _lock:
        _meet([pid for pid in numbers if pid not in _pmap])
        known = [(pid, _pmap.get(pid)) for pid in numbers]
        for pid in set(_pmap) - set(numbers):
            del _pmap[pid]
    yield from (process for _, process in known if process is not None)


def _info_iter(names, ad_value):
    _process.sync()
    plain = [name for name in names if name in _process.PLAIN]
    extra = names - _process.PLAIN
    if "cpu_percent" in extra and "cpu_times" not in plain:
        plain.append("cpu_times")
    if "memory_percent" in extra and "memory_info" not in plain:
        plain.append("memory_info")
    quick = tuple(plain)
    derived = extra & {"cpu_percent", "memory_percent", "create_time"}
    slow = extra - derived
    unwanted = [name for name in plain if name not in names]
    words = "cmdline" in names  # of a program that is being started they are missing at first
    total = _psutil_system.total_memory() if "memory_percent" in derived else 0
    rows = _psutil.snapshot(quick, ad_value, _process.threads)
    now = _process.timer()
    for process, (_, _, info) in zip(_listed(rows), rows):
        if "cpu_percent" in derived:
            info["cpu_percent"] = process._percent(now, info["cpu_times"])
        if "memory_percent" in derived:
            memory = info["memory_info"]
            info["memory_percent"] = memory.rss / total * 100 if isinstance(memory, _types.pmem) else ad_value
        if "create_time" in derived:
            info["create_time"] = _process.start_time(process._start)
        for name in unwanted:
            del info[name]
        later = slow | {"cmdline"} if words and "cmdline" not in info else slow
        if later:
            try:
                info.update(process.as_dict(later, ad_value))
            except NoSuchProcess:
                continue
        process.info = info
        yield process


process_iter.cache_clear = _pmap.clear


def wait_procs(procs, timeout=None, callback=None):
    """Waits for several processes: those that ended, and those that are alive."""
    if timeout is not None and timeout < 0:
        raise ValueError(f"timeout must be a positive integer, got {timeout}")
    if callback is not None and not callable(callback):
        raise TypeError(f"callback {callback!r} is not callable")
    gone, alive = set(), set(procs)
    deadline = None if timeout is None else _process.timer() + timeout

    def check(process, seconds):
        try:
            process.returncode = process.wait(timeout=seconds)
        except (TimeoutExpired, subprocess.TimeoutExpired):
            return
        gone.add(process)
        if callback is not None:
            callback(process)

    while alive:
        left = None if deadline is None else max(deadline - _process.timer(), 0)
        share = 1 / len(alive) if left is None else min(left, 1) / len(alive)
        for process in alive:
            check(process, share)
        alive -= gone
        if left is not None and left <= 0:
            break
    return list(gone), list(alive)


def net_connections(kind="inet"):
    """Sockets of all processes that may be looked into."""
    return _psutil_net.connections(kind)


_CLASSES = (Error, NoSuchProcess, ZombieProcess, AccessDenied, TimeoutExpired, Process, Popen)
for _class in _CLASSES:
    _class.__module__ = __name__
del _class


def _take_place():
    """Has `import psutil` give this module, whose classes are psutil's then."""
    sys.modules["psutil"] = sys.modules[__name__]
    for cls in _CLASSES:
        cls.__module__ = "psutil"


def _set_debug(value):
    """psutil tells more of itself then; there is nothing to tell here."""


def test():
    """Prints the processes like ps aux."""
    print(f"{'USER':<10} {'PID':>6} {'%CPU':>5} {'%MEM':>5} {'VSZ':>10} {'RSS':>10} STATUS     COMMAND")
    names = ["username", "cpu_percent", "memory_percent", "memory_info", "status", "name", "cmdline"]
    for process in process_iter(names, ad_value=None):
        info = process.info
        memory = info["memory_info"]
        vms, rss = (memory.vms // 1024, memory.rss // 1024) if memory else ("", "")
        command = " ".join(info["cmdline"] or ()) or f"[{info['name']}]"
        print(
            f"{(info['username'] or '')[:10]:<10} {process.pid:>6} {info['cpu_percent'] or 0:>5.1f} "
            f"{info['memory_percent'] or 0:>5.1f} {vms:>10} {rss:>10} {info['status'] or '':<10} {command}"
        )


__all__ = [
    "Error", "NoSuchProcess", "ZombieProcess", "AccessDenied", "TimeoutExpired", "version_info", "__version__",
    "STATUS_RUNNING", "STATUS_IDLE", "STATUS_SLEEPING", "STATUS_DISK_SLEEP", "STATUS_STOPPED", "STATUS_TRACING_STOP",
    "STATUS_ZOMBIE", "STATUS_DEAD", "STATUS_WAKING", "STATUS_LOCKED", "STATUS_WAITING", "STATUS_PARKED",
    *(name for name in list(globals()) if name.startswith(("CONN_", "RLIM", "IOPRIO_", "NIC_DUPLEX_", "POWER_TIME_"))),
    "AF_LINK", "BSD", "FREEBSD", "LINUX", "NETBSD", "OPENBSD", "MACOS", "OSX", "POSIX", "SUNOS", "WINDOWS", "AIX",
    "Process", "Popen", "pid_exists", "pids", "process_iter", "wait_procs", "virtual_memory", "swap_memory",
    "cpu_times", "cpu_percent", "cpu_times_percent", "cpu_count", "cpu_stats", "cpu_freq", "getloadavg",
    "net_io_counters", "net_connections", "net_if_addrs", "net_if_stats", "disk_io_counters", "disk_partitions",
    "disk_usage", "users", "boot_time", "sensors_temperatures", "sensors_fans", "sensors_battery", "PROCFS_PATH",
]  # fmt: skip
