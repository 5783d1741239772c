# SPDX-License-Identifier: MIT
"""Every constant and table of names of every Python at hand is osier's, with the same value."""

import ctypes
import json
import shutil
import subprocess
import sys

import pytest

from library import LIBRARY

DUMP = """
import json, os, sys
def plain(module, prefix):
    kinds = int, str, bool, type(None)
    return {prefix + name: value for name, value in vars(module).items()
            if type(value) in kinds and not name.startswith("_")}
tables = {name: getattr(os, name) for name in ("confstr_names", "sysconf_names", "pathconf_names")}
json.dump({"constants": {**plain(os, ""), **plain(os.path, "path.")}, "tables": tables}, sys.stdout)
"""


class Constant(ctypes.Structure):
    """struct os_named_constant"""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("value", ctypes.c_int64),
        ("text", ctypes.c_char_p),
        ("kind", ctypes.c_int),
        ("section", ctypes.c_char_p),
        ("since", ctypes.c_char_p),
    ]


class ConfName(ctypes.Structure):
    """struct os_conf_name"""

    _fields_ = [("name", ctypes.c_char_p), ("number", ctypes.c_int)]


def rows(name, kind):
    function = getattr(LIBRARY, name)
    function.restype = ctypes.POINTER(kind)
    count = ctypes.c_size_t()
    return function(ctypes.byref(count))[: count.value]


def value(row):
    if row.kind == 2:
        return row.text.decode() if row.text is not None else None
    return bool(row.value) if row.kind == 1 else row.value


def dump(python):
    done = subprocess.run([python, "-c", DUMP], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{python} does not run")
    return json.loads(done.stdout)


def versions():
    names = [f"python3.{minor}" for minor in range(11, 17)]
    return [sys.executable, *filter(None, map(shutil.which, names))]


@pytest.mark.parametrize("python", versions())
def test_constants(python):
    ours = {row.name.decode(): value(row) for row in rows("os_constants", Constant)}
    theirs = dump(python)["constants"]
    assert {name: ours.get(name, "missing") for name in theirs} == theirs


@pytest.mark.parametrize("python", versions())
def test_nothing_made_up(python):
    """What osier says to be there since 3.11 is there in every Python."""
    ours = {row.name.decode() for row in rows("os_constants", Constant) if row.since == b"3.11"}
    assert ours <= set(dump(python)["constants"])


@pytest.mark.parametrize("python", versions())
@pytest.mark.parametrize("table", ["confstr_names", "sysconf_names", "pathconf_names"])
def test_tables(python, table):
    ours = {row.name.decode(): row.number for row in rows("os_" + table, ConfName)}
    assert ours == dump(python)["tables"][table]


def test_layout():
    """The first row, as a check of the structure above."""
    assert rows("os_constants", Constant)[0].name == b"AT_NO_AUTOMOUNT"
