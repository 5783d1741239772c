# SPDX-License-Identifier: MIT
"""Where functions say they are from: pickles, mocks and tools go by that."""

import inspect
import os as python_os
import pathlib
import pickle
import subprocess
import sys
import zipfile
from unittest import mock

import pytest

import osier.os as os
import osier.shutil as shutil


def run(*arguments, **options):
    done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)
    assert done.stderr == "", done.stderr
    return done.stdout


def callables(module):
    return {name: value for name, value in vars(module).items() if callable(value) and not name.startswith("__")}


def readable(value):
    try:
        return pickle.loads(pickle.dumps(value)) is value
    except (pickle.PicklingError, AttributeError):
        return False


@pytest.mark.parametrize("ours, theirs", [(os, python_os), (os.path, python_os.path), (shutil, __import__("shutil"))])
def test_pickled(ours, theirs):
    """Without install(): whatever can be pickled of the interpreter's own."""
    wrong = {name for name, value in callables(ours).items() if name in vars(theirs) and readable(getattr(theirs, name)) and not readable(value)}
    assert wrong == set()
    assert len(callables(ours)) > 30


POOL = """
import multiprocessing, os as python_os
import osier.os as os
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(os.path.getsize, ["/etc/passwd"]) == [python_os.path.getsize("/etc/passwd")]
        assert pool.map(os.path.join, ["/etc"]) == ["/etc"]
        assert pool.map(os.getenv, ["HOME"]) == [python_os.environ.get("HOME")]
"""


def test_pool():
    """In a process of its own: the module leaves a child behind that other tests would wait for."""
    run("-c", POOL)


NAMES = """
import os, posixpath, genericpath, posix, sys
install = sys.argv[1:] == ["install"]
if install:
    import osier
    osier.install()
    import os, posixpath, genericpath, posix
for module in (os, posixpath, genericpath, posix):
    for name, value in sorted(vars(module).items()):
        if callable(value) and not name.startswith("__") and not getattr(value, "__module__", "").startswith("osier"):
            print(module.__name__.replace("osier._", ""), name, value.__module__, value.__name__, value.__qualname__)
"""


def test_names_after_install():
    """They are those of the interpreter's own, which is what pyfakefs and others look at."""
    ours, theirs = run("-c", NAMES, "install").splitlines(), run("-c", NAMES).splitlines()
    assert set(theirs) - set(ours) == set()


def test_pickled_after_install_and_read_without():
    names = "os.walk os.stat os.path.join os.path.exists os.getenv os.makedirs os.popen os.spawnv os.execvp os.scandir".split()
    code = "import osier; osier.install(); import os, pickle; print([pickle.dumps([{}]).hex()])".format(", ".join(names))
    reading = f"import os, pickle, sys; assert pickle.loads(bytes.fromhex({eval(run('-c', code))[0]!r})) == [{', '.join(names)}]; print('osier' in sys.modules)"
    assert run("-c", reading) == "False\n"


@pytest.mark.parametrize("name", ["path.exists", "path.join", "path.split", "path.getsize", "path.realpath", "path.isdir", "walk",
                                  "makedirs", "getenv"])
def test_autospec(name):
    """A mock of a function takes what the function takes."""
    function = os
    for part in name.split("."):
        function = getattr(function, part)
    made = mock.create_autospec(function)
    assert inspect.isfunction(made)
    assert inspect.signature(made) == inspect.signature(function)
    made("a")
    for arguments, keywords in [(range(20), {"unknown": 1}), ((), {"unknown": 1})]:
        with pytest.raises(TypeError):
            made(*arguments, **keywords)
    assert made.call_count == 1


def test_autospec_of_builtins_is_what_it_was():
    assert not inspect.isfunction(mock.create_autospec(python_os.stat)) and not inspect.isfunction(mock.create_autospec(len))


@pytest.mark.parametrize("order", ["import unittest.mock, osier", "import osier, unittest.mock"])
def test_autospec_after_install(order):
    code = order + """
osier.install()
import os
with unittest.mock.patch("os.path.exists", autospec=True) as exists:
    os.path.exists("a")
    try: os.path.exists(1, 2, 3)
    except TypeError: print("refused", exists.call_count)
"""
    assert run("-c", code) == "refused 1\n"


def test_found_where_the_interpreter_found_it():
    for name in ("__spec__", "__loader__", "__file__", "__package__"):
        for ours, theirs in ((os, python_os), (os.path, python_os.path)):
            assert getattr(ours, name, None) is getattr(theirs, name, None)


def test_a_library_without_sources(tmp_path):
    """Only compiled files, in an archive: the code of os is where the interpreter has it."""
    library = pathlib.Path(python_os.__file__).parent
    package = pathlib.Path(os.stat.__self__.__file__).parent
    copied = tmp_path / "lib"
    names = ["os", "posixpath", "genericpath", "stat", "shutil"]
    copied.mkdir()
    code = "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2])"
    for name in names:
        run("-c", code, library / f"{name}.py", copied / f"{name}.pyc")
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        for name in names:
            archive.write(copied / f"{name}.pyc", f"{name}.pyc")
    for where in (copied, tmp_path / "lib.zip"):
        program = f"""
import sys
for name in {names!r} + ["os.path"]: sys.modules.pop(name, None)
sys.path.insert(0, {str(where)!r})
import os
assert os.__file__.startswith({str(where)!r}), os.__file__
sys.path.insert(1, {str(package.parent)!r})
import osier, osier.os, osier.shutil
osier.install()
import os
print(os.stat.__self__.__spec__.name, len(list(os.walk("/etc/apt"))) > 0, osier.shutil.which("sh") is not None)
"""
        assert run("-S", "-X", "frozen_modules=off", "-c", program) == "osier._posix True True\n"


FAKED = """
from os import remove, stat
import os, sys, tempfile
from pyfakefs.fake_filesystem_unittest import Patcher
place = tempfile.mkdtemp()
real = os.path.join(place, "real")
open(real, "w").close()
with Patcher() as patcher:
    patcher.fs.create_file(real)
    remove(real)
    assert not os.path.exists(real)
    try: stat(real)
    except FileNotFoundError: pass
    import tempfile
    tempfile.mkdtemp()
assert os.path.exists(real)
os.remove(real), os.rmdir(place)
print(stat.__self__.__spec__.name)
"""


def test_faked_functions():
    """What pyfakefs puts in the place of functions that a program imported by name, real files stay untouched by."""
    pytest.importorskip("pyfakefs")
    assert run("-W", "ignore", "-m", "osier", "-c", FAKED) == "osier._posix\n"
