# SPDX-License-Identifier: MIT
"""Functions on files: one random sequence of calls in two equal trees, through osier and Python."""

import os
import pathlib
import shutil
import stat
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import library
import table
from library import Failure

SEQUENCE = 40
DEPTH = 12  # the tree lies this deep in the scratch directory, so that no chain of ".." leaves it
NOBODY = 65534
MEMORY = os.environ.get("OSIER_MEMORY", "/dev/shm")  # the trees come and go by the hundred: in memory, where there is such a place
PLACE = MEMORY if os.access(MEMORY, os.W_OK) else None


def plant(root):
    """The tree that a sequence starts with."""
    os.makedirs(root)
    for name in ["a", "d/a", "d/d/a", "e/f/g", "\udcff"]:
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pathlib.Path(path).write_bytes(b"text of " + os.fsencode(name))
    for name, target in [("l", "d"), ("loop", "loop"), ("dangling", "nowhere"), ("up", "d/..")]:
        os.symlink(target, os.path.join(root, name))
    os.mkfifo(os.path.join(root, "p"))


def own(scratch, uid):
    for directory, names, files in os.walk(scratch):
        for name in [".", *names, *files]:
            os.lchown(os.path.join(directory, name), uid, uid)


def describe(root):
    """Every name below a directory with type, mode, owner, size, links, target or content."""
    seen = {}
    for directory, names, files in os.walk(os.fsencode(root)):
        for name in names + files:
            path = os.path.join(directory, name)
            state = os.lstat(path)
            size = state.st_size if not stat.S_ISDIR(state.st_mode) else None
            content = os.readlink(path) if stat.S_ISLNK(state.st_mode) else None
            if stat.S_ISREG(state.st_mode):
                content = library.content_of(path, state.st_mode)
            if stat.S_ISDIR(state.st_mode):
                os.chmod(path, 0o700)  # it was noted as it is; who isn't root looks into it next
            seen[path[len(root) :]] = (oct(state.st_mode), state.st_uid, size, state.st_nlink, content)
    return seen


def plain(value, top):
    """A result without the name of its tree, so that both sides compare."""
    if isinstance(value, bytes):
        return value.replace(os.fsencode(top), b"TOP")
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item, top) for item in value)
    if isinstance(value, Failure):
        return Failure(value.number, plain(value.filename, top), plain(value.filename2, top), value.words)
    return value


class Side:
    """One of the two trees, and who works in it."""

    def __init__(self, scratch, name):
        self.top = os.path.join(scratch, name)
        self.root = os.path.join(self.top, *map(str, range(DEPTH)))
        plant(self.root)
        self.handle = os.open(self.root, os.O_PATH)

    def run(self, call):
        try:
            os.fchdir(self.handle)
        except PermissionError:  # a chmod closed the root of the tree to its owner
            os.chmod(f"/proc/self/fd/{self.handle}", 0o755)
            os.fchdir(self.handle)
        mask = os.umask(0o022)
        try:
            return plain(call(), self.top)
        finally:
            os.umask(mask)

    def close(self):
        os.close(self.handle)


def compare(row, arguments, ours, theirs):
    left = ours.run(lambda: table.call_osier(row, arguments))
    right = theirs.run(lambda: library.python(row.python, arguments))
    table.compared += 1
    shown = ", ".join(map(repr, arguments))
    assert table.same(row, left, right), f"{row.name}({shown}): osier {left}, Python {right}"


def run_sequence(calls, as_user):
    here = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="osier-differential-", dir=PLACE) as scratch:
        os.chmod(scratch, 0o755)
        sides = Side(scratch, "x"), Side(scratch, "y")
        try:
            if as_user:
                own(scratch, NOBODY)
                os.setegid(NOBODY)
                os.seteuid(NOBODY)
            for row, arguments in calls:
                compare(row, arguments, *sides)
        finally:
            if as_user:
                os.seteuid(0)
                os.setegid(0)
            os.chdir(here)
            for side in sides:
                side.close()
        ours, theirs = (describe(os.fsencode(side.top)) for side in sides)
        assert ours == theirs, f"the trees differ after {[row.name for row, _ in calls]}"


def draw_calls(rows):
    calls = [st.tuples(st.just(row), st.tuples(*row.arguments)) for row in rows for _ in range(row.weight)]
    return st.lists(st.one_of(calls), min_size=SEQUENCE // 2, max_size=SEQUENCE * 2)


USERS = [False, True] if os.geteuid() == 0 else [False]


@pytest.mark.parametrize("as_user", USERS, ids=["as oneself", "as nobody"][: len(USERS)])
def test_same_as_python(as_user):
    rows = table.disk_rows()
    if not rows:
        pytest.skip("no function on files yet")

    @table.settings(max(1, table.CASES // (2 * SEQUENCE * len(USERS))))
    @given(draw_calls(rows))
    def sequences(calls):
        run_sequence(calls, as_user)

    sequences()


@pytest.mark.parametrize("row", table.disk_rows(), ids=str)
def test_every_name(row):
    """Each function by itself on a fresh tree: a short run that names the one at fault."""

    @table.settings(30)
    @given(st.tuples(*row.arguments))
    def single(arguments):
        run_sequence([(row, arguments)], as_user=False)

    single()
