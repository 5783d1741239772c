# SPDX-License-Identifier: MIT
"""The named tuples that a process is told in, and the exceptions of osier.psutil."""

import collections

pmem = collections.namedtuple("pmem", "rss vms shared text lib data dirty")
pfullmem = collections.namedtuple("pfullmem", pmem._fields + ("uss", "pss", "swap"))
pcputimes = collections.namedtuple("pcputimes", "user system children_user children_system iowait")
puids = collections.namedtuple("puids", "real effective saved")
pgids = collections.namedtuple("pgids", "real effective saved")
pio = collections.namedtuple("pio", "read_count write_count read_bytes write_bytes read_chars write_chars")
pctxsw = collections.namedtuple("pctxsw", "voluntary involuntary")
pthread = collections.namedtuple("pthread", "id user_time system_time")
pionice = collections.namedtuple("pionice", "ioclass value")
popenfile = collections.namedtuple("popenfile", "path fd position mode flags")
_MAPS = "rss size pss shared_clean shared_dirty private_clean private_dirty referenced anonymous swap"
pmmap_grouped = collections.namedtuple("pmmap_grouped", "path " + _MAPS)
pmmap_ext = collections.namedtuple("pmmap_ext", "addr perms path " + _MAPS)
pconn = collections.namedtuple("pconn", "fd family type laddr raddr status")


# ---- Exceptions


class Error(Exception):
    """The base of all others."""

    def _words(self, names):
        told = []
        for name in names:
            value = getattr(self, name, None)
            if name == "name":
                told += [f"name={value!r}"] if value else []
            elif value or (name == "pid" and value is not None):
                told.append(f"{name}={value!r}" if isinstance(value, str) else f"{name}={value}")
        return told

    def __str__(self):
        told = self._words(("pid", "ppid", "name"))
        details = f" ({', '.join(told)})" if told else ""
        return (getattr(self, "msg", "") + details).strip()

    def __repr__(self):
        told = self._words(("pid", "ppid", "name", "seconds"))
        if getattr(self, "msg", ""):
            told.append(f"msg={self.msg!r}")
        return f"psutil.{type(self).__name__}({', '.join(told)})"


class NoSuchProcess(Error):
    """There is no process of that number, or not any more."""

    def __init__(self, pid, name=None, msg=None):
        Exception.__init__(self)
        self.pid, self.name, self.msg = pid, name, msg or "process no longer exists"

    def __reduce__(self):
        return type(self), (self.pid, self.name, self.msg)


class ZombieProcess(NoSuchProcess):
    """The process has ended, and its parent hasn't asked for it yet."""

    def __init__(self, pid, name=None, ppid=None, msg=None):
        NoSuchProcess.__init__(self, pid, name, msg or "PID still exists but it's a zombie")
        self.ppid = ppid

    def __reduce__(self):
        return type(self), (self.pid, self.name, self.ppid, self.msg)


class AccessDenied(Error):
    """This user may not know, or do, that."""

    def __init__(self, pid=None, name=None, msg=None):
        Exception.__init__(self)
        self.pid, self.name, self.msg = pid, name, msg or ""

    def __reduce__(self):
        return type(self), (self.pid, self.name, self.msg)


class TimeoutExpired(Error):
    """The process has not ended in time."""

    def __init__(self, seconds, pid=None, name=None):
        Exception.__init__(self)
        self.seconds, self.pid, self.name = seconds, pid, name
        self.msg = f"timeout after {seconds} seconds"

    def __reduce__(self):
        return type(self), (self.seconds, self.pid, self.name)
