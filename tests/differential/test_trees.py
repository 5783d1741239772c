# SPDX-License-Identifier: MIT
"""Calls for whole trees: random trees, gone through, copied and removed by osier and by Python."""

import ctypes
import glob
import os
import random
import shutil
import stat
import tempfile

import pytest

import library
import table
from test_disk import NOBODY, PLACE, USERS, own

CWD, RECURSIVE, HIDDEN = -100, 1 << 4, 1 << 5
NAMES = [b"a", b"b", b"c", b".h", b"x.c", b"y.c", b"[z]", b"\xff", b"new\nline", b"\xc3\xa4", b"A", b"*"]
PATTERNS = [
    b"*", b"**", b"*/", b"**/", b"*/*", b"**/*", b"**/*.c", b"**/.*", b"a/**", b"**/b", b"**/a/**", b"?", b"[ab]/*",
    b"[[]z]", b"**/[[]*", b"*/**/x.c", b".h/*", b"**/.h/**", b"./*", b"a", b"a/", b"x.c/", b"*/..", b"**/b/", b"[!a]",
]
TREES = max(20, table.CASES // 1000)


class Control(ctypes.Structure):
    """struct os_tree_control"""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ["on_error", "on_progress", "data"]],
        ("threads", ctypes.c_int),
        ("ignore_errors", ctypes.c_bool),
        ("one_file_system", ctypes.c_bool),
    ]


class Removal(ctypes.Structure):
    """struct os_rmtree_options"""

    _fields_ = [("size", ctypes.c_size_t), ("control", Control)]


class Copying(ctypes.Structure):
    """struct os_copytree_options"""

    _fields_ = [
        ("size", ctypes.c_size_t),
        ("control", Control),
        *[
            (name, ctypes.c_bool)
            for name in ["symlinks", "ignore_dangling", "dirs_exist_ok", "owner", "hard_links", "special_files"]
        ],
        ("ignore", ctypes.c_void_p),
    ]


class Walking(ctypes.Structure):
    """struct os_walk_options"""

    _fields_ = [
        ("size", ctypes.c_size_t),
        *[(name, ctypes.c_bool) for name in ["bottom_up", "follow_links", "links_as_files", "errors", "one_device"]],
        ("threads", ctypes.c_int),
    ]


class Entry(ctypes.Structure):
    """struct os_walk_entry"""

    _fields_ = [
        ("dirpath", ctypes.c_char_p),
        ("dirnames", ctypes.POINTER(ctypes.c_char_p)),
        ("filenames", ctypes.POINTER(ctypes.c_char_p)),
        ("dir_fd", ctypes.c_int),
        ("error", ctypes.c_int),
    ]


def make(kind, **members):
    options = kind(size=ctypes.sizeof(kind))
    for name, value in members.items():
        setattr(options.control if hasattr(Control, name) and hasattr(kind, "control") else options, name, value)
    return options


# ------------------------------------------------------------------------------- random trees


def grow(random_, path, depth):
    """Fills a directory. Links lead to what stands beside them, or nowhere, so there are no circles."""
    names = random_.sample(NAMES, random_.randint(0 if depth else 3, 6))
    for name in names:
        place = os.path.join(path, name)
        kind = random_.random()
        if kind < 0.4 and depth < 4:
            os.mkdir(place)
            grow(random_, place, depth + 1)
        elif kind < 0.6:
            os.symlink(random_.choice(NAMES), place)
        else:
            with open(place, "wb") as file:
                file.write(name * random_.randint(0, 3000))
            os.chmod(place, random_.choice([0o644, 0o600, 0o755, 0o444, 0o000]))
    for name in names:
        place = os.path.join(path, name)
        os.utime(place, ns=(10**18 + 1, random_.randint(0, 10**18)), follow_symlinks=False)


def lock(random_, path):
    """Takes permissions from some directories that are not empty."""
    for directory, names, _ in os.walk(path, topdown=False):
        for name in names:
            place = os.path.join(directory, name)
            if not os.path.islink(place) and os.listdir(place) and random_.random() < 0.25:
                os.chmod(place, random_.choice([0o000, 0o300, 0o500]))


def describe(path):
    seen = {}
    for directory, names, files in os.walk(path):
        for name in [b"", *names, *files]:
            place = os.path.join(directory, name) if name else directory
            state = os.lstat(place)
            content = os.readlink(place) if stat.S_ISLNK(state.st_mode) else None
            if stat.S_ISREG(state.st_mode):
                content = library.content_of(place, state.st_mode)
            seen[place[len(path) :]] = (oct(state.st_mode), state.st_uid, state.st_mtime_ns, content)
    return seen


@pytest.fixture(params=USERS, ids=["as oneself", "as nobody"][: len(USERS)])
def forest(request):
    """A function that gives a scratch directory with a new random tree "t" in it, and acts as its owner."""
    here = os.getcwd()
    scratches = []

    def plant(seed, copies=(b"t",)):
        scratch = tempfile.mkdtemp(prefix="osier-trees-", dir=PLACE)
        scratches.append(scratch)
        os.chmod(scratch, 0o777)
        os.chdir(scratch)
        for name in copies:
            random_ = random.Random(seed)
            os.mkdir(name)
            grow(random_, name, 0)
            if request.param:
                own(os.fsdecode(name), NOBODY)
                lock(random_, name)
            os.utime(name, ns=(1, 1))
        become(user)

    def become(who):
        """Root first: only that one may become another."""
        if request.param:
            os.seteuid(0)
            os.setegid(who)
            os.seteuid(who)

    user = NOBODY if request.param else os.geteuid()
    plant.back = lambda: become(0)
    plant.again = lambda: become(user)
    old = os.umask(0o022)
    yield plant
    become(0)
    os.umask(old)
    os.chdir(here)
    for scratch in scratches:
        shutil.rmtree(scratch)


# ----------------------------------------------------------------------------------- the calls


def names_of(pointers):
    names = []
    while pointers[len(names)] is not None:
        names.append(pointers[len(names)])
    return sorted(names)


def walk(start, options):
    """What an osier walk shows, in the order of the paths."""
    step, end = library.LIBRARY.os_walk_next, library.LIBRARY.os_walk_close
    start.restype, step.restype, step.argtypes = ctypes.c_void_p, ctypes.POINTER(Entry), [ctypes.c_void_p]
    end.argtypes = [ctypes.c_void_p]
    arguments = [CWD, b"t"] if start is library.LIBRARY.os_fwalk else [b"t"]
    handle = start(*arguments, ctypes.byref(options))
    seen = []
    while entry := step(handle):
        at = entry.contents
        seen.append((at.dirpath, names_of(at.dirnames), names_of(at.filenames)))
    end(handle)
    return sorted(seen)


def count():
    table.compared += 1


@pytest.mark.parametrize("seed", range(TREES))
def test_walks(forest, seed):
    forest(seed)
    for up in [False, True]:
        for follow in [False, True]:
            theirs = sorted((d, sorted(n), sorted(f)) for d, n, f in os.walk(b"t", not up, followlinks=follow))
            for threads in [0, 2]:
                options = make(Walking, bottom_up=up, follow_links=follow, threads=threads)
                assert walk(library.LIBRARY.os_walk, options) == theirs
                count()
            theirs = sorted((d, sorted(n), sorted(f)) for d, n, f, _ in os.fwalk(b"t", not up, follow_symlinks=follow))
            assert walk(library.LIBRARY.os_fwalk, make(Walking, bottom_up=up, follow_links=follow)) == theirs
            count()


@pytest.mark.parametrize("seed", range(TREES))
def test_globs(forest, seed):
    forest(seed)
    os.chdir("t")
    for pattern in PATTERNS:
        for recursive in [False, True]:
            for hidden in [False, True]:
                flags = (RECURSIVE if recursive else 0) | (HIDDEN if hidden else 0)
                ours = library.osier("os_glob", library.TEXTS, [pattern, flags])
                theirs = glob.glob(os.fsdecode(pattern), recursive=recursive, include_hidden=hidden)  # text, so "?" is any character
                theirs = list(map(os.fsencode, theirs))
                # Before 3.12 "gone/**" gives "gone/".
                theirs = [path for path in theirs if not path.endswith(b"/") or os.path.isdir(path)]
                assert sorted(ours) == sorted(theirs), (pattern, recursive, hidden)
                count()


@pytest.mark.parametrize("seed", range(TREES))
def test_copies(forest, seed):
    forest(seed)
    for symlinks in [False, True]:
        for threads in [1, 2]:
            options = make(Copying, symlinks=symlinks, threads=threads)
            ours = library.osier("os_copytree", library.STATUS, [b"t", b"ours", ctypes.byref(options)])
            try:
                theirs = None
                shutil.copytree(b"t", b"theirs", symlinks=symlinks)
            except (shutil.Error, OSError) as error:
                theirs = error
            assert (ours is None) == (theirs is None), (ours, theirs)
            forest.back()
            assert describe(b"ours") == describe(b"theirs")
            shutil.rmtree(b"ours")
            shutil.rmtree(b"theirs")
            forest.again()
            count()


@pytest.mark.parametrize("seed", range(TREES))
def test_removals(forest, seed):
    forest(seed, [b"ours", b"theirs"])
    options = make(Removal, ignore_errors=True, threads=seed % 3)
    library.osier("os_rmtree", library.STATUS, [b"ours", ctypes.byref(options)])
    shutil.rmtree(b"theirs", ignore_errors=True)
    forest.back()
    assert os.path.exists(b"ours") == os.path.exists(b"theirs")
    if os.path.exists(b"ours"):
        ours, theirs = describe(b"ours"), describe(b"theirs")
        assert {name: row[0] for name, row in ours.items()} == {name: row[0] for name, row in theirs.items()}
    count()


@pytest.mark.parametrize("seed", range(TREES // 4))
def test_moves(forest, seed):
    forest(seed, [b"ours", b"theirs"])
    for target in [b"new", b"into"]:
        for side, call in [(b"ours", move), (b"theirs", move_as_text)]:
            os.makedirs(side + b"-into", exist_ok=True)
            call(side, side + b"-" + target)
            there = side + b"-into/" + side if target == b"into" else side + b"-new"
            os.rename(there, side)
        forest.back()
        ours, theirs = describe(b"ours"), describe(b"theirs")
        assert ours == theirs
        forest.again()
        count()


def move(src, dst):
    assert library.osier("os_move", library.STATUS, [src, dst, None]) is None


def move_as_text(src, dst):
    """Into a directory, shutil's takes no bytes."""
    shutil.move(os.fsdecode(src), os.fsdecode(dst))
