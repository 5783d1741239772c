# SPDX-License-Identifier: MIT
"""osier's ntpath answers whatever it is asked as the interpreter's own does."""

import inspect
import ntpath
import os
import pathlib
import random
import subprocess
import sys
import types

import pytest

import osier.ntpath

NAMES = [name for name in ("basename", "commonpath", "dirname", "expandvars", "isabs", "isreserved", "join", "normcase", "normpath", "relpath",
                           "split", "splitdrive", "splitext", "splitroot") if hasattr(ntpath, name)]
ONE = [name for name in NAMES if name not in ("commonpath", "join", "relpath")]
PIECES = ["", "\\", "\\", "/", "//", "\\/", ".", "..", "a", "A", "Ab", "C:", "c:", "C:\\", "d:/", ":", "\\\\s\\x", "//S/X",
          "\\\\?\\", "\\\\?\\UNC\\", "//?/unc/", "a.b", ".x", "...", " ", "\n", "\0", "\xe4", "\xc4:", "\u03a3", "\u0130", "\u4e00:",
          "\U0001f427", "\udcff", "\ud800", "nul", "COM\xb9", "con\u0131n$", "*", "%"]


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


class Text(str):
    pass


def answer(function, *args, **names):
    """What a call gives or raises, so that it can be compared."""
    try:
        result = function(*args, **names)
    except Exception as error:
        return type(error), str(error)
    return type(result), [type(part) for part in result] if isinstance(result, tuple) else None, result


def same(name, /, *args, **names):
    ours = answer(getattr(osier.ntpath, name), *args, **names)
    theirs = answer(getattr(ntpath, name), *args, **names)
    assert ours == theirs, (name, args, names)


def path(source):
    text = "".join(source.choices(PIECES, k=source.randint(0, 6)))
    return os.fsencode(text.replace("\ud800", "")) if source.random() < 0.4 else text


def test_every_name():
    assert osier.ntpath.__all__ == ntpath.__all__
    assert set(vars(osier.ntpath)) - {"__cached__", "__builtins__"} >= set(ntpath.__all__)
    assert osier.ntpath is not ntpath


@pytest.mark.parametrize("name", NAMES)
def test_builtin(name):
    ours, theirs = getattr(osier.ntpath, name), getattr(ntpath, name)
    assert type(ours) is types.BuiltinFunctionType
    assert (ours.__name__, ours.__doc__) == (name, theirs.__doc__)
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))


@pytest.mark.parametrize("name", ONE)
def test_one_path(name):
    source = random.Random(name)
    for _ in range(3000):
        same(name, path(source))


VARIABLES = ["", "$", "$", "%", "%", "'", "{", "}", "${", "A", "A", "a-b", "a", "A_1", "-", "none", "\xe4", "B", "=", "\\", "\udcff", "\0", "%A%", "$A"]


def test_variables(monkeypatch):
    source = random.Random("variables")
    for name, value in (("A", "one"), ("a-b", "$A"), ("A_1", ""), ("B", "\xe4"), ("\xe4", "umlaut"), ("none", "%A%")):
        monkeypatch.setenv(name, value)
    for _ in range(20000):
        text = "".join(source.choices(VARIABLES, k=source.randint(0, 9)))
        same("expandvars", os.fsencode(text) if source.random() < 0.4 else text)
    monkeypatch.delenv("A")
    same("expandvars", "$A%A%")


@pytest.mark.parametrize("name", ["join", "relpath", "commonpath"])
def test_some_paths(name):
    source = random.Random(name)
    for _ in range(4000):
        start = path(source)
        paths = [start] + [path(source) for _ in range(source.randint(0, 2))]
        if source.random() < 0.5:  # the same drive
            paths = [start, *(start + more for more in paths[1:] if type(more) is type(start))]
        same(name, paths) if name == "commonpath" else same(name, *paths)


@pytest.mark.parametrize("name", NAMES)
def test_other_arguments(name):
    listed = name == "commonpath"
    for argument in (None, 1, [], "a\0b", Text("C:/a"), Path("C:/a"), Path(b"C:/a"), Path(1), bytearray(b"a"), ["a", b"b"], ("a",)):
        same(name, [argument] if listed else argument)
    same(name)
    same(name, "a", "b", "c", "d")
    same(name, nothing="a")
    for parameter in inspect.signature(getattr(ntpath, name)).parameters:
        same(name, **{parameter: ["C:/a"] if listed else "C:/a"})


INSTALLED = """
import sys, osier
osier.install()
import ntpath
print(type(ntpath.join).__name__, ntpath.join.__module__, ntpath.__spec__.loader is ntpath.__loader__, ntpath.join("a", "b"))
del sys.modules["posixpath"]
import posixpath  # by the same loader, where both are frozen
"""


def test_installed():
    place = str(pathlib.Path(osier.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": place}
    for options in ([], ["-X", "frozen_modules=off"], ["-X", "frozen_modules=on"]):
        command = [sys.executable, *options, "-c", INSTALLED]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert (done.stdout, done.stderr) == ("builtin_function_or_method ntpath True a\\b\n", "")
