# SPDX-License-Identifier: MIT
"""No call keeps memory, descriptors or its arguments, whether it succeeds or fails."""

import os
import subprocess
import sys

import pytest

from growth import least

HERE = os.path.dirname(os.path.abspath(__file__))

# In a child, as the calls of the table change directories, signals and limits of the process.
CHILD = """
import sys
sys.path.insert(0, {here!r})
import calls, ctypes, gc, os as python_os, tempfile, warnings
import {module} as os
warnings.simplefilter("ignore")
python_os.chdir(tempfile.mkdtemp())
scene = calls.Scene()
table = calls.calls(scene)
null = python_os.open("/dev/null", 2)
for fd in (0, 1): python_os.dup2(null, fd)


class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]


libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info


class Bad:
    def __fspath__(self): raise ValueError
    __index__ = fileno = __bool__ = __len__ = __fspath__


class Path:
    def __init__(self, path): self.path = path
    def __fspath__(self): return self.path


def variants(args):
    yield args
    yield args[:-1]
    yield (*args, None)
    for place, good in enumerate(args):
        for other in (None, 1.5, "nowhere/\\xe9", b"nowhere", "a\\0b", Path("nowhere/\\xe9"), Path(3), Bad(), 1 << 80, [1, Bad()], {{"a": Bad()}}):
            yield (*args[:place], other, *args[place + 1:])
        if isinstance(good, str):
            yield (*args[:place], good.encode(), *args[place + 1:])
            yield (*args[:place], Path(good), *args[place + 1:])


OPENING = {{"open", "openpty", "pipe", "pipe2", "dup", "eventfd", "memfd_create", "posix_openpt", "timerfd_create", "pidfd_open"}}
SKIPPED = {{"fork", "forkpty", "register_at_fork", "fdopen", "popen", "chroot", "sync", "umask", "close", "closerange", "dup2",
           "login_tty", "system", "_exit", "abort", "splice", "sendfile", "copy_file_range", "posix_spawn", "posix_spawnp"}}


def once(function, name, given):
    for args in given:
        try:
            result = function(*args)
            if name in OPENING:
                for fd in result if isinstance(result, tuple) else (result,): python_os.close(fd)
            elif hasattr(result, "close"):
                list(result)
                result.close()
        except Exception:
            continue


def state(given):
    gc.collect()
    info = libc.mallinfo2()
    return (sys.getallocatedblocks(), info.uordblks + info.hblkhd, len(python_os.listdir("/proc/self/fd")),
            [sys.getrefcount(arg) for args in given for arg in args if type(arg) in (Path, Bad, str, bytes, list, dict)])


def grown(function, name, given, rounds):
    before = state(given)
    for _ in range(rounds):
        once(function, name, given)
        scene.reset()
    after = state(given)
    return [b - a for a, b in zip(before[:3], after[:3])] + [max([b - a for a, b in zip(before[3], after[3])], default=0)]


leaks, looked = [], 0
for name, args in table.items():
    function = getattr(os, name, None)
    if function is None or name in SKIPPED or isinstance(function, type) or name.startswith(("_", "exec", "spawn")): continue
    if name in calls.APART and not name.startswith(("put", "unset", "get")): continue
    looked += 1
    given = list(variants(args))
    once(function, name, given)
    grown(function, name, given, 5)
    N = 10
    # what grows in N rounds, and in 2 N rounds the more, each time it is tried
    tries = []
    for _ in range(4):
        few, many = grown(function, name, given, N), grown(function, name, given, 2 * N)
        tries.append([m if m >= N and m > f else 0 for f, m in zip(few, many)])
        if not any(tries[-1]): break
    if all(any(row) for row in tries):
        leaks.append((name, tries))
if looked < 100 and len(table) > 100: leaks.append(looked)
sys.stderr.write(repr(leaks) if leaks else "")
sys.stderr.flush()
python_os._exit(0)
"""


def test_calls():
    done = subprocess.run([sys.executable, "-c", CHILD.format(here=HERE, module="osier.os")], capture_output=True, text=True, timeout=250)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_leak_is_found():
    """The same table with one function that keeps an object each time."""
    broken = CHILD.replace("leaks, looked = [], 0", "leaks, looked = [], 0; kept = []; own = os.getcwd\n"
                           "def getcwd(*args): kept.append(object()); return own(*args)\n"
                           "os.getcwd = getcwd; table = {{'getcwd': ()}}")
    done = subprocess.run([sys.executable, "-c", broken.format(here=HERE, module="osier.os")], capture_output=True, text=True, timeout=60)
    assert "getcwd" in done.stderr


@pytest.mark.parametrize("kind", ["str", "bytes", "PathLike", "descriptor"])
def test_iterators_and_entries(kind, tmp_path):
    """Entries that outlive their iterator, iterators that are left alone, walks that end early."""
    import warnings

    import osier.os

    (tmp_path / "a" / "b").mkdir(parents=True)
    fd = os.open(tmp_path, os.O_RDONLY)
    top = {"str": str(tmp_path), "bytes": bytes(tmp_path), "PathLike": tmp_path, "descriptor": fd}[kind]

    def work():
        entries = list(osier.os.scandir(top))
        [(entry.stat(), entry.is_dir(), entry.path, repr(entry)) for entry in entries]
        osier.os.scandir(top)
        if kind != "descriptor":
            next(osier.os.walk(top))
            next(osier.os.fwalk(top))
            for _, names, _ in osier.os.walk(top):
                names[:] = []

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        blocks, descriptors = least(work, 100, before=100)
    os.close(fd)
    assert blocks < 50 and descriptors <= 0, (blocks, descriptors)
