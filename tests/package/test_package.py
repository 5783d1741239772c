# SPDX-License-Identifier: MIT
"""The package that pip builds and installs, for every CPython of this machine and without a network."""

import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from conftest import TOP, built, clean_environment, run

VERSION = re.search(r'OSIER_VERSION +"(.+)"', (TOP / "include/osier/types.h").read_text()).group(1)


#: What is made from the headers.
MADE = {"osier/extra.pyi", "osier/system.py", "osier/system.pyi"}


def test_sdist_holds_what_git_does(sdist):
    tracked = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a clone")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {name for name in tracked.stdout.split("\0") if name and not name.startswith(".") and (TOP / name).exists()}
    assert wanted - names == set()
    assert names - {"PKG-INFO"} == {name for name in names - {"PKG-INFO"} if (TOP / name).is_file()}


def test_same_sources_same_sdist(sdist, tmp_path):
    """… wherever, whenever and by whomever it is packed."""
    other = tmp_path / "an other" / "place"
    for name in subprocess.run(["tar", "-tf", sdist], capture_output=True, text=True, check=True).stdout.split("\n"):
        name = name.partition("/")[2]
        if name not in ("", "PKG-INFO"):
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, other / name)  # with the time of now
    environment = clean_environment(TZ="Asia/Tokyo", LC_ALL="C")
    run("/usr/bin/python3", other / "python/pack.py", "sdist", tmp_path, env=environment, umask=0o077)
    assert (tmp_path / sdist.name).read_bytes() == sdist.read_bytes()


def test_sources_are_meson_s(build):
    if not (build / "meson-info").is_dir():
        pytest.skip("not built by Meson")
    sys.path.insert(0, str(TOP / "python"))
    import pack

    targets = json.loads((build / "meson-info" / "intro-targets.json").read_text())
    made_of = {target["name"]: {pathlib.Path(name) for part in target["target_sources"] for name in part["sources"]}
               for target in targets if (target["name"], target["type"]) != ("osier", "shared library")}
    assert set(pack.library_sources()) == made_of["osier-core"]
    assert set(pack.command_sources()[0]) == made_of["osier"]
    for name, sources in pack.extensions():
        if name in made_of:  # this build has the door
            assert {path.resolve() for path in sources} == {path.resolve() for path in made_of[name]}


def test_pip_installed_it(venv):
    assert run(venv, "-c", "import importlib.metadata as m; print(m.version('osier'))") == VERSION + "\n"
    assert run(venv, "-c", "import osier; print(osier.__version__)") == VERSION + "\n"
    assert run(venv, "-m", "pip", "check") == "No broken requirements found.\n"


def test_import(venv):
    code = "import osier.os as os, os as theirs; print(os.stat.__self__.__spec__.name, os.listdir('/') == theirs.listdir('/'))"
    assert run(venv, "-c", code) == "osier._posix True\n"
    assert run(venv, "-c", "import osier.extra; print(osier.extra.uptime() > 0)") == "True\n"


def test_install(venv):
    code = "import shutil, osier; osier.install(); import os; print(shutil.os is os, os.stat.__self__.__spec__.name, os.path.join.__self__)"
    assert run(venv, "-c", code).startswith("True osier._posix <module 'osier._path'")


def test_launcher_and_children(venv):
    code = """
import os, subprocess, sys
print(os.stat.__self__.__spec__.name, flush=True)
subprocess.run([sys.executable, "-c", "import os; print(os.stat.__self__.__spec__.name)"])
"""
    assert run(venv, "-m", "osier", "-c", code) == "osier._posix\nosier._posix\n"


def test_command(venv, build):
    """Beside the interpreter stands the whole command, in C: with every function and verb that a build's has."""
    command = venv.parent / "osier"
    assert command.read_bytes()[:4] == b"\x7fELF"
    assert run(command, "--version").split()[-1] == VERSION
    assert run(command, "--help") == run(build / "osier", "--help")
    assert run(command, "os.path.join", "a", "b") == "a/b\n"


def test_forks(venv):
    """3.12 leaves it to the interpreter's own fork, which install() has replaced by ours."""
    code = """
import os
pid = os.fork()
if pid == 0:
    os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
pid, fd = os.forkpty()
if pid == 0:
    os._exit(4)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
    assert run(venv, "-W", "ignore", "-m", "osier", "-c", code) == "3\n4\n"


@pytest.fixture
def source(sdist, tmp_path):
    """The sources as they come out of the archive."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path)
    return tmp_path / sdist.name.removesuffix(".tar.gz")


def files_of(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture
def quick(build):
    """An environment with the library and the command that are there already."""
    return built(build)


def test_pip_wheel_without_isolation(interpreter, source, quick, tmp_path):
    before = files_of(source)
    run(interpreter, "-m", "pip", "wheel", ".", "--no-build-isolation", "--no-deps", "-w", tmp_path, cwd=source, env=quick)
    assert files_of(source) == before, "a build leaves nothing behind"
    [wheel] = tmp_path.glob("osier-*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    plain = {name for name in packed if name.endswith((".py", ".pyi", "py.typed"))}
    given = {name.removeprefix("python/") for name in before
             if name.startswith("python/osier/") and not name.endswith("meson.build")}
    assert plain == given | MADE, "what the headers say is written when they are built"
    extensions = {f"osier/{name}" for name in ("_posix", "_psutil", "_system", "extra")}
    assert {name.split(".")[0] if name.endswith(".so") else name for name in packed - plain} == {
        *extensions, f"osier-{VERSION}.data/scripts/osier"}


def test_editable(interpreter, source, quick, tmp_path):
    run(interpreter, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--no-deps", "-e", source, env=quick)
    with open(source / "python/osier/__init__.py", "a") as file:
        file.write("\nCHANGED = 1\n")
    assert run(python, "-c", "import osier.os, osier; print(osier.CHANGED)") == "1\n"
    assert run(python.parent / "osier", "os.path.join", "a", "b") == "a/b\n"


def test_no_headers(tmp_path):
    """What somebody without python3-dev is told."""
    code = "import sysconfig; sysconfig.get_path = lambda name: '/nowhere'; import pack; pack.headers()"
    done = subprocess.run([sys.executable, "-B", "-c", code], cwd=TOP / "python", env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 1 and "python3-dev" in done.stderr


def test_older_interpreter():
    """One line says what is needed, in real ones too where they are there."""
    code = "import sys; sys.version_info = (3, 10, 1); sys.path.insert(0, '.'); import pack"
    olders = glob.glob(os.path.expanduser("~/.pyenv/versions/3.[89].*/bin/python3")) + glob.glob(
        os.path.expanduser("~/.pyenv/versions/3.10.*/bin/python3"))
    for python, code in [(sys.executable, code), *((older, "import pack") for older in olders)]:
        done = subprocess.run([python, "-B", "-c", code], cwd=TOP / "python", env=clean_environment(), capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert "osier needs Python 3.11 or later" in done.stderr


def test_no_compiler(tmp_path):
    done = subprocess.run([sys.executable, "-B", "pack.py", "stage", tmp_path], cwd=TOP / "python",
                          env=clean_environment(CC="no-such-compiler"), capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("pack: no program 'no-such-compiler'")


def test_failed_build_leaves_no_wheel(tmp_path):
    """An empty one would be taken for the package."""
    done = subprocess.run([sys.executable, "-B", "pack.py", "wheel", tmp_path], cwd=TOP / "python",
                          env=clean_environment(CC="false"), capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.endswith("pack: the compiler failed\n")
    assert list(tmp_path.iterdir()) == []


def test_make_install_is_imported(build, tmp_path):
    """`make install` puts the package where the interpreter looks."""
    if not (build / "python" / "osier").is_dir():
        pytest.skip("built without the door")
    command = ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", tmp_path]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    [place] = {path.parent.parent for path in tmp_path.rglob("osier/_posix.*.so")}
    code = "import osier.os as os; print(os.stat.__self__.__spec__.name)"
    environment = clean_environment(PYTHONPATH=str(place), PYTHONDONTWRITEBYTECODE="1")
    assert run("/usr/bin/python3", "-c", code, env=environment) == "osier._posix\n"
    installed = {str(path.relative_to(place)) for path in (place / "osier").rglob("*") if path.suffix != ".so" and path.is_file()}
    sys.path.insert(0, str(TOP / "python"))
    import pack

    assert installed == {str(path) for path in pack.package_files()} | MADE
    options = json.loads((build / "meson-info" / "intro-buildoptions.json").read_text())
    [prefix] = [option["value"] for option in options if option["name"] == "prefix"]
    if prefix in ("/usr", "/usr/local"):
        looked = json.loads(run("/usr/bin/python3", "-c", "import sys, json; print(json.dumps(sys.path))"))
        assert "/" + os.path.relpath(place, tmp_path) in looked
