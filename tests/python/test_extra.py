# SPDX-License-Identifier: MIT
"""osier.extra, which is made from the headers: what it has, takes, gives and refuses, and what its stub says of it."""

import inspect
import json
import os
import pathlib
import pickle
import stat
import subprocess
import sys

import pytest

from osier import extra

BUILD = pathlib.Path(os.environ.get("OSIER_BUILD", pathlib.Path(__file__).parents[2] / "build"))
FUNCTIONS = {name for name, value in vars(extra).items() if callable(value) and not isinstance(value, type) and name[0] != "_"}


def command(*words):
    done = subprocess.run([BUILD / "osier", *words, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def plain(value):
    """A record as JSON has it."""
    if isinstance(value, tuple):
        return {name: plain(getattr(value, name)) for name in type(value).__match_args__}
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_every_function_that_python_lacks_is_here():
    contract = json.loads((BUILD / "contract.json").read_text())
    functions = [one for header in contract["headers"] if not header["verbs"] for one in header["entries"] if one["kind"] == "function"]
    lacking = [one for one in functions if not one["pythons"] or one["pythons"][0].startswith("no:")]
    called = [one for one in lacking if one["shell"]["kind"] == "call" and not one["shell"]["custom"]]
    assert FUNCTIONS == {one["name"].removeprefix("os_") for one in called}
    assert len(FUNCTIONS) >= 29


def test_the_stub_says_what_is_there():
    pytest.importorskip("mypy")
    place = str(pathlib.Path(extra.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": place, "MYPYPATH": place}
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "osier.extra"], env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("Success"), done.stdout


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_found_and_described(name):
    function = getattr(extra, name)
    assert (function.__module__, function.__qualname__) == ("osier.extra", name)
    assert function.__doc__ and inspect.signature(function) is not None
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize(
    "name, words",
    [
        ("limits", ()),
        ("net_routes", ()),
        ("net_rules", ()),
        ("modules", ()),
        ("virtualization", ()),
        ("umask_get", ()),
        ("available_cpus", ()),
        ("sched_rr_get_interval_ns", (0,)),
    ],
)
def test_answers_are_those_of_the_command(name, words):
    theirs = command("os." + name, *map(str, words))
    ours = plain(getattr(extra, name)(*words))
    if name == "limits":  # numbers beyond a double are text there
        theirs = [{**one, "soft": int(one["soft"]), "hard": int(one["hard"])} for one in theirs]
    assert ours == theirs


def test_records():
    pressure = extra.pressure("io")
    assert type(pressure.some) is extra.pressure_line and 0 <= pressure.some.avg10 <= 100
    assert isinstance(pressure.full.total, int)
    assert pickle.loads(pickle.dumps(pressure)) == pressure
    numbers = extra.meminfo()
    assert numbers["MemTotal"] >= numbers["MemFree"] > 0
    assert extra.uptime() > 0 and extra.available_memory() > 0


def test_a_value_that_was_not_read_is_none():
    [setting] = extra.settings("hostname")
    assert setting.value and setting.name
    [setting] = extra.settings("sysctl", "vm.swappiness")
    assert setting.value.isdigit()
    assert [setting.configured, setting.source] == [None, None] or setting.source.startswith("/")
    with pytest.raises(FileNotFoundError, match="no.such.name"):
        extra.settings("sysctl", "no.such.name")


def test_options_are_passed_on(tmp_path):
    for place in "a/b", "c":
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "a/b/f").write_bytes(b"x" * 10000)
    (tmp_path / "c/g").write_bytes(b"x")
    usage = extra.tree_usage(tmp_path)
    assert (usage.apparent, usage.files, usage.directories) == (10001, 2, 4)
    assert usage.list == []
    usage = extra.tree_usage(str(tmp_path), depth=2, files=True, top=3, apparent=True, threads=1)
    assert [entry.path for entry in usage.list] == [str(tmp_path), f"{tmp_path}/a", f"{tmp_path}/a/b"]
    extra.chmodtree(tmp_path, 0o640, 0o750)
    assert stat.S_IMODE((tmp_path / "a/b/f").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o750
    extra.chmodtree(tmp_path, 0o600)  # directories stay as they are
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o750


def test_files(tmp_path):
    a, b = tmp_path / "a", os.fsencode(tmp_path / "b")
    extra.write_file(a, b"one\0", mode=0o600)
    extra.write_file(b, memoryview(b"two"))
    assert stat.S_IMODE(a.stat().st_mode) == 0o600
    extra.write_file(a, b"One", keep_mode=True)
    assert stat.S_IMODE(a.stat().st_mode) == 0o600 and extra.read_file(a) == b"One"
    with pytest.raises(FileExistsError):
        extra.write_file(a, b"", noreplace=True)
    extra.rename_exchange(a, b)
    assert (extra.read_file(a), extra.read_file(b)) == (b"two", b"One")
    directory = os.open(tmp_path, os.O_RDONLY)
    extra.renameat2("a", "c", directory, directory)
    assert sorted(os.listdir(tmp_path)) == ["b", "c"]
    os.close(directory)
    with open(tmp_path / "b", "r+b") as file:
        extra.fallocate(file, 0, 0, 8192)
        assert os.stat(file.fileno()).st_size == 8192


def test_errors_have_names(tmp_path):
    missing, there = tmp_path / "missing", tmp_path / "there"
    there.write_text("")
    with pytest.raises(FileNotFoundError) as raised:
        extra.read_file(os.fsencode(missing))
    assert raised.value.filename == os.fsencode(missing)
    with pytest.raises(FileExistsError) as raised:
        extra.rename_noreplace(there, there)
    assert (raised.value.filename, raised.value.filename2) == (str(there), str(there))


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda: extra.pressure("disk"), (ValueError, "'disk' is none of 'CPU', 'MEMORY', 'IO', 'IRQ'")),
        (lambda: extra.pressure(3), (TypeError, "")),
        (lambda: extra.read_file(), (TypeError, "")),
        (lambda: extra.read_file("a\0b"), (ValueError, "null")),
        (lambda: extra.write_file("a", "text"), (TypeError, "bytes-like")),
        (lambda: extra.tree_usage("/nowhere", 3), (TypeError, "")),
        (lambda: extra.limits(2**40), (OverflowError, "")),
        (lambda: extra.uptime(1), (TypeError, "")),
    ],
)
def test_mistakes(call, error):
    with pytest.raises(error[0], match=error[1]):
        call()


AUDIT = """
import sys
from osier import extra
seen = []
sys.addaudithook(lambda event, arguments: seen.append((event, arguments)) if event.startswith("osier.") else None)
extra.uptime()
extra.disk_usage_timeout("/", 5)
print(seen)
"""


def test_audit_events():
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(extra.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", AUDIT], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[('osier.uptime', ()), ('osier.disk_usage_timeout', ('/', 5))]\n"


def test_no_memory_stays(tmp_path):
    import tracemalloc

    def rounds(count):
        for _ in range(count):
            extra.limits(), extra.tree_usage(tmp_path), extra.meminfo()
            with pytest.raises(ValueError):
                extra.pressure("x")

    rounds(20)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    rounds(200)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 20000
