# SPDX-License-Identifier: MIT
"""osier.os takes and refuses arguments as the interpreter's own os does: results, errors, warnings."""

import os as python_os
import warnings
from decimal import Decimal
from fractions import Fraction

import pytest

import osier.os as os


class NoPath:
    __fspath__ = None


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


class Text(str):
    pass


class Number:
    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


def answer(function, arguments, keywords):
    """What a call gives or raises, and what it warns of."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = function(*arguments, **keywords)
        except Exception as error:
            result = type(error), str(error), getattr(error, "filename", None), getattr(error, "errno", None)
    return result, [(warning.category, str(warning.message)) for warning in warned]


def same(name, *arguments, **keywords):
    ours = answer(getattr(os, name), arguments, keywords)
    theirs = answer(getattr(python_os, name), arguments, keywords)
    assert ours == theirs, (name, arguments, keywords)


def alike(name, *arguments, **keywords):
    """Where Python's words differ with the way that a function is made there."""
    (ours, _), (theirs, _) = (answer(getattr(module, name), arguments, keywords) for module in (os, python_os))
    assert ours[0] is theirs[0] if isinstance(theirs, tuple) else ours == theirs, (name, arguments, keywords)


PATHS = ["file", b"file", Path("file"), Path(b"file"), Text("file"), "nothing", b"nothing", Path("nothing"), "", "é", "\udcff",
         "\ud800", "a\0b", b"a\0b", Path("a\0b"), NoPath(), Path(None), Path(3), None, 3.5, [], bytearray(b"file"), 1000, 2**70, -(2**70), Number(1000), False]
NUMBERS = [0, 1, -1, 4, True, 2**31, -(2**31) - 1, 2**70, None, "1", 1.5, Number(4), Number(None)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("text")
    return tmp_path


@pytest.mark.parametrize("name", ["stat", "lstat", "statvfs", "readlink", "listdir", "rmdir", "listxattr"])
def test_path(name, place):
    for path in PATHS:
        if name == "statvfs" and isinstance(answer(python_os.statvfs, (path,), {})[0], python_os.statvfs_result):
            continue  # whose free space may change meanwhile
        same(name, path)


def test_path_and_number(place):
    for path in PATHS:
        same("access", path, 4)
        same("utime", path, (1, 2))
        same("utime", path, ns=(1, 2))
    for number in NUMBERS:
        same("access", "file", number)
        same("access", "file", mode=number)
        same("access", "file", 4, dir_fd=number)
        same("stat", "file", dir_fd=number)
        same("stat", "/", dir_fd=number)
        same("stat", "nothing", follow_symlinks=number)
        same("open", "nothing", number)
        same("open", "nothing", 0, number)
        same("mkdir", "nothing/a", number)


@pytest.mark.parametrize("name", ["fsync", "isatty", "strerror", "getpgid", "WEXITSTATUS"])
def test_number(name):
    for number in NUMBERS:
        if not (name == "fsync" and number in (0, 1, 4)):
            alike(name, number)


def test_counts():
    for name, least in {"getcwd": 0, "getpid": 0, "close": 1, "stat": 1, "access": 2, "rename": 2, "open": 2}.items():
        for count in range(8):
            if not least <= count < 4:
                alike(name, *["x"] * count)
        alike(name, *["nothing"] * least, nothing=1)
    same("stat", path="nothing")
    same("stat", "nothing", path="nothing")
    same("access", "nothing", 0, mode=0)
    same("access", mode=0)
    same("open", flags=0, path="nothing")
    same("open", "nothing", **{"fl" + "ags": 0, "mo" + "de": 0})


def test_what_versions_take_or_refuse(place):
    """Arguments that are read by some versions, or refused in other words."""
    reader, writer = python_os.pipe()
    fd = python_os.open("file", python_os.O_RDWR)
    for pair in [(Decimal("1.5"), Fraction(5, 2)), (1, Decimal("NaN")), (float("nan"), 1), (float("inf"), 1), (1e19, 1), (2**70, 1)]:
        same("utime", "file", pair)
    for pair in [(2**70, 1), (1.5, 2), (True, False), (1, Number(2)), [1, 2], (1, 2, 3)]:
        same("utime", "file", ns=pair)
    same("utime", "file", (1, 2), ns=(1, 2))
    same("sendfile", writer, fd, 0, -1)
    for name in ("copy_file_range", "splice"):
        same(name, fd, writer, -1)
    for buffer in (b"abc", "abc", 5, memoryview(b"abc")):
        same("readinto", reader, buffer) if hasattr(python_os, "readinto") else None
        same("readv", reader, [buffer])
    for group in (None, "1", 2**70, 1.5):
        same("posix_spawn", "/nowhere", ["x"], {}, setpgroup=group)
    for name, arguments in {"execv": ("nowhere", ["a"]), "execve": ("nowhere", ["a"], {})}.items():
        same(name, *arguments)
    for fd in (reader, writer, fd):
        python_os.close(fd)


def test_makedirs_takes_no_buffer(place):
    for path in (memoryview(b"a/b"), bytearray(b"a/b")):
        same("makedirs", path)
        same("removedirs", path)
        same("renames", path, "file")


def test_times_beyond_2262(place):
    """64 bits of nanoseconds end there."""
    for ns in [10413792000 * 10**9 + 123456789, 2**63 - 1, 2**63, 15032385535 * 10**9, -(2**31) * 10**9, -1, -(2**63), (2**34 - 1) * 10**9]:
        found = []
        for module in (os, python_os):
            module.utime("file", ns=(ns, 1))
            found += [python_os.stat("file"), os.stat("file")]
            module.utime("file", (1, ns // 10**9))
            found += [python_os.stat("file"), os.stat("file")]
        times = [(st.st_atime_ns, st.st_mtime_ns, st.st_atime, st.st_mtime, st[7], st[8]) for st in found]
        assert times[0] == times[1] == times[4] == times[5] and times[2] == times[3] == times[6] == times[7], ns


def test_names_of_arguments_have_no_nul(tmp_path):
    for module in (python_os, os):
        with pytest.raises(TypeError):
            module.mkdir(path=str(tmp_path / "x"), **{"mode\0": 1})
    assert list(tmp_path.iterdir()) == []
