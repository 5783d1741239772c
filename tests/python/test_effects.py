# SPDX-License-Identifier: MIT
"""What a program notices of osier.os beyond results: audit events, signals, depth."""

import os as python_os
import subprocess
import sys

import pytest

from growth import least

import osier.os as os


def answer(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
        return type(result), result
    except BaseException as error:
        return type(error), error.args


def test_makedirs_of_many_components(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "/".join(["d"] * 1500)
    os.makedirs(name)
    assert os.path.isdir(name)
    os.makedirs(name, exist_ok=True)
    with pytest.raises(FileExistsError):
        os.makedirs(name)
    subprocess.run(["rm", "-r", "d"], check=True)


@pytest.mark.parametrize("name", ["a/b/c", "a/b/.", "a/./b", "a/b/", "a", "a/../b", b"x/y", "", "."])
def test_makedirs(name, tmp_path, monkeypatch):
    seen = []
    for module in (os, python_os):
        place = tmp_path / module.stat.__module__
        place.mkdir()
        monkeypatch.chdir(place)
        answers = [answer(module.makedirs, name, 0o750, exist_ok) for exist_ok in (False, True, False)]
        seen.append((answers, sorted((str(p.relative_to(place)), p.stat().st_mode) for p in place.rglob("*"))))
    assert seen[0] == seen[1]


CHAINS = ["a/b/c", "a/b/c/", "a/b/c/.", "a", "a/f", "f", "nowhere/x", "", ".", b"a/b/c", "a//b//c", "a\0b", 5, "a/../a/b/c"]


def compared(tmp_path, monkeypatch, call):
    """What osier.os and os answer, and what there is then."""
    seen = []
    for module in (os, python_os):
        place = tmp_path / module.stat.__module__
        python_os.makedirs(place / "a/b/c")
        python_os.makedirs(place / "full/of")
        (place / "f").write_text("")
        (place / "full/f").write_text("")
        monkeypatch.chdir(place)
        told = answer(call, module)
        seen.append((told, sorted((str(p.relative_to(place)), p.stat().st_mode) for p in place.rglob("*"))))
    return seen


@pytest.mark.parametrize("name", [*CHAINS, "full/of"], ids=repr)
def test_removedirs(name, tmp_path, monkeypatch):
    ours, theirs = compared(tmp_path, monkeypatch, lambda module: module.removedirs(name))
    assert ours == theirs


@pytest.mark.parametrize("old", ["a/b/c", "full/of", "f", "nowhere", b"a/b/c", 5], ids=repr)
@pytest.mark.parametrize("new", ["n/e/w", "a/b/new", "f", "f/x", "full", "n/e/w/", "", b"n/e", "a/b/c/d"], ids=repr)
def test_renames(old, new, tmp_path, monkeypatch):
    ours, theirs = compared(tmp_path, monkeypatch, lambda module: module.renames(old, new))
    assert ours == theirs


def test_errors_of_recursive_functions_name_what_failed(tmp_path, monkeypatch):
    for name in ("f/x/y", "a/b/c/f", "nowhere"):
        for call in (lambda m: m.makedirs(name), lambda m: m.removedirs(name), lambda m: m.renames(name, name + "/x/y")):
            seen = []
            for module in (os, python_os):
                place = tmp_path / (module.stat.__module__ + str(len(list(tmp_path.iterdir()))))
                python_os.makedirs(place / "a/b/c")
                (place / "f").write_text("")
                monkeypatch.chdir(place)
                try:
                    seen.append(call(module))
                except OSError as error:
                    seen.append((type(error), error.filename, error.filename2))
            assert seen[0] == seen[1]


AUDIT = """
import sys, osier.os as os
events = []
sys.addaudithook(lambda name, arguments: events.append((name, arguments)))
{code}
print([event for event in events if event[0].startswith("os.") or event[0] == "open"])
"""


@pytest.mark.parametrize(
    "code, events",
    [
        ("os.mkdir('d', 0o700)", [("os.mkdir", ("d", 0o700, -1))]),
        ("os.makedirs('d/e')", [("os.mkdir", ("d", 0o777, -1)), ("os.mkdir", ("d/e", 0o777, -1))]),
        ("os.makedirs('a/b'); os.removedirs('a/b')",
         [("os.mkdir", ("a", 0o777, -1)), ("os.mkdir", ("a/b", 0o777, -1)), ("os.rmdir", ("a/b", -1)),
          ("os.rmdir", ("a", -1))]),
        ("os.renames('f', 'd/f')", [("os.mkdir", ("d", 0o777, -1)), ("os.rename", ("f", "d/f", -1, -1))]),
        ("os.rename('f', 'g')", [("os.rename", ("f", "g", -1, -1))]),
        ("os.remove('f')", [("os.remove", ("f", -1))]),
        ("os.symlink('x', 'l')", [("os.symlink", ("x", "l", -1))]),
        ("os.link('f', 'l')", [("os.link", ("f", "l", -1, -1))]),
        ("os.chmod('f', 0o600)", [("os.chmod", ("f", 0o600, -1))]),
        ("os.chown('f', -1, -1)", [("os.chown", ("f", 2**32 - 1, 2**32 - 1, -1))]),
        ("os.utime('f')", [("os.utime", ("f", None, None, -1))]),
        ("os.truncate('f', 3)", [("os.truncate", ("f", 3))]),
        ("os.listdir('.')", [("os.listdir", (".",))]),
        ("os.listdir()", [("os.listdir", (None,))]),
        ("os.scandir('.').close()", [("os.scandir", (".",))]),
        ("os.close(os.open('f', 0))", [("open", ("f", None, python_os.O_CLOEXEC))]),
        ("os.putenv('A', 'b')", [("os.putenv", (b"A", b"b"))]),
        ("os.unsetenv('A')", [("os.unsetenv", (b"A",))]),
        ("os.system('true')", [("os.system", (b"true",))]),
        ("os.chdir('.')", [("os.chdir", (".",))]),
        ("os.stat('f'), os.access('f', 0), os.path.exists('f')", []),
    ],
)
def test_audit_events(code, events, tmp_path):
    (tmp_path / "f").write_text("12345")
    done = subprocess.run([sys.executable, "-c", AUDIT.format(code=code)], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
    assert eval(done.stdout) == events


def test_audit_hook_refuses(tmp_path):
    code = """
import sys, osier.os as os
def refuse(name, arguments):
    if name == "os.mkdir": raise RuntimeError("no")
sys.addaudithook(refuse)
try: os.mkdir("d")
except RuntimeError: print(os.path.exists("d"))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_signals_are_handled_while_a_call_waits():
    import signal

    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    a, b = os.pipe()
    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Alarm):
            os.read(a, 1)
        signal.signal(signal.SIGALRM, lambda *_: os.write(b, b"x"))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert os.read(a, 1) == b"x"
    finally:
        signal.signal(signal.SIGALRM, before)
        os.close(a), os.close(b)


def test_no_leaks(tmp_path):
    def work():
        list(os.scandir(tmp_path)), os.listdir(b"/"), os.stat("/"), os.statvfs("/"), os.uname(), os.getgroups()
        answer(os.stat, "/nowhere"), answer(os.stat, 1.5), answer(os.mkdir), answer(os.mkdir, "a", b=1)
        answer(os.writev, 1, [b"", 5]), answer(os.setgroups, [1, "a"]), os.sched_getaffinity(0)
        [entry.stat() for entry in os.scandir("/")]

    assert least(work, 200, before=50)[0] < 100
