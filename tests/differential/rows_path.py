# SPDX-License-Identifier: MIT
"""os.path, the whole of it."""

import ctypes
import os
import posixpath
import sys

import hypothesis
from hypothesis import strategies as st

import library
from inputs import anything, many, names, paths, texts
from library import BOOL, NUMBER, TEXT, TEXTS, TRUTH
from realpath import realpath
from rows import Row

os.environb.setdefault(b"a", b"value\xff of a")

#: what a gathering of paths has in common is seldom random
related = st.lists(
    st.tuples(st.sampled_from([b"/", b"//", b"", b"./"]), st.lists(st.sampled_from([b"a", b"ab", b"..", b"."]))),
    max_size=4,
).map(lambda drawn: [root + b"/".join(parts) for root, parts in drawn])
variables = st.lists(
    st.sampled_from([b"$", b"$a", b"${a}", b"${", b"}", b"$HOME", b"${nothing}", b"$a1", b"x", b"{", b"\xff", b"/"])
).map(b"".join)
users = st.tuples(st.sampled_from([b"~", b"~root", b"~nobody", b"~no\xff", b"~ "]), paths).map(b"".join)


deep = st.lists(names, min_size=2, max_size=4).map(b"/".join)


def splitroot(path):
    slashes = len(path) - len(path.lstrip(b"/"))
    size = 2 if slashes == 2 else min(slashes, 1)
    return b"", path[:size], path[size:]


def expandvars(path):
    if sys.version_info < (3, 14) and not hasattr(posixpath, "_varpattern"):
        hypothesis.assume(b"${" not in path or b"}" in path[path.rindex(b"${") :])
    return os.path.expandvars(path)


def expanduser(path):
    return os.fsencode(os.path.expanduser(os.fsdecode(path)))  # 3.11 takes no bytes beyond ASCII


class Slice(ctypes.Structure):
    """struct os_slice"""

    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    def text(self):
        return ctypes.string_at(self.data, self.size)


def slice_of(name):
    function = getattr(library.LIBRARY, name, None)

    def call(path):
        function.restype = Slice
        kept = ctypes.c_char_p(path)
        return function(kept).text()

    return call


def slices_of(name, count):
    def call(path):
        slices = [Slice() for _ in range(count)]
        kept = ctypes.c_char_p(path)
        getattr(library.LIBRARY, name)(kept, *map(ctypes.byref, slices))
        return tuple(one.text() for one in slices)

    return call


def time_row(name):
    """Both look at one tree, as the times of the two differ."""
    function = getattr(os.path, name)

    def osier(path):
        seconds = ctypes.c_double()
        failed = library.osier(f"os_path_{name}", library.STATUS, [path, ctypes.byref(seconds)])
        return failed or seconds.value == function(path)

    def python(path):
        function(path)
        return True

    return Row(f"os_path_{name}", [names], python, osier, disk=True)


def tuple_of(function):
    return lambda path: list(function(path))


def join(parts):
    return [parts[0], *parts[1:], None]


questions = [
    Row(f"os_path_{name}", [names], getattr(os.path, name), BOOL, disk=True)
    for name in ["exists", "lexists", "isfile", "isdir", "islink", "ismount"]
]
times = [time_row(name) for name in ["getatime", "getmtime", "getctime"]]

ROWS = [
    Row("os_path_basename", [anything], os.path.basename, TEXT),
    Row("os_path_basename_slice", [anything], os.path.basename, slice_of("os_path_basename_slice")),
    Row("os_path_dirname", [anything], os.path.dirname, TEXT),
    Row("os_path_dirname_slice", [anything], os.path.dirname, slice_of("os_path_dirname_slice")),
    Row("os_path_split", [anything], tuple_of(os.path.split), TEXTS),
    Row("os_path_split_slices", [anything], os.path.split, slices_of("os_path_split_slices", 2)),
    Row("os_path_splitext", [anything], tuple_of(os.path.splitext), TEXTS),
    Row("os_path_splitext_slices", [anything], os.path.splitext, slices_of("os_path_splitext_slices", 2)),
    Row("os_path_splitdrive", [anything], tuple_of(os.path.splitdrive), TEXTS),
    Row("os_path_splitdrive_slices", [anything], os.path.splitdrive, slices_of("os_path_splitdrive_slices", 2)),
    Row("os_path_splitroot", [anything], tuple_of(splitroot), TEXTS),
    Row("os_path_splitroot_slices", [anything], splitroot, slices_of("os_path_splitroot_slices", 3)),
    Row("os_path_isabs", [anything], os.path.isabs, BOOL),
    Row("os_path_normcase", [anything], os.path.normcase, TEXT),
    Row("os_path_normpath", [anything], os.path.normpath, TEXT),
    Row("os_path_abspath", [anything], os.path.abspath, TEXT),
    Row("os_path_join", [many(anything)], lambda parts: os.path.join(*parts), TEXT, c=join),
    Row("os_path_joinv", [many(anything)], lambda parts: os.path.join(*parts), TEXT),
    Row("os_path_relpath", [anything, anything | st.none()], os.path.relpath, TEXT),
    Row("os_path_commonpath", [many(anything, least=0)], os.path.commonpath, TEXT),
    Row("os_path_commonpath", [related], os.path.commonpath, TEXT),
    Row("os_path_commonprefix", [many(anything, least=1) | related.filter(len)], os.path.commonprefix, TEXT),
    Row("os_path_expandvars", [variables | anything], expandvars, TEXT),
    Row("os_path_expanduser", [users | texts], expanduser, TEXT),
    *questions,
    *times,
    Row("os_path_getsize", [names], os.path.getsize, NUMBER, disk=True),
    Row("os_path_samefile", [names, names], os.path.samefile, TRUTH, disk=True),
    Row("os_path_realpath", [names | paths | deep, st.integers(0, 3)], realpath, TEXT, disk=True, weight=4),
    Row("os_path_abspath", [names], os.path.abspath, TEXT, disk=True),
    Row("os_path_relpath", [names, names], os.path.relpath, TEXT, disk=True),
]
