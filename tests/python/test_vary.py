# SPDX-License-Identifier: MIT
"""Every function of posix takes and refuses what the interpreter's own does, in the same words."""

import os
import pathlib
import pickle
import posix
import re
import subprocess
import sys

import calls
import pytest

HERE = pathlib.Path(__file__).parent


def outcomes(module, place):
    path = place / (module + ".pickle")
    subprocess.run([sys.executable, HERE / "vary.py", module, path], check=True, timeout=240)
    return pickle.loads(path.read_bytes())


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    place = tmp_path_factory.mktemp("outcomes")
    return outcomes("posix", place), outcomes("osier._posix", place)


# How many arguments there may be is told in words that depend on how a function of CPython was compiled.
COUNT = re.compile(r"takes |expected \d|expected at|missing required|keyword argument|given by name")
# So is how great a number may be.
GREAT = re.compile(r"too large|too big|signed integer is|(?<=[ug]id is )(less than minimum|greater than maximum)")


def alike(outcome):
    if outcome and isinstance(outcome[0], int):  # the end of a process
        return outcome[0], alike(outcome[1])
    if outcome and outcome[:2] == ("raises", "TypeError") and COUNT.search(outcome[2]):
        return "raises", "TypeError", "count", *outcome[3:]
    if outcome and outcome[:2] == ("raises", "OverflowError") and GREAT.search(outcome[2]):
        return "raises", "OverflowError", "great", *outcome[3:]
    return outcome


def died(outcome):
    return isinstance(outcome[0], int) and os.WIFSIGNALED(outcome[0]) and outcome[1] is None


# Where CPython is wrong, and osier as its newest versions are, or its documentation says.
NEGATIVE = {"-1", "-2", "-2^31"}  # a path that is a negative descriptor: EBADF, neither EFAULT nor "."
BETTER = {
    **{(name, "path"): NEGATIVE for name in (
        "chdir chmod chown execve getxattr listdir listxattr removexattr scandir setxattr stat statvfs truncate").split()},
    ("dup2", "fd"): NEGATIVE, ("dup2", "fd2"): NEGATIVE,  # EBADF, not an error 0
    ("eventfd_read", "fd"): {"True", "False", "file of True"},  # EINVAL, not an error 0
    ("preadv", "buffers"): None,  # says preadv2()
    ("sched_setaffinity", "mask"): {"sequence"},
}


def better(name, what):
    allowed = BETTER.get((name, what[0]), ())
    return allowed is None or what[1] in allowed


def test_every_function_has_a_call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = calls.calls(calls.Scene())
    classes = {"GenericAlias", "Mapping", "MutableMapping", "PathLike", "_Environ", "error"}
    python = {"_check_methods", "_exists", "_fwalk"}
    unknown = {name for module in (os, posix) for name in dir(module)
               if callable(getattr(module, name)) and not name.startswith("__")} - set(known)
    assert unknown - classes - python == set()


def test_outcomes(both):
    theirs, ours = both
    assert len(theirs) > 15000 and set(theirs) == set(ours)
    different = [
        (key, theirs[key], ours[key])
        for key in theirs
        if alike(theirs[key]) != alike(ours[key]) and not died(theirs[key]) and not better(*key)
    ]
    assert not different, "\n".join(map(str, different[:40]))


def test_nothing_dies(both):
    """No wrong argument ends the process, but those that are meant to."""
    died_of = {key[0] for key, outcome in both[1].items() if died(outcome)}
    assert died_of <= {"abort", "_exit"}
