# SPDX-License-Identifier: MIT
"""os.walk and os.fwalk go through trees as the interpreter's own do, and where those can't."""

import collections.abc
import errno
import inspect
import os as python_os
import shutil
import socket
import stat
import subprocess
import sys
import types

import pytest

from growth import least

import osier.os as os

BOTH = [os, python_os]


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree at "t" in the current directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("t/a/b/c", "t/a/d", "t/x", "t/é/ü", "other/in"):
        python_os.makedirs(name)
    python_os.makedirs(b"t/\xff/\xfe")
    for name in ("t/f", "t/a/f1", "t/a/f2", "t/a/b/f3", "t/x/1", "t/é/ß", b"t/\xff/\xfd", "other/g"):
        open(name, "w").close()
    for name, target in {"t/a/link": "../../other", "t/x/dangling": "nowhere", "t/x/file": "1", "t/l": "l"}.items():
        python_os.symlink(target, name)
    python_os.symlink("nowhere", "t/dangling")
    python_os.mkfifo("t/x/pipe")
    return tmp_path


def told(error):
    return type(error), error.errno, error.filename, str(error)


def walked(module, *args, limit=1000, **names):
    """All that a walk gives, and what it tells onerror."""
    errors = []
    result = []
    names.setdefault("onerror", lambda error: errors.append(told(error)))
    try:
        for item in module.walk(*args, **names):
            result.append((item, [type(part) for part in item]))
            if len(result) == limit:
                break
    except Exception as error:
        return result, type(error), str(error)
    return result, errors


TOPS = ["t", "t/", "./t//", "", ".", b"t", Path("t"), Path(b"t"), "nowhere", "t/f", "t/a/link", "t/é", "t/\udcff", 5,
        None, "a\0b", b"a\0b", "\ud800", "/proc/self/fdinfo", bytearray(b"t")]


@pytest.mark.parametrize("topdown", [True, False])
@pytest.mark.parametrize("followlinks", [True, False])
@pytest.mark.parametrize("top", TOPS, ids=repr)
def test_walk(tree, top, topdown, followlinks):
    results = [walked(module, top, topdown=topdown, followlinks=followlinks) for module in BOTH]
    assert results[0] == results[1]


def test_tuples(tree):
    top = "".join(["t", "/a"])
    first = next(os.walk(top))
    assert first[0] is top
    assert [type(part) for part in first] == [str, list, list]


@pytest.mark.parametrize("topdown", [True, False])
def test_fwalk_gives_directories_to_be_read(tree, topdown):
    for _, dirs, files, fd in os.fwalk("t", topdown):
        assert sorted(python_os.listdir(fd)) == sorted(dirs + files)
        assert sorted(entry.name for entry in python_os.scandir(fd)) == sorted(dirs + files)


@pytest.mark.parametrize("call", [lambda module: module.walk("t"), lambda module: module.fwalk("t")])
def test_send(tree, call):
    for module in BOTH:
        walk = call(module)
        first = next(walk)
        second = walk.send("something")
        assert first[0] == "t" and second[0].startswith("t/")
        assert len(list(walk)) == len(list(python_os.walk("t"))) - 2
        with pytest.raises(StopIteration):
            walk.send("more")


def test_it_is_a_generator(tree):
    assert type(os.walk) is types.FunctionType
    for name in ("walk", "fwalk"):
        ours, theirs = getattr(os, name), getattr(python_os, name)
        assert inspect.signature(ours) == inspect.signature(theirs)
        assert (ours.__doc__, ours.__module__, ours.__qualname__) == (theirs.__doc__, "osier.os", name)
    walk = os.walk("t")
    assert isinstance(walk, types.GeneratorType) and isinstance(walk, collections.abc.Generator)
    assert iter(walk) is walk
    next(walk)
    walk.close()
    assert list(walk) == []
    with pytest.raises(ZeroDivisionError):
        os.walk("t").throw(ZeroDivisionError)


def test_nothing_is_opened_ahead(tree):
    walk = os.walk("later")
    python_os.mkdir("later")
    assert next(walk) == ("later", [], [])
    walk = os.walk("t")
    next(walk)
    python_os.mkdir("t/a/new")
    assert "new" in {path: names for path, names, _ in walk}["t/a"]


EDITS = {
    "del": lambda names: names.__delitem__(0),
    "clear": lambda names: names.clear(),
    "sort": lambda names: names.sort(reverse=True),
    "append": lambda names: names.append("a/b"),
    "twice": lambda names: names.extend(names[:1]),
    "link": lambda names: names.append("a/link"),
    "missing": lambda names: names.append("missing"),
    "file": lambda names: names.append("f"),
    "absolute": lambda names: names.append(python_os.path.abspath("other")),
    "path": lambda names: names.append(Path("a")),
    "others": lambda names: names.__setitem__(slice(None), [name + "" if len(name) > 1 else name for name in names]),
    "nothing": lambda names: None,
    "bytes": lambda names: names.append(b"a"),
    "number": lambda names: names.append(5),
}


@pytest.mark.parametrize("followlinks", [True, False])
@pytest.mark.parametrize("edit", EDITS)
def test_edited_lists(tree, edit, followlinks):
    def edited(module):
        errors, result = [], []
        try:
            for path, names, files in module.walk("t", onerror=lambda e: errors.append(told(e)), followlinks=followlinks):
                result.append((path, list(names), files))
                if path == "t":
                    names.sort()
                    EDITS[edit](names)
        except TypeError as error:
            result.append(type(error))
            del result[1:-1]  # some versions find out later
        return result, errors

    assert edited(os) == edited(python_os)


@pytest.mark.parametrize("followlinks", [False, True])
@pytest.mark.parametrize("top", ["e", "e/q"])
@pytest.mark.parametrize("edit", [lambda dirs: dirs.append("sub"), lambda dirs: dirs.__setitem__(slice(None), ["sub"])])
def test_names_added_where_there_were_none(tree, top, edit, followlinks):
    answers = []
    for module in BOTH:
        python_os.makedirs("e/q")
        answer = []
        for path, dirs, files in module.walk(top, followlinks=followlinks):
            answer.append((path, list(dirs), files))
            if path == "e/q":
                python_os.mkdir("e/q/sub")
                edit(dirs)
        answers.append(answer)
        shutil.rmtree("e")
    assert answers[0] == answers[1] and answers[0][-1][0] == "e/q/sub"


@pytest.mark.parametrize("name", ["walk", "fwalk"])
def test_a_list_edited_too_late(tree, name):
    visited, first = [], None
    for path, dirs, *_ in getattr(os, name)("t"):
        visited.append(path)
        if first is None:
            first = dirs
        else:
            first[:] = []
    assert sorted(visited) == sorted(path for path, *_ in python_os.walk("t"))


NO_DIRECTORIES = ["f", "x/pipe", "socket", "x/file", "dangling", "l", "missing", "/dev/null"]


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("name", NO_DIRECTORIES)
def test_fwalk_of_a_name_that_is_no_directory(tree, name, follow):
    """It ends with the error of whoever reads a file as a directory, which onerror isn't told."""
    if name == "x/pipe" and sys.version_info < (3, 13):
        return  # theirs waits for a writer

    def edited(module):
        errors, result = [], []
        walk = module.fwalk("t", onerror=lambda error: errors.append(told(error)), follow_symlinks=follow)
        try:
            for path, dirs, _, _ in walk:
                result.append(path)
                dirs[:] = [name] if path == "t" else []
        except OSError as error:
            result.append((type(error), error.errno, type(error.filename)))
        return result, errors, list(walk)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("t/socket")
        ours, theirs = edited(os), edited(python_os)
    python_os.remove("t/socket")
    assert ours == theirs


def test_edits_bottom_up_have_no_effect(tree):
    def edited(module):
        result = []
        for path, names, files in module.walk("t", topdown=False):
            result.append((path, list(names), files))
            names.clear()
        return result

    assert edited(os) == edited(python_os)


def replaced(module, name, by):
    """A walk while which t/a gives way."""
    errors, result = [], []
    try:
        for item in getattr(module, name)("t", onerror=lambda e: errors.append(told(e))):
            result.append(item[:3])
            if item[0] == "t":
                item[1].sort()
                python_os.rename("t/a", "a.away")
                by("t/a")
    except NotADirectoryError as error:  # whose filename is a descriptor
        result.append(type(error.filename))
    if python_os.path.islink("t/a") or not python_os.path.isdir("t/a"):
        python_os.path.lexists("t/a") and python_os.remove("t/a")
    else:
        python_os.rmdir("t/a")
    python_os.rename("a.away", "t/a")
    return result, errors


@pytest.mark.parametrize("name", ["walk", "fwalk"])
@pytest.mark.parametrize("by", ["nothing", "link", "dangling", "file", "directory"])
def test_replaced_on_the_way(tree, by, name):
    make = {"nothing": lambda path: None, "link": lambda path: python_os.symlink("../other", path),
            "dangling": lambda path: python_os.symlink("nowhere", path), "file": lambda path: open(path, "w").close(),
            "directory": python_os.mkdir}[by]
    assert replaced(os, name, make) == replaced(python_os, name, make)


def test_links_that_lead_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    python_os.makedirs("t/a")
    python_os.symlink("..", "t/a/up")
    open("t/a/f", "w").close()
    for topdown in (True, False):
        ours, theirs = (walked(module, "t", topdown=topdown, followlinks=True) for module in BOTH)
        assert ours == theirs
        assert len(ours[0]) > 30


def test_fwalk_does_not_go_round(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    python_os.makedirs("t/a")
    python_os.symlink("..", "t/a/up")
    errors = []
    walk = os.fwalk("t", follow_symlinks=True, onerror=lambda error: errors.append(told(error)[1:3]))
    assert [path for path, _, _, _ in walk] == ["t", "t/a"]
    assert errors == [(errno.ELOOP, "up")]


def test_renamed_on_the_way(tree):
    seen = []
    for path, names, _ in os.walk("t/a"):
        seen.append(path)
        if path == "t/a":
            python_os.rename("t", "elsewhere")
    assert "t/a/b/c" in seen


def test_unreadable(tree):
    if not python_os.getuid():
        pytest.skip("root may read everything")
    python_os.chmod("t/a", 0)
    try:
        assert walked(os, "t") == walked(python_os, "t")
    finally:
        python_os.chmod("t/a", 0o700)


def test_onerror_may_raise(tree):
    def refuse(error):
        raise error

    for name in ("walk", "fwalk"):
        for module in BOTH:
            with pytest.raises(FileNotFoundError) as caught:
                list(getattr(module, name)("nowhere", onerror=refuse))
            assert caught.value.filename == "nowhere"


def descend(module, *args, **names):
    errors, result = [], []
    try:
        for path, dirs, files, fd in module.fwalk(*args, onerror=lambda e: errors.append(told(e)), **names):
            assert stat.S_ISDIR(python_os.fstat(fd).st_mode)
            result.append((path, dirs, files))
    except NotADirectoryError as error:
        return result, type(error), error.filename if isinstance(error.filename, str) else type(error.filename)
    except Exception as error:
        return result, type(error), str(error)
    return result, errors


@pytest.mark.parametrize("topdown", [True, False])
@pytest.mark.parametrize("follow", [True, False])
@pytest.mark.parametrize("top", ["t", "t/", b"t", Path("t"), "nowhere", "t/f", "t/f/", "t/f/x", "t/a/link",
                                 "t/dangling", "t/l", "t/\udcff"], ids=repr)
def test_fwalk(tree, top, topdown, follow):
    assert descend(os, top, topdown, follow_symlinks=follow) == descend(python_os, top, topdown, follow_symlinks=follow)


def test_fwalk_from_a_descriptor(tree):
    fd = python_os.open("t", python_os.O_RDONLY)
    try:
        assert descend(os, "a", dir_fd=fd) == descend(python_os, "a", dir_fd=fd)
        assert descend(os, dir_fd=fd) == descend(python_os, dir_fd=fd)
    finally:
        python_os.close(fd)


def test_links_as_files(tree):
    mark = getattr(python_os, "_walk_symlinks_as_files", None)
    if mark is None:
        pytest.skip("from 3.13 on")
    ours = list(os.walk("t", followlinks=os._walk_symlinks_as_files))
    assert ours == list(python_os.walk("t", followlinks=mark))


DEEP = """
import os as python_os, sys
import osier.os as os
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
open("f", "w").close()
os.chdir(sys.argv[1])
errors = []
for topdown in (True, False):
    for function in (os.walk, os.fwalk):
        items = list(function("d", topdown=topdown, onerror=errors.append))
        print(len(items), sum(len(item[2]) for item in items), max(len(item[0]) for item in items), len(errors))
"""


def test_deep(tmp_path):
    done = subprocess.run([sys.executable, "-c", DEEP, tmp_path], cwd=tmp_path, capture_output=True, text=True)
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)
    assert (done.stdout, done.stderr) == ("3000 1 5999 0\n" * 4, "")


def test_functions_put_in_place_of_others_are_called(tree, monkeypatch):
    seen = []
    scandir = os.scandir

    def noted(path):
        seen.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noted)
    list(os.walk("t/x"))
    assert seen == ["t/x"]
    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os.path, "islink", lambda path: True)
    assert [path for path, _, _ in os.walk("t")] == ["t"]


AUDIT = """
import sys
import {module} as os
events = []
sys.addaudithook(lambda name, arguments: name.startswith(("os.", "open")) and events.append((name, arguments)))
list(os.walk("t")), list(os.walk("t", False)), list(os.fwalk("t"))
print(*map(repr, events), sep=", ")
"""


def test_audit_events(tree):
    def events(module):
        done = subprocess.run([sys.executable, "-c", AUDIT.format(module=module)], capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout

    assert events("osier.os") == events("os")
    assert events("os").count("os.walk") == 2


def test_no_descriptor_and_no_memory_stays(tree):
    def work():
        list(os.walk("t")), list(os.fwalk("t", False)), next(os.walk(b"t")), next(os.fwalk("t"))
        for _, names, _ in os.walk("t"):
            names.append("missing")
        walk = os.walk("t", onerror=lambda error: walk)
        next(walk)
        with pytest.raises(TypeError):
            for _, names, _ in os.walk("t"):
                names.append(5)

    blocks, descriptors = least(work, 100, before=20)
    assert blocks < 50 and descriptors == 0
