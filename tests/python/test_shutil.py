# SPDX-License-Identifier: MIT
"""osier.shutil does what the interpreter's own shutil does."""

import errno
import genericpath
import inspect
import os
import posixpath
import re
import shutil as python_shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest.mock

import pytest

from growth import least

import osier.shutil as shutil
from osier import _posix, _shutil

BOTH = [shutil, python_shutil]
FAST = ["rmtree", "copytree", "copyfile", "copy2", "move", "which"]


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


@pytest.fixture(params=[0, 1, 2])
def threads(request, monkeypatch):
    monkeypatch.setattr(_shutil, "threads", request.param)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant():
    for name in ("t/a/b/c", "t/a/d", "t/x", "t/é", "other/in"):
        os.makedirs(name)
    for name in ("t/f", "t/a/f1.o", "t/a/f2", "t/a/b/f3", "t/x/1", "t/é/ß", b"t/\xff", "other/g"):
        with open(name, "w") as file:
            file.write("content of " + repr(name))
        os.utime(name, ns=(10**18 + 123456789, 10**18 + 987654321))
    os.chmod("t/f", 0o4751)
    os.chmod("t/a/b", 0o2705)
    os.chmod("t/x/1", 0o400)
    for name, target in {"t/a/link": "../../other", "t/x/file": "1"}.items():
        os.symlink(target, name)


def listing(top):
    """What is at a path, and below."""
    result = {}

    def see(path):
        try:
            st = os.lstat(path)
        except OSError as error:
            result[path] = error.errno
            return
        what = None
        if stat.S_ISREG(st.st_mode):
            with open(path, "rb") as file:
                what = file.read()
        elif stat.S_ISLNK(st.st_mode):
            what = os.readlink(path)
        elif stat.S_ISDIR(st.st_mode):
            what = sorted(os.listdir(path))
            for name in what:
                see(os.path.join(path, name))
        names = os.listxattr(path, follow_symlinks=False)
        attributes = [os.getxattr(path, name, follow_symlinks=False) for name in names if name.startswith("user.")]
        time = st.st_mtime_ns if st.st_mtime_ns < 15 * 10**17 else None  # not those of now
        result[path] = st.st_mode, what, attributes, time

    see(top)
    return result


def told(function, *args, **names):
    try:
        result = function(*args, **names)
    except python_shutil.Error as error:
        return type(error), sorted(error.args[0], key=repr)
    except OSError as error:
        return type(error), error.errno, error.filename, error.filename2, str(error)
    except Exception as error:
        return type(error), str(error)
    return type(result), result


def both(monkeypatch, here, name, *args, prepare=plant, **names):
    """What both modules answer, each in a directory of its own, and what there is then."""
    answers = []
    for module in BOTH:
        place = here / ("ours" if module is shutil else "theirs")
        place.mkdir()
        monkeypatch.chdir(place)
        prepare()
        answers.append((told(getattr(module, name), *args, **names), listing(".")))
    return answers


def same(*args, **names):
    ours, theirs = both(*args, **names)
    assert ours == theirs


# ---------------------------------------------------------------- the module


def test_names():
    assert set(vars(python_shutil)) - set(vars(shutil)) <= {"__cached__"}
    assert shutil.__all__ == python_shutil.__all__
    for name in FAST:
        ours, theirs = getattr(shutil, name), getattr(python_shutil, name)
        assert str(inspect.signature(ours)).split(" at ")[0] == str(inspect.signature(theirs)).split(" at ")[0]
        assert (ours.__doc__, ours.__module__, ours.__qualname__) == (theirs.__doc__, "osier.shutil", name)
        assert ours.__code__ is not theirs.__code__
    assert shutil.rmtree.avoids_symlink_attacks is True
    for name in ("Error", "SameFileError", "SpecialFileError", "ExecError", "ReadError"):
        assert getattr(shutil, name) is getattr(python_shutil, name)


@pytest.mark.parametrize("before", ["", "import shutil; "])
def test_installed(before):
    code = (before + "import osier; osier.install(); import shutil; print(shutil.rmtree.__globals__['__name__'], "
            "shutil.os.stat.__self__.__spec__.name, sum('shutil' in getattr(f, 'names', ()) for f in sys.meta_path))")
    done = subprocess.run([sys.executable, "-c", "import sys; " + code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("osier._shutil osier._posix 0\n", "")


# ---------------------------------------------------------------- rmtree


@pytest.mark.parametrize("path", ["t", "t/", b"t", Path("t"), "t/a/link", "t/f", "nowhere", "", "t/a/link/", 5, None,
                                  "a\0b", "t/\udcff"], ids=repr)
@pytest.mark.parametrize("ignore_errors", [False, True])
def test_rmtree(monkeypatch, here, path, ignore_errors, threads):
    same(monkeypatch, here, "rmtree", path, ignore_errors)


def test_rmtree_from_a_descriptor(here):
    plant()
    fd = os.open("t", os.O_RDONLY)
    try:
        shutil.rmtree("a", dir_fd=fd)
        assert sorted(os.listdir("t"))[0] == "f"
        with pytest.raises(FileNotFoundError):
            shutil.rmtree("a", dir_fd=fd)
    finally:
        os.close(fd)


def test_rmtree_tells_handlers(here):
    calls = {}
    for module in BOTH:
        seen = calls[module] = []
        module.rmtree("nowhere", onerror=lambda f, path, info: seen.append((f.__name__, path, info[0])))
        if sys.version_info >= (3, 12):
            module.rmtree("nowhere", onexc=lambda f, path, error: seen.append((f.__name__, path, type(error))))
    assert calls[shutil] == calls[python_shutil] != []


ROOT = """
import errno, sys
import osier.shutil as shutil, osier.os as os
os.chroot(".")
os.chdir("/")
if sys.argv[1] == "audited":
    sys.addaudithook(lambda name, arguments: None)
for path in ("/", "//", "/usr/..", b"/", "link/"):
    try:
        shutil.rmtree(path)
    except OSError as error:
        assert (error.errno, error.filename) == (errno.EBUSY, path), error
    else:
        raise AssertionError(path)
assert os.path.isfile("/usr/file")
"""


@pytest.mark.parametrize("how", ["plain", "audited"])
def test_rmtree_leaves_the_root_alone(here, how):
    """In a root of its own: what fails here would remove the machine. With an audit hook, too, where Python's does the work."""
    os.mkdir("usr")
    open("usr/file", "w").close()
    os.symlink("/", "link")
    if os.getuid() != 0:
        pytest.skip("only root has another root")
    done = subprocess.run([sys.executable, "-B", "-c", ROOT, how], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_rmtree_deep(here):
    code = "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"
    subprocess.run([sys.executable, "-c", code], check=True)
    shutil.rmtree("d")
    assert not os.path.exists("d")


def test_rmtree_is_interrupted(here):
    """A handler's exception ends the work, however long it would have taken."""
    code = """
import osier.shutil as shutil, signal, os
os.mkdir("t")
for i in range(30000): os.close(os.open(f"t/{i}", os.O_CREAT | os.O_WRONLY))
shutil.rmtree.__globals__["threads"] = 1
class Alarm(Exception): pass
def ring(*_): raise Alarm
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.001)
try: shutil.rmtree("t")
except Alarm: print("rung", os.path.isdir("t"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "" and done.stdout.startswith("rung")


# ---------------------------------------------------------------- copytree


@pytest.mark.parametrize("src", ["t", "t/", b"t", Path("t"), "t/a/link", "nowhere", "t/f", 5], ids=repr)
@pytest.mark.parametrize("symlinks", [False, True])
def test_copytree(monkeypatch, here, src, symlinks, threads):
    same(monkeypatch, here, "copytree", src, b"new" if src == b"t" else "new", symlinks)


@pytest.mark.parametrize("dst", ["n/e/w", "t", "t/new", "t/a", "t/a/new/er", "other", "t/f", "other/", "", "t/f/x", b"n"],
                         ids=repr)
@pytest.mark.parametrize("dirs_exist_ok", [False, True])
def test_copytree_to(monkeypatch, here, dst, dirs_exist_ok, threads):
    if dst in ("t/a/new/er", "t/a") and (dirs_exist_ok or dst != "t/a"):
        pytest.skip("Python's copies into its own copy until names become too long")
    same(monkeypatch, here, "copytree", "t", dst, symlinks=True, dirs_exist_ok=dirs_exist_ok)


@pytest.mark.parametrize("patterns", [("*.o",), ("f*", "b"), (), ("?",), ("[ab]*",), ("é",), ("*.o", "nothing")])
def test_copytree_ignoring(monkeypatch, here, patterns):
    for which in BOTH:
        ignore = which.ignore_patterns(*patterns)
        for names in (("t", "new"), (b"t", b"new")):
            for place in ("ours", "theirs"):
                python_shutil.rmtree(here / place, ignore_errors=True)
            same(monkeypatch, here, "copytree", *names, ignore=ignore)


def test_copytree_with_functions(monkeypatch, here):
    same(monkeypatch, here, "copytree", "t", "new", ignore=lambda path, names: [n for n in names if n.startswith("f")])
    seen = []
    shutil.copytree("t", "more", copy_function=lambda src, dst: seen.append((src, dst)))
    assert ("t/f", "more/f") in seen
    for function in ("copy", "copyfile", "copy2"):
        shutil.copytree("t", function, copy_function=getattr(shutil, function))
        assert os.path.exists(function + "/f")


def spoil():
    plant()
    os.symlink("nowhere", "t/dangling")
    os.symlink("loop", "t/a/loop")
    os.mkfifo("t/x/pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("t/a/socket")


@pytest.mark.parametrize("symlinks", [False, True])
@pytest.mark.parametrize("dangling", [False, True])
def test_copytree_tells_what_failed(monkeypatch, here, symlinks, dangling, threads):
    same(monkeypatch, here, "copytree", "t", "new", symlinks, ignore_dangling_symlinks=dangling, prepare=spoil)


def occupy():
    plant()
    os.makedirs("new/a/f2")
    os.makedirs("new/é")
    os.mkdir("new/f")
    for name in ("new/x", "new/a/b"):
        open(name, "w").close()
    os.symlink("../elsewhere", "new/é/ß")


def test_copytree_into_what_is_in_the_way(monkeypatch, here, threads):
    same(monkeypatch, here, "copytree", "t", "new", dirs_exist_ok=True, prepare=occupy)


def nest():
    plant()
    os.makedirs("t/t/a")
    os.mkfifo("t/t/pipe")
    os.mkfifo("t/t/a/pipe")


def test_copytree_out_of_the_target(monkeypatch, here):
    same(monkeypatch, here, "copytree", "t/t", "t", dirs_exist_ok=True, prepare=nest)


def test_as_somebody_else():
    """Errors and handlers, where permissions are lacking."""
    if os.getuid():
        pytest.skip("only root can be somebody else")
    code = """
import {module} as shutil
import os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
def text(function, *args, **names):
    try: return function(*args, **names)
    except shutil.Error as error: return sorted(error.args[0])
    except OSError as error: return type(error), error.filename
seen = []
print(text(shutil.copytree, "t", "new"), os.path.exists("new/x/1"))
print(text(shutil.copyfile, "t/f", "n"), text(shutil.copy2, "t/x/1", "t/y"), text(shutil.copytree, "t/a", "m"))
print(text(shutil.rmtree, "t", onerror=lambda f, path, info: seen.append((f.__name__, path, info[0]))), sorted(seen))
print(text(shutil.rmtree, "t/x/own"), text(shutil.rmtree, "t/a/b", True), text(shutil.rmtree, "t/a"))
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answers = []
    for module in ("osier.shutil", "shutil"):
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o777)
            os.chdir(place)
            plant()
            os.chmod("t/x/1", 0o444)
            os.makedirs("t/x/own/ed")
            os.chmod("t/a", 0)
            os.chmod("t/f", 0)
            done = subprocess.run([sys.executable, "-c", code.format(module=module)], capture_output=True, text=True, env=env)
            os.chdir("/")
        answers.append((done.stdout, done.stderr))
    assert answers[0] == answers[1]
    assert answers[0][1] == ""


def test_move(monkeypatch, here):
    same(monkeypatch, here, "move", "t", "other")


@pytest.mark.parametrize("src, dst", [("t", "new"), ("t", ""), ("t/f", "file"), ("t/f", "there"), ("t/a/link", "link"),
                                      (b"t/f", b"bytes"), (Path("t"), "new"), ("nowhere", "new"), ("t", "t")])
def test_move_to_another_file_system(here, elsewhere, src, dst):
    answers = []
    for module in BOTH:
        name = str(module is shutil)
        place, new = here / name, os.path.join(elsewhere, name)
        place.mkdir()
        os.mkdir(new)
        os.chdir(place)
        plant()
        os.mkdir(os.path.join(new, "there"))
        with open(os.path.join(new, "file"), "w") as file:
            file.write("older")
        target = os.path.join(new, os.fsdecode(dst))
        answer = told(module.move, src, os.fsencode(target) if isinstance(dst, bytes) else target)
        answers.append((str(answer).replace(new, "NEW"), listing(".")))
        os.chdir(new)
        answers[-1] += (listing("."),)
    assert answers[0] == answers[1]


def test_move_leaves_what_it_has_not_copied(here, elsewhere):
    """Somebody creates files all the while: each is in the copy, or where it was made."""
    creator = subprocess.Popen([sys.executable, "-c", """
import itertools, sys
import os
os.makedirs("t")
print(flush=True)
for i in itertools.count():
    try: open(f"t/new{i}", "x").close()
    except FileNotFoundError: sys.exit(print(i))
"""], stdout=subprocess.PIPE, text=True)
    creator.stdout.readline()
    for top in range(200):
        os.makedirs(f"t/{top}")
        open(f"t/{top}/f", "w").close()
    while not os.path.exists("t/new0"):
        pass
    try:
        shutil.move("t", elsewhere)
    except OSError as error:
        assert error.errno == errno.EBUSY
        python_shutil.move("t", "rest")
    made = int(creator.communicate()[0])
    places = [os.path.join(elsewhere, "t"), "rest"]
    assert all(any(os.path.exists(f"{place}/new{i}") for place in places) for i in range(made))


# ---------------------------------------------------------------- copyfile, copy2


FILES = ["t/f", "t/x/file", "t/a", "nowhere", "t/x/pipe", "t/dangling", "t/a/loop", "t/a/socket", b"t/f", Path("t/f"),
         "/proc/self/limits", "a\0b", 987]  # a descriptor that is open would be closed
TARGETS = ["new", "t/f", "t/x/1", "t/a", "nowhere/new", "t/x/pipe", "t/dangling", "t/a/link/new", "new/", Path("new"),
           "t/x/file", b"new2"]


@pytest.mark.parametrize("name", ["copyfile", "copy2"])
@pytest.mark.parametrize("src", FILES, ids=repr)
def test_copies(monkeypatch, here, name, src):
    for follow in (True, False):
        answers = {module: [] for module in BOTH}
        for module in BOTH:
            place = here / f"{module is shutil}{follow}"
            place.mkdir()
            monkeypatch.chdir(place)
            spoil()
            for dst in TARGETS:
                answers[module].append((dst, told(getattr(module, name), src, dst, follow_symlinks=follow)))
            answers[module].append(listing("."))
        assert answers[shutil] == answers[python_shutil]


def test_copy_of_an_entry(here):
    plant()
    entry = next(entry for entry in os.scandir("t") if entry.name == "f")
    assert shutil.copy2(entry, "new") == "new"
    assert listing("new")["new"] == listing("t/f")["t/f"]


def test_copies_of_somebody_elses_programs_are_not_privileged(here):
    if os.getuid():
        pytest.skip("only root owns copies of what somebody else can run as")
    os.mkdir("t")
    for name, owner in (("t/own", 0), ("t/foreign", 1234)):
        open(name, "w").close()
        os.chown(name, owner, owner)
        os.chmod(name, 0o6755)
    shutil.copytree("t", "new")
    assert [stat.S_IMODE(os.stat("new/" + name).st_mode) for name in ("own", "foreign")] == [0o6755, 0o755]
    shutil.copy2("t/foreign", "copy")
    assert stat.S_IMODE(os.stat("copy").st_mode) == 0o755


def test_large_and_empty_files(here):
    for size in (0, 1, 65536, 3 * 2**20 + 7):
        data = os.urandom(size)
        with open("f", "wb") as file:
            file.write(data)
        shutil.copyfile("f", "g")
        with open("g", "rb") as file:
            assert file.read() == data


# ---------------------------------------------------------------- which


SEARCH = ["bin", "bin:other", "other:bin", ":bin", "bin:", ":", "", "nowhere:bin", "bin/", "bin//:bin", "é", ".", b"bin",
          Path("bin"), None, "a\0b", 5]


@pytest.mark.parametrize("path", SEARCH, ids=repr)
def test_which(here, path, monkeypatch):
    for name in ("bin", "other", "é", "bin/directory"):
        os.mkdir(name)
    for name, mode in {"bin/run": 0o755, "bin/data": 0o644, "other/run": 0o755, "é/run": 0o755, "here": 0o755}.items():
        open(name, "w").close()
        os.chmod(name, mode)
    monkeypatch.setenv("PATH", "other:bin")
    for cmd in ("run", "data", "directory", "here", "nothing", "bin/run", "./here", "", ".", b"run", Path("run"), 5, "a\0"):
        for mode in (os.X_OK, os.F_OK, os.R_OK, "x"):
            assert told(shutil.which, cmd, mode, path) == told(python_shutil.which, cmd, mode, path), (cmd, mode)


def test_which_without_path(monkeypatch):
    for value in (None, "", ":"):
        monkeypatch.delenv("PATH") if value is None else monkeypatch.setenv("PATH", value)
        assert shutil.which("ls") == python_shutil.which("ls")


# ---------------------------------------------------------------- what is noticed on the way


AUDIT = """
import sys
import {module} as shutil
events = []
sys.addaudithook(lambda name, arguments: name.startswith(("os.", "open", "shutil.")) and events.append((name, arguments)))
shutil.copytree("t", "{place}"), shutil.copyfile("t/f", "f"), shutil.copy2("t/f", "f"), shutil.rmtree("{place}")
print(*map(repr, events), sep=", ")
"""


def test_audit_events(here):
    plant()

    def events(module, place):
        code = AUDIT.format(module=module, place=place)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stderr == ""
        return re.sub(r"\d{19}", "time", done.stdout.replace(place, "there"))

    ours, theirs = events("osier.shutil", "new1"), events("shutil", "new2")
    assert ours == theirs and ours.count("shutil.copyfile") > 7


def test_functions_put_in_place_of_others_are_called(monkeypatch, here):
    plant()
    seen = []
    copyfile, unlink = shutil.copyfile, shutil.os.unlink
    monkeypatch.setattr(shutil, "copyfile", lambda src, dst, **names: seen.append(dst) or copyfile(src, dst, **names))
    monkeypatch.setattr(shutil.os, "unlink", lambda name, **names: seen.append(name) or unlink(name, **names))
    shutil.copy2("t/f", "new")
    shutil.copytree("t/x", "more")
    shutil.rmtree("more")
    assert seen[0] == "new" and set(seen[1:]) == {"more/1", "more/file", "1", "file"}


def names_in(function, seen):
    """The names that a Python function looks up, and those that it calls of shutil and os.path."""
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, type(code))]
        for name in set(code.co_names) - seen:
            seen.add(name)
            for namespace in (vars(python_shutil), vars(posixpath), vars(genericpath)):
                if inspect.isfunction(namespace.get(name)):
                    names_in(namespace[name], seen)
    return seen


@pytest.mark.parametrize("name", ["rmtree", "copyfile", "copy2", "copytree"])
def test_everything_that_is_called_is_watched(name):
    """What this version calls, whose replacement by a program has to be noticed."""
    used = names_in(getattr(python_shutil, name), set())
    for namespace, watched, others in (
        (vars(os), _shutil.OS, {"path", "fspath", "fsdecode", "fsencode", "read", "readinto", "write", "getcwd", "getcwdb"}),
        (vars(python_shutil), _shutil.SHUTIL, {"rmtree", "copytree", "copyfile", "copy", "copy2"}),
    ):
        called = {item for item in used if item in namespace and callable(namespace[item]) and
                  not isinstance(namespace[item], type) and not item.startswith("WIF")}
        assert called - set(watched) - others == set()


def test_a_replaced_open_is_called(here):
    (here / "a").write_text("a")
    for module in BOTH:
        with unittest.mock.patch("builtins.open", side_effect=PermissionError(13, "no")) as fake:
            with pytest.raises(PermissionError):
                module.copyfile("a", "b")
        assert fake.called and not (here / "b").exists()


def test_rmtree_passes_on_what_it_does_not_know(here):
    """As tempfile does in some versions, with a name of its own."""
    for module in BOTH:
        os.mkdir("d")
        with pytest.raises(TypeError):
            module.rmtree("d", unknown=1)
        with pytest.raises(TypeError):
            module.rmtree("d", False, None, None)
        with pytest.raises(TypeError):
            module.rmtree("d", False, None, onerror=None)
        module.rmtree("d", False, None, dir_fd=None)
        assert not os.path.exists("d")
        assert inspect.signature(module.rmtree) == inspect.signature(python_shutil.rmtree)


def test_temporary_directories_go(here):
    code = "import tempfile; d = tempfile.TemporaryDirectory(); open(d.name + '/f', 'w').close(); d.cleanup(); import os; print(os.path.exists(d.name))"
    done = subprocess.run([sys.executable, "-m", "osier", "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_no_descriptor_and_no_memory_stays(here):
    spoil()

    def work():
        told(shutil.copytree, "t", "new"), told(shutil.rmtree, "new"), told(shutil.rmtree, "new"), _posix._audited()
        told(shutil.copytree, "t", "t"), told(shutil.copyfile, "t/f", "t/f"), told(shutil.copy2, "t/f", 5)
        told(shutil.copytree, "t", "new", ignore=shutil.ignore_patterns("*.o", "x")), told(shutil.rmtree, "new")

    blocks, descriptors = least(work, 60, before=10)
    assert blocks < 50 and descriptors == 0
