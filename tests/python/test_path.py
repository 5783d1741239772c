# SPDX-License-Identifier: MIT
"""osier's os.path answers whatever it is asked as the interpreter's own posixpath does."""

import errno
import inspect
import os
import posixpath
import pwd
import random
import subprocess
import sys
import types
import warnings

import pytest

TEXT = ["basename", "dirname", "isabs", "isdevdrive", "isjunction", "normcase", "normpath", "split", "splitdrive",
        "splitext", "splitroot"]
DISK = ["abspath", "exists", "getatime", "getctime", "getmtime", "getsize", "isdir", "isfile", "islink", "ismount",
        "lexists", "realpath"]
OTHER = ["commonpath", "commonprefix", "expanduser", "expandvars", "join", "relpath", "samefile", "sameopenfile",
         "samestat"]
# What is Python code in this interpreter: later ones have some of it in C themselves, which stays.
BUILTIN = [name for name in TEXT + DISK + OTHER if isinstance(getattr(posixpath, name, None), types.FunctionType) and
           (name != "commonprefix" or sys.version_info < (3, 15))]


class Text(str):
    def __str__(self):
        return "other"


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


class Bad:
    def __fspath__(self):
        raise ZeroDivisionError("bad")


def answer(function, *args, **names):
    """What a call gives or raises, so that it can be compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = function(*args, **names)
        except Exception as error:
            told = (error.errno, error.filename, error.filename2) if isinstance(error, OSError) else str(error)
            return type(error), told
    return type(result), [type(part) for part in result] if isinstance(result, tuple) else None, result


def same(paths, name, /, *args, **names):
    ours = answer(getattr(paths, name), *args, **names)
    theirs = answer(getattr(posixpath, name), *args, **names)
    assert ours == theirs, (name, args, names)


# ---- what it is ----


def test_every_name(paths):
    assert set(dir(paths)) == set(dir(posixpath))
    assert paths.__all__ == posixpath.__all__


@pytest.mark.parametrize("name", BUILTIN)
def test_builtin(paths, name):
    ours, theirs = getattr(paths, name), getattr(posixpath, name)
    assert type(ours) is types.BuiltinFunctionType
    assert ours.__name__ == name
    assert ours.__doc__ == theirs.__doc__
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))


def test_generic_functions_are_the_same():
    from osier.path import assemble

    genericpath, paths = assemble()
    assert genericpath.exists is paths.exists
    assert genericpath.os is os and paths.genericpath is genericpath


def test_strict_realpath_through_a_long_path(tmp_path, monkeypatch):
    """Links that lead through a path beyond PATH_MAX and back: refused, as tarfile's filters expect."""
    from osier import os as ours

    monkeypatch.chdir(tmp_path)
    top = os.open(".", os.O_RDONLY)
    short, long = "a", "d" * 247
    for name in "abcdefghijklmnopq":
        os.mkdir(long)
        os.symlink(long, name)
        os.chdir(long)
    os.symlink("../" * 17, "back")
    os.fchdir(top)
    os.close(top)
    path = "/".join("abcdefghijklmnopq") + "/back"
    assert ours.path.realpath(path) == str(tmp_path)
    for strict in (True, getattr(os.path, "ALLOW_MISSING", True)):
        with pytest.raises(OSError) as caught:
            ours.path.realpath(path, strict=strict)
        assert caught.value.errno == errno.ENAMETOOLONG
        assert ours.path.realpath(short, strict=strict) == os.path.realpath(short, strict=strict) == str(tmp_path / long)
    subprocess.run(["rm", "-r", tmp_path / long], check=True)


def test_interpreter_is_left_alone():
    from osier.path import assemble

    before = [sys.modules[name] for name in ("os", "posixpath", "genericpath")], posixpath.join
    assemble()
    assert before == ([sys.modules[name] for name in ("os", "posixpath", "genericpath")], posixpath.join)


# ---- what it answers ----

PARTS = ["", "/", "//", "///", ".", "..", "a", "b", ".x", "a.b", "a.tar.gz", "...", "é", "日本", "\udcc3", "\udcc3\udca9",
         "\ud800", "\0", " ", "~", "$HOME", "${HOME}", "${", "$", "}", "$é", "${é}", "\n", "x" * 300, "😀.txt"]


def random_text(random):
    text = "".join(random.choice(PARTS + ["/"] * 8) for _ in range(random.randrange(8)))
    return text


def random_path(random):
    """A path of any type that os.path takes, and sometimes of one that it doesn't."""
    text = random_text(random)
    kind = random.randrange(20)
    if kind < 10:
        return text
    data = text.encode("utf-8", "surrogatepass") if random.randrange(3) else os.urandom(random.randrange(9))
    if kind < 16:
        return data
    return [Text(text), Path(text), Path(data), random.choice([None, 3, 1.5, [], bytearray(b"a"), Path(3), Bad()])][kind - 16]


@pytest.mark.parametrize("name", [name for name in TEXT + ["abspath", "realpath", "expanduser", "expandvars"]
                                  if name in BUILTIN])
def test_one_path(paths, name):
    generator = random.Random(name)
    for _ in range(3000):
        same(paths, name, random_path(generator))


def test_join(paths):
    generator = random.Random(1)
    for _ in range(6000):
        same(paths, "join", *[random_path(generator) for _ in range(generator.randrange(12))])
    for _ in range(6000):
        same(paths, "join", *[random_text(generator) for _ in range(generator.randrange(5))])


@pytest.mark.parametrize("name", ["commonpath", "commonprefix"])
def test_common(paths, name):
    generator = random.Random(2)
    kinds = [list, tuple, iter, lambda x: {i: 0 for i in x}]
    for _ in range(5000):
        pick = generator.choice([random_path, random_text, lambda r: random_text(r).encode("utf-8", "surrogatepass")])
        items = [pick(generator) for _ in range(generator.randrange(5))]
        items = [item for item in items if getattr(type(item), "__hash__")]
        kind = generator.choice(kinds)
        assert answer(getattr(paths, name), kind(items)) == answer(getattr(posixpath, name), kind(items)), items
    same(paths, name, ["/%d/a" % (i // 1000) for i in range(1000)])
    same(paths, name, None)


def test_relpath(paths):
    generator = random.Random(3)
    for _ in range(4000):
        same(paths, "relpath", random_path(generator))
        same(paths, "relpath", random_path(generator), random_path(generator))
        same(paths, "relpath", random_text(generator), random_text(generator))
        same(paths, "relpath", random_text(generator), start=random_text(generator))


def test_huge(paths):
    for path in ("a/" * 200000, "/" * 100000, "../" * 50000, "é/" * 50000, "x" * 1000000 + ".y"):
        for kind in (path, path.encode()):
            for name in TEXT + ["abspath"]:
                if hasattr(posixpath, name):
                    same(paths, name, kind)
            same(paths, "join", kind, kind)
            same(paths, "exists", kind)


def test_wrong_calls(paths):
    for name in BUILTIN:
        for args in ((), (1,), ("a", "b", "c", "d"), (None,), (Bad(),), ("a", b"b"), (b"a", "b"), ("a", 5), (["a", b"b"],)):
            same(paths, name, *args)
        same(paths, name, "a", nonsense=1)
        same(paths, name, "a", path="b")
        for keyword in ("p", "s", "path", "a", "filename", "m", "paths"):
            same(paths, name, **{keyword: "/usr/./lib"})


def test_subclasses(paths):
    for name in TEXT + ["abspath", "expanduser", "expandvars"]:
        if hasattr(posixpath, name):
            same(paths, name, Text("/a/b.c"))
            same(paths, name, Text("b"))
    same(paths, "join", Text("a"), Text("b"))


def test_identity(paths):
    path = "abc.txt"
    assert paths.basename(path) is path
    assert paths.normcase(path) is path
    assert paths.expanduser(path) is path
    assert paths.expandvars(path) is path


# ---- the disk ----


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A directory with a bit of everything in it, which is the current one."""
    (tmp_path / "dir" / "sub").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "dir" / "é").write_text("")
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):
        pass
    links = {"link": "file", "todir": "dir", "dangling": "nothing", "loop": "loop", "a": "b", "b": "a", "up": "dir/..",
             "deep": "todir/sub/../../link", "abs": str(tmp_path / "dir"), "loopin": "loop/x", "é": "dir/é",
             "toself": ".", "chain": "a/b/../file", "dir/back": "../dir/sub", "slash": "dir/"}
    for name, target in links.items():
        os.symlink(target, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


NAMES = ["dir", "sub", "file", "é", "link", "todir", "dangling", "loop", "a", "b", "up", "deep", "abs", "loopin", "toself",
         "chain", "back", "nothing", "..", ".", "", "slash", "\udcff", "\ud800", "x\0y"]


def random_name(random, tree):
    name = "/".join(random.choice(NAMES) for _ in range(random.randrange(1, 6)))
    if random.randrange(3) == 0:
        name = str(tree) + "/" + name
    kind = random.randrange(5)
    if kind == 0:
        return Path(name)
    return name.encode("utf-8", "surrogateescape") if kind == 1 and "\ud800" not in name else name


@pytest.mark.parametrize("name", DISK)
def test_disk(paths, tree, name):
    generator = random.Random(name)
    for _ in range(2500):
        same(paths, name, random_name(generator, tree))
    for path in ("/", "/proc", "/dev", "/dev/null", "/proc/self/fd", 0, 1000, -1, 2**70, True, None, 1.5, "", b"", "\0",
                 "x" * 300, "x/" * 3000):
        if not (name == "realpath" and path == "x/" * 3000):
            same(paths, name, path)


@pytest.mark.parametrize("strict", [False, True, 0, 1, None, "x", []])
def test_realpath_strict(paths, tree, strict):
    generator = random.Random(4)
    for _ in range(1500):
        same(paths, "realpath", random_name(generator, tree), strict=strict)


@pytest.mark.parametrize("mode", ["ALLOW_MISSING", "ALL_BUT_LAST"])
def test_realpath_modes(paths, tree, mode):
    if not hasattr(posixpath, mode):
        pytest.skip("not of this version")
    generator = random.Random(5)
    for _ in range(1500):
        path = random_name(generator, tree)
        ours = answer(paths.realpath, path, strict=getattr(paths, mode))
        assert ours == answer(posixpath.realpath, path, strict=getattr(posixpath, mode)), path


def test_samefile(paths, tree):
    generator = random.Random(6)
    for _ in range(2000):
        same(paths, "samefile", random_name(generator, tree), random_name(generator, tree))
    for pair in ((0, 0), (0, 1), (0, 1000), (2**70, 0), ("x", 0), (None, None)):
        same(paths, "sameopenfile", *pair)
    a, b = os.stat("file"), os.stat("dir")
    for pair in ((a, a), (a, b), (a, None), (None, None)):
        same(paths, "samestat", *pair)


def test_removed_directory(paths, tree, monkeypatch):
    (tree / "gone").mkdir()
    monkeypatch.chdir(tree / "gone")
    os.rmdir(tree / "gone")
    for name in ("abspath", "relpath", "realpath", "exists", "ismount"):
        for path in ("", "a", b"a", "/a", ".."):
            same(paths, name, path)


# ---- the environment ----


def test_expansion(paths, monkeypatch):
    for name, value in {"HOME": "/home/me//", "A": "$B", "B": "bé", "EMPTY": "", "é": "e", "ROOT": "///"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(os.environb, b"RAW", b"\xff\xc3")
    parts = ["$A", "${A}", "$B", "${B", "}", "$EMPTY", "$é", "${é}", "$RAW", "${RAW}", "\udca9", "$", "${}", "{", "a", "~", "/",
             "~/", "$NO", "${NO}", "\0", "_1"]
    generator = random.Random(7)
    for home in ("/home/me//", "", "/", "é", None):
        if home is None:
            monkeypatch.delenv("HOME")
        else:
            monkeypatch.setenv("HOME", home)
        for _ in range(3000):
            path = "".join(generator.choice(parts) for _ in range(generator.randrange(6)))
            for name in ("expandvars", "expanduser"):
                same(paths, name, path)
                same(paths, name, path.encode("utf-8", "surrogateescape"))
        for path in ("~", "~/", "~/a", "~root", "~root/a", "~nobody-of-this-name/a", "~é", b"~\xff", "a~"):
            same(paths, "expanduser", path)


def test_environment_of_os_alone(paths, monkeypatch):
    """os.environ counts, not what the process has."""
    os.putenv("OSIER_PUT", "1")
    assert paths.expandvars("$OSIER_PUT") == "$OSIER_PUT"
    monkeypatch.setattr(os, "environ", {"X": "y", "HOME": "/other"})
    assert paths.expandvars("$X") == "y"
    assert paths.expanduser("~") == "/other"


# ---- functions that were replaced ----


def test_replaced(paths, monkeypatch):
    def refuse(*args, **names):
        raise FileNotFoundError(2, "replaced")

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refuse)
        assert not paths.exists("/") and not paths.isdir("/") and not paths.isfile("/bin/sh")
        for call in (paths.getsize, paths.getmtime, lambda path: paths.samefile(path, path)):
            with pytest.raises(FileNotFoundError, match="replaced"):
                call("/")
    assert paths.exists("/")
    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", refuse)
        assert not paths.lexists("/") and not paths.ismount("/") and not paths.islink("/proc/self/exe")
        assert paths.realpath("/proc/self/exe") == "/proc/self/exe"
    with monkeypatch.context() as patch:
        patch.setattr(os, "getcwd", lambda: "/replaced")
        patch.setattr(os, "getcwdb", lambda: b"/bytes")
        assert (paths.abspath("a"), paths.abspath(b"a")) == ("/replaced/a", b"/bytes/a")
        assert paths.relpath("/replaced/x") == "x"
        assert paths.realpath("a") == "/replaced/a"
    with monkeypatch.context() as patch:
        patch.setattr(os, "readlink", lambda path: "/replaced")
        assert paths.realpath("/proc/self/exe") == "/replaced/exe"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refuse)
        with pytest.raises(FileNotFoundError):
            paths.sameopenfile(0, 0)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fspath", lambda path: "/replaced/x")
        assert paths.basename(Path("a")) == "x"
        assert paths.normcase("a") == "/replaced/x"
    with monkeypatch.context() as patch:
        patch.delenv("HOME")
        patch.setattr(pwd, "getpwuid", lambda uid: types.SimpleNamespace(pw_dir="/replaced"))
        patch.setattr(pwd, "getpwnam", lambda name: types.SimpleNamespace(pw_dir="/replaced/" + name))
        assert (paths.expanduser("~/a"), paths.expanduser("~me")) == ("/replaced/a", "/replaced/me")


def test_replaced_functions_of_its_own_are_not_seen(monkeypatch):
    import osier.os

    path = osier.os.path
    expected = path.relpath("a", "b"), path.abspath("a")
    monkeypatch.setattr(path, "abspath", lambda path: "/elsewhere")
    monkeypatch.setattr(path, "join", lambda *parts: "/elsewhere")
    monkeypatch.setattr(path, "normpath", lambda path: "/elsewhere")
    assert path.relpath("a", "b") == expected[0]
    monkeypatch.undo()
    assert path.abspath("a") == expected[1]


def test_no_leaks(paths, tree):
    """No call keeps what it was given."""
    objects = ["dir/../file" + "", b"dir/./file", Path("dir/file"), "é/b", "~/x$HOME", "nothing\0"]
    for name in BUILTIN:
        function = getattr(paths, name)
        args = {"commonpath": lambda o: ([o, o],), "commonprefix": lambda o: ([o, o],), "samefile": lambda o: (o, o),
                "sameopenfile": lambda o: (0, 0), "samestat": lambda o: (o, o), "join": lambda o: (o, o)}
        for item in objects:
            before = sys.getrefcount(item)
            for _ in range(50):
                answer(function, *args.get(name, lambda o: (o,))(item))
            assert sys.getrefcount(item) - before < 5, (name, item)
