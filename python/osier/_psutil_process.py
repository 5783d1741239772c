# SPDX-License-Identifier: MIT
"""The Process of osier.psutil: a process that is held, and asked for what psutil calls its attributes."""

import collections
import contextlib
import enum
import errno
import functools
import os
import resource
import signal
import time

from osier import _psutil, _psutil_net, _psutil_system, _psutil_wait
from osier import _psutil_types as _types
from osier._psutil_system import cpu_count
from osier._psutil_types import AccessDenied, Error, NoSuchProcess, ZombieProcess


class IOPriority(enum.IntEnum):
    IOPRIO_CLASS_NONE = 0
    IOPRIO_CLASS_RT = 1
    IOPRIO_CLASS_BE = 2
    IOPRIO_CLASS_IDLE = 3


_STATUSES = {
    "R": "running", "S": "sleeping", "D": "disk-sleep", "T": "stopped",
    "t": "tracing-stop", "Z": "zombie", "X": "dead", "x": "dead", "K": "wake-kill",
    "W": "waking", "I": "idle", "P": "parked",
}  # fmt: skip

_psutil.prepare(
    {
        type.__name__: type
        for type in (
            _types.pmem, _types.pcputimes, _types.puids, _types.pgids, _types.pio, _types.pctxsw, _psutil_net.addr,
            _psutil_net.sconn,
        )  # fmt: skip
    },
    _STATUSES,
)


# ---- The machine's processes

_procfs = "/proc"
_boot = None
threads = 0  # how many read lists of processes; 0: as many as help


def procfs_path():
    """What PROCFS_PATH says; osier.psutil puts its own here."""
    return "/proc"


def sync():
    """Has the core read where PROCFS_PATH says."""
    global _procfs, _boot
    path = procfs_path()
    if path != _procfs:
        _psutil.set_procfs(path)
        _procfs = path
        _boot = None


def _procfs_path():
    sync()
    return _procfs


_psutil_system.procfs = _psutil_net.procfs = _procfs_path


def boot_time():
    """When the machine started, in seconds since the epoch."""
    sync()
    return _psutil_system.boot_time()


def start_time(ticks):
    """When a process was started, in seconds since the epoch."""
    global _boot
    if _boot is None:
        _boot = boot_time()
    return round(_boot + ticks / _TICKS, 2)


_TICKS = os.sysconf("SC_CLK_TCK")
timer = time.monotonic


def pids():
    """The numbers of all processes, in order."""
    sync()
    return _psutil.pids()


def pid_exists(pid):
    """Whether a process has that number."""
    sync()
    return pid >= 0 and _psutil.pid_exists(pid)


_ALL = ("ppid", "status", "cpu_times", "num_threads", "nice", "cpu_num", "_start", "_tty", "_faults", "_kernel")
_IDS = ("uids", "gids", "num_ctx_switches")
PLAIN = frozenset(
    "pid ppid name status cpu_times num_threads nice cpu_num uids gids num_ctx_switches username"
    " memory_info num_fds io_counters cmdline".split()
)


def _own(function):
    """A method that asks the process by its handle: what the core says becomes psutil's exceptions."""

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        try:
            return function(self, *args, **kwargs)
        except PermissionError as error:
            raise AccessDenied(self.pid, self._name) from error
        except (ProcessLookupError, FileNotFoundError) as error:
            self._raise_if_zombie()
            if isinstance(error, FileNotFoundError) and self.is_running():
                raise
            raise self._no_such() from error

    return method


class Process:
    """A process: the one that had this number when the object was made, and no other."""

    def __init__(self, pid=None):
        if pid is None:
            pid = os.getpid()
        elif not isinstance(pid, int):
            raise TypeError(f"pid must be an integer (got {pid!r})")
        elif pid < 0:
            raise ValueError(f"pid must be a positive integer (got {pid})")
        sync()
        self._begin(pid)
        try:
            self._handle = _psutil.open(pid)
            self._start = self._read("_start")
        except (ProcessLookupError, OverflowError):
            raise NoSuchProcess(pid, msg="process PID not found") from None
        except PermissionError:
            pass  # it can be seen, but not into
        self._spare()

    def _begin(self, pid):
        self._pid, self._handle, self._start, self._name = pid, None, None, None
        self._cache, self._exitcode, self._gone, self._ended = None, None, False, False
        self._last_cpu = self._last_times = None
        self._reused = self._forgot = False

    def _init(self, pid, _ignore_nsp=False):
        """Forgets what is known of it but which process it is."""
        self._name = self._cache = None
        self._forgot = True

    @property
    def _ident(self):
        """Which process it is: its number and when it was started."""
        return self._pid, None if self._start is None else start_time(self._start)

    @_ident.setter
    def _ident(self, value):
        self._start = round((value[1] - start_time(0)) * _TICKS)
        if self._handle is not None:
            self._handle = None
            Process._held -= 1

    def _no_such(self):
        return NoSuchProcess(self.pid, self._name, "process no longer exists and its PID has been reused"
                             if self._reused else None)  # fmt: skip

    @classmethod
    def _known(cls, pid, start):
        """One that was seen in a list; it is opened when something is asked of it."""
        self = cls.__new__(cls)
        self._begin(pid)
        self._start = start
        return self

    _held = 0
    _most = max(16, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4, 4096))

    def _spare(self):
        """Keeps the descriptor as long as there are not too many."""
        if self._handle is not None:
            if Process._held < self._most:
                Process._held += 1
            else:
                self._handle = None

    def __del__(self):
        if self.__dict__.get("_handle") is not None:
            Process._held -= 1

    def _open(self):
        """The handle of this very process: one that has its number and began at another time is none."""
        if self._handle is not None:
            return self._handle
        sync()
        if self._gone:
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        handle = _psutil.open(self._pid)
        if self._start is not None and _psutil.read(handle, ("_start",))[0]["_start"] != self._start:
            self._gone = self._reused = True
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        return handle

    def _read(self, name):
        """One attribute of the core's; PermissionError where it may not be read, None where there is none."""
        cache = self._cache
        if cache is not None and name in cache:
            return cache[name]
        names = (name,)
        if cache is not None:
            names = _ALL if name in _ALL else _IDS if name in _IDS else names
        values, refused, _ = _psutil.read(self._open(), names)
        if cache is not None:
            cache.update(values)
        if name not in values and refused:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return values.get(name)

    def _raise_if_zombie(self):
        try:
            zombie = _psutil.read(self._open(), ("status",))[2] == "Z"
        except OSError:
            return
        if zombie:
            raise ZombieProcess(self.pid, self._name, self._read("ppid"))

    def __str__(self):
        told = collections.OrderedDict(pid=self.pid)
        if self._name:
            told["name"] = self._name
        with self.oneshot():
            try:
                told["name"] = self.name()
                told["status"] = self.status()
            except ZombieProcess:
                told["status"] = "zombie"
            except NoSuchProcess:
                told["status"] = "terminated"
            except AccessDenied:
                pass
        if self._exitcode is not None:
            told["exitcode"] = self._exitcode
        if self._start is not None:
            started = time.localtime(start_time(self._start))
            today = started[:3] == time.localtime()[:3]
            told["started"] = time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", started)
        words = ", ".join(f"{key}={value!r}" for key, value in told.items())
        module = type(self).__module__
        return f"{'psutil' if module.startswith('osier.') else module}.{type(self).__name__}({words})"

    __repr__ = __str__

    def __eq__(self, other):
        if not isinstance(other, Process):
            return NotImplemented
        return (self._pid, self._start) == (other._pid, other._start)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((self._pid, self._start))

    @property
    def pid(self):
        """Its number."""
        return self._pid

    # -- The object itself

    @contextlib.contextmanager
    def oneshot(self):
        """Within this block, what one file holds is read once."""
        if self._cache is not None:
            yield
            return
        self._cache = {}
        try:
            yield
        finally:
            self._cache = None

    def as_dict(self, attrs=None, ad_value=None):
        """Attributes by their names; `ad_value` where one may not be read."""
        names = valid(attrs)
        found = {}
        with self.oneshot():
            for name in names:
                try:
                    found[name] = self.pid if name == "pid" else getattr(self, name)()
                except (AccessDenied, ZombieProcess):
                    found[name] = ad_value
                except NotImplementedError:
                    if attrs:
                        raise
        return found

    def parent(self):
        """Its parent, or None."""
        if self.pid == 1:
            return None
        ppid = self.ppid()
        if ppid:
            try:
                parent = Process(ppid)
            except NoSuchProcess:
                return None
            if parent.create_time() <= self.create_time():
                return parent
        return None

    def parents(self):
        """Its parent, that one's parent, and so on."""
        found, at = [], self.parent()
        while at is not None:
            found.append(at)
            at = at.parent()
        return found

    def is_running(self):
        """Whether it is there, as a zombie too."""
        if self._gone:
            return False
        try:
            there = _psutil.is_running(self._open())
            if not there and self._handle is not None:
                self._handle = None  # so that as few as possible are open
                Process._held -= 1
        except PermissionError:
            return pid_exists(self.pid)
        except OSError:
            there = False
        self._gone = not there
        return there

    # -- What it is

    @_own
    def ppid(self):
        """Its parent's number."""
        return self._read("ppid")

    @_own
    def name(self):
        """The program's name."""
        name = self._read("name")
        if len(name) >= 15:  # as many bytes as the kernel keeps
            with contextlib.suppress(Error):
                words = self.cmdline()
                full = os.path.basename(words[0]) if words else ""
                name = full if full.startswith(name) else name
        self._name = name
        return name

    @_own
    def exe(self):
        """The program's file; "" for a kernel thread."""
        try:
            path = self._read("exe")
        except PermissionError:
            words = self.cmdline()
            if words and os.path.isabs(words[0]) and os.path.isfile(words[0]) and os.access(words[0], os.X_OK):
                return words[0]
            raise
        if path is None:
            self._raise_if_zombie()
            return ""
        return _without_deleted(path)

    @_own
    def cmdline(self):
        """The words it was started with."""
        words = self._read("cmdline")
        if not words:
            self._raise_if_zombie()
            for _ in range(20):  # a program that is being started has none yet
                if words or self._read("_kernel"):
                    break
                time.sleep(0.0005)
                words = _psutil.read(self._open(), ("cmdline",))[0].get("cmdline")
        return words or []

    @_own
    def environ(self):
        """Its environment."""
        pairs = (pair.partition("=") for pair in _psutil.environ(self._open()))
        found = {name: value for name, equals, value in pairs if equals}
        if not found:
            self._raise_if_zombie()
        return found

    @_own
    def create_time(self):
        """When it was started, in seconds since the epoch."""
        if self._start is None or self._forgot:
            self._start = self._read("_start")
        return start_time(self._start)

    @_own
    def status(self):
        """One of the STATUS_ constants."""
        return self._read("status")

    @_own
    def cwd(self):
        """Its current directory."""
        path = self._read("cwd")
        if path is None:
            self._raise_if_zombie()
        return _without_deleted(path or "")

    @_own
    def username(self):
        """The name of the user who started it."""
        return self._read("username")

    @_own
    def uids(self):
        """Its users."""
        return self._read("uids")

    @_own
    def gids(self):
        """Its groups."""
        return self._read("gids")

    @_own
    def terminal(self):
        """Its terminal, or None."""
        return _psutil_system.terminals().get(self._read("_tty"))

    # -- What it uses

    @_own
    def io_counters(self):
        """What it read and wrote."""
        return self._read("io_counters")

    @_own
    def num_ctx_switches(self):
        """How often another got its CPU."""
        return self._read("num_ctx_switches")

    @_own
    def num_fds(self):
        """How many descriptors it has open."""
        return self._read("num_fds")

    @_own
    def num_threads(self):
        """How many threads it has."""
        return self._read("num_threads")

    @_own
    def threads(self):
        """Its threads and their CPU times."""
        return [_types.pthread(*row) for row in _psutil.threads(self._open())]

    @_own
    def cpu_times(self):
        """CPU time that it used, in seconds."""
        return self._read("cpu_times")

    @_own
    def cpu_num(self):
        """The CPU it ran on last."""
        return self._read("cpu_num")

    def cpu_percent(self, interval=None):
        """How much of one CPU it used, since the last call or over `interval` seconds."""
        if interval is not None and interval < 0:
            raise ValueError(f"interval is not positive (got {interval})")
        if interval:
            self._last_cpu, self._last_times = timer(), self.cpu_times()
            time.sleep(interval)
        return self._percent(timer(), self.cpu_times())

    def _percent(self, now, times):
        before, self._last_cpu = self._last_cpu, now
        last, self._last_times = self._last_times, times
        if before is None or now - before < 1 / _TICKS:
            return 0.0
        used = times.user + times.system - last.user - last.system
        return round(max(used, 0) / (now - before) * 100, 1)

    @_own
    def memory_info(self):
        """Memory, in bytes."""
        return self._read("memory_info")

    memory_info_ex = memory_info

    @_own
    def memory_full_info(self):
        """Memory, with what it has for itself; it waits meanwhile."""
        own = self._read("_footprint")
        if own is None:
            self._raise_if_zombie()
        return _types.pfullmem(*self._read("memory_info"), *(own or (0, 0, 0)))

    def memory_percent(self, memtype="rss"):
        """How much of the machine's memory it has."""
        if memtype not in _types.pfullmem._fields:
            raise ValueError(f"invalid memtype {memtype!r}; valid types are {_types.pfullmem._fields!r}")
        memory = self.memory_info() if memtype in _types.pmem._fields else self.memory_full_info()
        return getattr(memory, memtype) / float(_psutil_system.total_memory()) * 100

    @_own
    def memory_maps(self, grouped=True):
        """Its mappings, those of one file together."""
        rows = _psutil.memory_maps(self._open())
        if not rows:
            self._raise_if_zombie()
        if not grouped:
            return [
                _types.pmmap_ext(f"{start:x}-{end:x}", perms, _mapped(path), *sizes)
                for start, end, perms, path, *sizes in rows
            ]
        sums = {}
        for _, _, _, path, *sizes in rows:
            path = _mapped(path)
            sums[path] = [a + b for a, b in zip(sums[path], sizes)] if path in sums else sizes
        return [_types.pmmap_grouped(path, *sizes) for path, sizes in sums.items()]

    @_own
    def open_files(self):
        """Regular files that it has open."""
        found = []
        for path, fd, position, flags in _psutil.open_files(self._open()):
            if path.startswith("/") and os.path.isfile(path):
                found.append(_types.popenfile(path, fd, position, _mode(flags), flags))
        return found

    @_own
    def net_connections(self, kind="inet"):
        """Sockets that it has open."""
        handle = self._open()
        if not _psutil.is_running(handle):
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        rows = _psutil_net.connections(kind, self.pid)
        if not _psutil.is_running(handle):  # they may be another's, who has its number now
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        return [_types.pconn(*row[:-1]) for row in rows]

    connections = net_connections

    # -- What may be changed

    @_own
    def nice(self, value=None):
        """Its niceness, got or set."""
        if value is None:
            return self._read("nice")
        self._open()
        return os.setpriority(os.PRIO_PROCESS, self.pid, value)

    @_own
    def ionice(self, ioclass=None, value=None):
        """Its priority at disks, got or set."""
        if ioclass is None:
            if value is not None:
                raise ValueError("'ioclass' argument must be specified")
            got = _psutil.ionice(self.pid)
            return _types.pionice(IOPriority(got >> 13), got & 0x1FFF)
        if value is None:
            value = 0
        if value and ioclass in (0, 3):
            raise ValueError(f"{IOPriority(ioclass)!r} ioclass accepts no value")
        if not 0 <= value <= 7:
            raise ValueError("value not in 0-7 range")
        self._open()
        _psutil.ionice(self.pid, ioclass << 13 | value)
        return None

    @_own
    def rlimit(self, resource_, limits=None):
        """One of its limits, got or set."""
        if self.pid == 0:
            raise ValueError("can't use prlimit() against PID 0 process")
        self._open()
        if limits is None:
            return resource.prlimit(self.pid, resource_)
        if len(limits) != 2:
            raise ValueError(f"second argument must be a (soft, hard) tuple, got {limits!r}")
        return resource.prlimit(self.pid, resource_, limits)

    @_own
    def cpu_affinity(self, cpus=None):
        """The CPUs it may run on, got or set."""
        self._open()
        if cpus is None:
            return sorted(os.sched_getaffinity(self.pid))
        known = range(cpu_count() or 1)
        if not isinstance(cpus, (list, tuple, set, frozenset, range)):
            raise TypeError(f"sequence of CPUs expected, got {cpus!r}")
        if any(not isinstance(cpu, int) for cpu in cpus):
            raise TypeError(f"CPU numbers must be integers, got {cpus!r}")
        wanted = set(cpus) or set(known)
        bad = [cpu for cpu in wanted if cpu not in known]
        if bad:
            raise ValueError(f"invalid CPU number {bad[0]!r}; choose between {list(known)!r}")
        return os.sched_setaffinity(self.pid, wanted)

    @_own
    def send_signal(self, sig):
        """Sends a signal to this process and to no other."""
        if self.pid == 0:
            raise ValueError("preventing sending signal to process with PID 0")
        _psutil.send_signal(self._open(), sig)

    def suspend(self):
        """Stops it."""
        self.send_signal(signal.SIGSTOP)

    def resume(self):
        """Lets it go on."""
        self.send_signal(signal.SIGCONT)

    def terminate(self):
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """Ends it."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout=None):
        """Waits until it ends: a child's exit status, negative for a signal; None of any other."""
        if timeout is not None and timeout < 0:
            raise ValueError(f"timeout must be a positive integer (got {timeout})")
        if not self._ended:
            self._exitcode, self._ended = _psutil_wait.wait(self, timeout), True
        return self._exitcode

    def children(self, recursive=False):
        """Its children, or all that descend from it."""
        if not self.is_running():
            raise self._no_such()
        sync()
        below = collections.defaultdict(list)
        for pid, start, info in _psutil.snapshot(("ppid",), None, threads):
            below[info["ppid"]].append((pid, start))
        found, todo, seen = [], [(self.pid, self._start or 0)], set()
        while todo:
            parent, began = todo.pop(0)
            if parent in seen:
                continue
            seen.add(parent)
            for pid, start in below.get(parent, ()):
                if start >= began:  # else it is the child of another that had this number
                    found.append(Process._known(pid, start))
                    todo += [(pid, start)] if recursive else []
        return found


ATTRIBUTES = frozenset(
    name for name in vars(Process)
    if not name.startswith("_") and name not in (
        "send_signal", "suspend", "resume", "terminate", "kill", "wait", "is_running", "as_dict", "parent",
        "parents", "children", "rlimit", "memory_info_ex", "oneshot", "connections", "info",
    )
)  # fmt: skip


def valid(attrs):
    """The names of attributes that are asked for; ValueError where there is none of that name."""
    if attrs is None:
        return ATTRIBUTES
    if not isinstance(attrs, (list, tuple, set, frozenset)):
        raise TypeError(f"invalid attrs type {type(attrs)}")
    names = set(attrs) or ATTRIBUTES
    bad = names - ATTRIBUTES - {"connections"}
    if bad:
        raise ValueError(f"invalid attr name{'s' if len(bad) > 1 else ''} {', '.join(map(repr, bad))}")
    return names


def _without_deleted(path):
    if path.endswith(" (deleted)") and not os.path.lexists(path):
        return path[: -len(" (deleted)")]
    return path


def _mapped(path):
    if not path:
        return "[anon]"
    return _without_deleted(path.strip())


def _mode(flags):
    """As open() takes it."""
    mode = {os.O_RDONLY: "r", os.O_WRONLY: "w", os.O_RDWR: "w+"}[flags & os.O_ACCMODE]
    if flags & os.O_APPEND:
        mode = mode.replace("w", "a", 1)
    return mode.replace("w+", "r+")
