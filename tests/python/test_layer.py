# SPDX-License-Identifier: MIT
"""osier.os is complete: every name of the interpreter's own, of the same kind and signature."""

import inspect
import os
import pathlib
import pickle
import posix
import re
import subprocess
import sys

import pytest

import osier.os
from osier import _posix

# What is the interpreter's own function, and why. This list may only shrink.
TAKEN_OVER = {
    "_create_environ": "private, of 3.14",
    "_clearenv": "private, of 3.15",
    "_inputhook": "private: the hook that the interpreter calls while it waits for a line",
    "_is_inputhook_installed": "private: the same",
    "_path_normpath": "private: posixpath's own is replaced as a whole",
    "_path_splitroot_ex": "private: the same",
    "cpu_count": "the interpreter's option -X cpu_count",
    "register_at_fork": "the interpreter's lists of hooks, which fork and forkpty run",
    "statx": "the interpreter's statx_result, which nobody else can make",
}
if sys.version_info < (3, 13):
    del TAKEN_OVER["cpu_count"]


def test_taken_over():
    assert set(_posix._taken_over) == {name for name in TAKEN_OVER if hasattr(posix, name)}


@pytest.mark.parametrize("ours, theirs", [(osier.os, os), (osier.os.path, os.path), (_posix, posix)],
                         ids=["os", "os.path", "posix"])
def test_every_name(ours, theirs):
    assert set(dir(theirs)) - set(dir(ours)) == set()
    assert getattr(ours, "__all__", None) == getattr(theirs, "__all__", None)


def test_kinds():
    different = {
        name
        for name in dir(posix)
        if not name.startswith("__")
        and callable(getattr(posix, name))
        and type(getattr(posix, name)) is not type(getattr(_posix, name))
    }
    assert different == set()


@pytest.mark.parametrize("name", [name for name in dir(posix) if inspect.isbuiltin(getattr(posix, name))])
def test_signature(name):
    try:
        theirs = inspect.signature(getattr(posix, name))
    except ValueError:
        pytest.skip("the interpreter's own has none")
    ours = inspect.signature(getattr(_posix, name))
    if name == "get_terminal_size":  # theirs does not tell its default
        assert list(ours.parameters) == list(theirs.parameters)
    else:
        assert str(ours) == str(theirs)


@pytest.mark.parametrize("name", [name for name in dir(posix) if inspect.isbuiltin(getattr(posix, name))])
def test_doc(name):
    theirs = getattr(posix, name).__doc__
    assert theirs is None or getattr(_posix, name).__doc__ == theirs


def test_own_functions_are_documented():
    for name, function in vars(_posix).items():
        if inspect.isbuiltin(function) and not hasattr(posix, name):
            assert function.__doc__


def test_doc_of_entries():
    for name in dir(posix.DirEntry):
        ours, theirs = getattr(_posix.DirEntry, name), getattr(posix.DirEntry, name)
        assert ours.__doc__ == theirs.__doc__
        assert getattr(ours, "__text_signature__", None) == getattr(theirs, "__text_signature__", None)


EXT = pathlib.Path(__file__).parents[2] / "python" / "ext"


def test_no_text_of_the_interpreter_stands_in_the_sources():
    """Its docstrings are taken from its functions when the module is made."""
    found = {}
    for path in EXT.glob("*.c"):
        texts = {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)) for part in
                 re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', path.read_text())}
        for owner in (posix, posix.DirEntry, os.environ):
            for name in dir(owner):
                doc = (getattr(owner, name).__doc__ or "").split("\n")[0]
                if len(doc) > 20 and not isinstance(getattr(owner, name), (int, str, dict, list)):
                    found.update({text: name for text in texts if doc.rstrip(".")[:40] in text})
    assert found == {}


def test_constants():
    different = {
        name: (value, getattr(_posix, name))
        for name, value in vars(posix).items()
        if isinstance(value, (int, str, dict)) and not name.startswith("__") and getattr(_posix, name) != value
    }
    assert different == {}


def test_supports():
    for name in ("supports_dir_fd", "supports_effective_ids", "supports_fd", "supports_follow_symlinks"):
        assert {f.__name__ for f in getattr(osier.os, name)} == {f.__name__ for f in getattr(os, name)}
    assert osier.os.stat in osier.os.supports_dir_fd


def test_stat_result():
    ours, theirs = osier.os.stat("/etc/passwd"), os.stat("/etc/passwd")
    assert type(ours) is os.stat_result
    assert ours == theirs
    assert [getattr(ours, name) for name in dir(theirs) if name.startswith("st_")] == [
        getattr(theirs, name) for name in dir(theirs) if name.startswith("st_")
    ]
    assert pickle.loads(pickle.dumps(ours)) == ours


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout


WHO = "import os, sys; print(sys.modules['os'].stat.__self__.__spec__.name)"


def test_install():
    assert run("-c", "import shutil, osier; osier.install(); assert osier.installed(); " + WHO) == "osier._posix\n"
    code = "import shutil, osier; osier.install(); import os; print(shutil.os is os, shutil.os.path is os.path)"
    assert run("-c", code) == "True True\n"


@pytest.mark.parametrize("way", ["-c", "-m", "script"])
def test_python_m_osier(way, tmp_path, monkeypatch):
    (tmp_path / "who.py").write_text(WHO + "; print(sys.argv[1:])")
    monkeypatch.chdir(tmp_path)
    how = {"-c": ["-c", WHO + "; print(sys.argv[1:])"], "-m": ["-m", "who"], "script": ["who.py"]}[way]
    assert run("-m", "osier", *how, "a", "b") == "osier._posix\n['a', 'b']\n"


def test_children():
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WHO!r}])"
    assert run("-m", "osier", "-c", child) == "osier._posix\n"


@pytest.mark.parametrize("name, arguments", [(name, numbers) for name in ("major", "minor", "makedev")
                                             for number in (0, 1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64 - 1, 2**64, -1, -2, -2**63 - 1, 1.5, None)
                                             for numbers in ([(number, 1), (1, number), (number, number)] if name == "makedev" else [(number,)])])
def test_numbers_of_devices(name, arguments):
    def outcome(function):
        try:
            return function(*arguments)
        except (TypeError, OverflowError) as error:
            return type(error), str(error)

    assert outcome(getattr(_posix, name)) == outcome(getattr(posix, name))
