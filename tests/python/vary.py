# SPDX-License-Identifier: MIT
"""Calls every function of a posix or os with what it should refuse: vary.py MODULE RESULTS

MODULE is os, posix, osier.os or osier._posix. Every argument of a harmless call is replaced in turn
by a value of another kind or size, and arguments are left out, added and misnamed. RESULTS becomes a
pickle of what came of each, by the name of the function and what was done.
"""

import importlib
import inspect
import mmap
import os
import pickle
import re
import resource
import signal
import stat
import sys
import tempfile
import warnings

import calls


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value

    def __repr__(self):
        return "Index"


class BadIndex:
    def __index__(self):
        raise ZeroDivisionError("index")


class WrongIndex:
    def __index__(self):
        return "a"


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


class BadPath:
    def __fspath__(self):
        raise ZeroDivisionError("fspath")


class NoPath:
    __fspath__ = None


class File:
    def __init__(self, fd):
        self.fd = fd

    def fileno(self):
        return self.fd


class Text(str):
    pass


class Plain:
    pass


class Untrue:
    def __bool__(self):
        raise ZeroDivisionError("bool")


class Sequence:
    def __len__(self):
        raise ZeroDivisionError("len")

    def __getitem__(self, index):
        raise ZeroDivisionError("item")


def values(valid, scene):
    """What to put in the place of a valid argument, by a name for it."""
    whole = isinstance(valid, int) and not isinstance(valid, bool)
    return {
        "valid": valid, "None": None, "float": 1.5, "float whole": 8.0, "True": True, "False": False,
        "object": Plain(), "type": Plain, "untrue": Untrue(), "list": [], "list of text": ["a"], "tuple": (),
        "list of numbers": [1, 0], "tuple of numbers": (1, 2), "tuple of floats": (1.5, 2.5),
        "tuple of huge": (1 << 70, 1 << 70), "tuple of text": ("a", "b"), "sequence": Sequence(),
        "dict": {}, "dict of numbers": {1: 2}, "dict of text": {"A": "b"}, "dict with =": {"A=": "b"},
        "dict with NUL": {"A\0": "b"}, "set": {1 << 70}, "set of -1": {-1},
        "text": "nowhere", "empty": "", "text subclass": Text("file"), "NUL": "a\0b", "surrogate": "\ud800",
        "escaped": "\udcff", "not ASCII": "é", "with NUL, not ASCII": "é\0", "PC_": "SC_PAGESIZE",
        "bytes": b"nowhere", "bytes empty": b"", "bytes NUL": b"a\0b", "bytes of file": b"file", "bytearray": bytearray(b"file"),
        "memoryview": memoryview(b"file"), "strided": memoryview(bytearray(8))[::2],
        "path": Path("file"), "path of bytes": Path(b"file"), "path of number": Path(3), "path of None": Path(None),
        "path with NUL": Path("a\0b"), "bad path": BadPath(), "no path": NoPath(), "text path": Path(Text("file")),
        "index": Index(valid if whole else 1), "bad index": BadIndex(), "wrong index": WrongIndex(),
        "huge index": Index(1 << 70), "file": File(valid if whole else scene.fd), "file of text": File("a"),
        "file of -1": File(-1), "file of huge": File(1 << 70), "file of True": File(True),
        **{f"{power:+}": (1 << power) for power in (31, 32, 63, 64, 200)},
        "2^31-1": (1 << 31) - 1, "2^32-1": (1 << 32) - 1, "2^63-1": (1 << 63) - 1, "2^64-1": (1 << 64) - 1,
        "-1": -1, "-2": -2, "-2^31": -(1 << 31), "-2^31-1": -(1 << 31) - 1, "-2^63": -(1 << 63), "-2^63-1": -(1 << 63) - 1,
        "-2^200": -(1 << 200), "many": 4194305,  # which no process has
    }


PICKED = {"getcwd", "getcwdb", "getrandom", "urandom", "ttyname", "ptsname", "times", "listdir"}  # by the system
COSTLY = {("urandom", "size"), ("getrandom", "size"), ("read", "length"), ("pread", "length"), ("posix_fallocate", "length"),
          ("posix_fallocate", "offset"), ("closerange", "fd_high")}
CRASHING = {"pathconf", "statvfs"}  # CPython before 3.15, with -1 for a descriptor
GREAT = {"+31", "+32", "2^31-1", "2^32-1", "+63", "2^63-1", "2^64-1"}


def told(value, depth=0):
    """What of a result is the same for both: its type, and what isn't a number that the system picks."""
    if isinstance(value, (str, bytes)):
        return type(value).__name__, value[:]
    if isinstance(value, (bool, type(None))):
        return value
    if isinstance(value, (tuple, list)) and depth < 3:
        return type(value).__name__, [told(item, depth + 1) for item in value]
    return type(value).__name__


def attempt(function, args, names):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = "gives", told(function(*args, **names))
        except BaseException as error:
            words = re.sub(r"0x[0-9a-f]+", "0x", str(error))
            more = (told(error.filename), told(error.filename2)) if isinstance(error, OSError) else ()
            result = "raises", type(error).__name__, words, *more
    # a descriptor that nobody closed, or a child that nobody waited for, is not of the call
    return *result, [(w.category.__name__, str(w.message)) for w in warned if w.category is not ResourceWarning]


def attempt_apart(function, args, names):
    """The same in a child, whose end is part of what came of it."""
    with mmap.mmap(-1, 1 << 16) as shared:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.alarm(5)
            data = pickle.dumps(attempt(function, args, names))
            if os.getppid() == parent or shared[:1] == b"\0":
                shared[: len(data)] = data
            os.kill(os.getpid(), signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        return status, pickle.loads(shared[:]) if shared[:1] != b"\0" else None


def open_null():
    """A null device, of our own where we may change modes and owners of the machine's."""
    try:
        if not os.path.lexists("null"):
            os.mknod("null", stat.S_IFCHR | 0o666, os.stat("/dev/null").st_rdev)
        return os.open("null", os.O_RDWR)
    except OSError:
        return os.open("/dev/null" if os.getuid() else os.path.abspath("null"), os.O_RDWR | os.O_CREAT)


def quiet():
    null = open_null()
    for fd in (0, 1, 2):
        os.dup2(null, fd, inheritable=True)
    if null > 2:
        os.close(null)


class Caller:
    def __init__(self, module, scene):
        self.module, self.scene, self.results = module, scene, {}

    def call(self, name, what, args, names=None):
        function = getattr(self.module, name)
        apart = name in calls.APART or (name in CRASHING and args[:1] == [-1])
        if not apart:
            for fd in (0, 1, 2):
                os.dup2(self.null, fd)
        self.results[name, what] = result = (attempt_apart if apart else attempt)(function, args, names or {})
        if name in PICKED and result[0] == "gives":
            self.results[name, what] = result[0], type(result[1]).__name__
        self.scene.reset()

    def vary(self, name, parameters, valid):
        """Every wrong value in every place."""
        positional = [p for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]
        named = [p for p in parameters if p.kind == p.KEYWORD_ONLY]

        def put(what, given):
            args = given[: len(positional)]
            names = {p.name: v for p, v in zip(named, given[len(positional) :]) if p.default is p.empty or v != p.default}
            self.call(name, what, args, names)

        for place, (parameter, good) in enumerate(zip(positional + named, valid)):
            for what, value in values(good, self.scene).items():
                if (name, parameter.name) in COSTLY and what in GREAT:
                    continue
                put((parameter.name, what), [*valid[:place], value, *valid[place + 1 :]])
        for count in range(len(positional) + 1):
            self.call(name, ("arguments", count), valid[:count])
        extra = [*valid[: len(positional)], None]
        if not any(p.kind == p.VAR_POSITIONAL for p in parameters):
            self.call(name, "one argument more", extra)
            self.call(name, "two arguments more", [*extra, None])
        self.call(name, "unknown name", valid[: len(positional)], {"unknown": 1})
        self.call(name, "no arguments, unknown name", [], {"unknown": 1})
        for parameter in positional:
            self.call(name, ("twice", parameter.name), valid[: len(positional)], {parameter.name: valid[0]})
        by_name = {p.name: v for p, v in zip(positional, valid)}
        self.call(name, "all by name", [], by_name)
        for left in by_name:
            self.call(name, ("by name but", left), [], {n: v for n, v in by_name.items() if n != left})


def main(which, results):
    module = importlib.import_module(which)
    import osier.os  # knows the parameters of those whose signature the interpreter can't tell

    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        scene = calls.Scene()
        caller = Caller(module, scene)
        quiet()
        caller.null = open_null()
        ends = os.sysconf("SC_OPEN_MAX")
        for name, valid in sorted(calls.calls(scene).items()):
            function = getattr(module, name, None)
            if function is None or name.startswith("_") or not inspect.isbuiltin(function):
                continue
            try:
                known = inspect.signature(getattr(osier.os._posix if False else importlib.import_module("osier._posix"), name))
            except (AttributeError, ValueError):
                continue
            low = os.dup(0)
            caller.vary(name, list(known.parameters.values()), list(valid))
            os.closerange(low, min(ends, 800))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with open(results, "wb") as file:
            pickle.dump(caller.results, file)
        os.chdir("/")


if __name__ == "__main__":
    main(*sys.argv[1:])
