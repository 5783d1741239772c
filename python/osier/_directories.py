# SPDX-License-Identifier: MIT
"""os.makedirs, os.removedirs and os.renames on the core, for any number of components.

What the core did not bring about is tried once more step by step, which raises what Python raises.
"""

from osier import _posix
from osier._watch import BAD_ARGUMENT, in_place_of, parameters, watch


def _steps(os, name):
    """The directories that makedirs makes for `name`, itself first, its topmost missing parent last."""
    while True:
        head, tail = os.path.split(name)
        if not tail:
            head, tail = os.path.split(head)
        parent_missing = bool(head and tail and not os.path.exists(head))
        if not (parent_missing and os.fsdecode(tail) == os.curdir):  # "x/." is there as soon as "x" is
            yield name
        if not parent_missing:
            return
        name = head


def _python_makedirs(os):
    """os.makedirs for any number of components, a call for each."""

    def make_one(name, mode, exist_ok):
        try:
            os.mkdir(name, mode)
        except OSError:  # of whatever kind: the system may have other reasons to refuse what is there
            if not exist_ok or not os.path.isdir(name):
                raise

    def makedirs(name, mode=0o777, exist_ok=False):
        steps = list(_steps(os, name))
        for step in reversed(steps):
            try:
                make_one(step, mode if step is name else 0o777, exist_ok)
            except FileExistsError:
                if step is name:
                    raise  # of the parents: somebody else was quicker

    return makedirs


def _done(function, *args):
    """Whether the core did it; it didn't where Python has to say what is wrong."""
    try:
        return not function(*args)
    except BAD_ARGUMENT:
        return False


def _put_makedirs(os, intact):
    original = os.makedirs
    make = _posix._makedirs
    known = parameters(original)[0]
    step_by_step = _python_makedirs(os)

    @in_place_of(os, "makedirs")
    def makedirs(name, mode=0o777, exist_ok=False, **more):
        if more:  # parent_mode, from 3.15 on
            parent_mode = more.get("parent_mode")
            ours = len(more) == 1 and "parent_mode" in more and "parent_mode" in known and intact()
            if not (ours and _done(make, name, mode, exist_ok, 0o777 if parent_mode is None else parent_mode)):
                original(name, mode, exist_ok, **more)
        elif not (intact() and _done(make, name, mode, exist_ok, 0o777)):
            step_by_step(name, mode, exist_ok)


def put(os):
    """Replaces os.makedirs, os.removedirs and os.renames."""
    intact = watch((vars(os), "mkdir", "rmdir", "rename", "stat"), (vars(os.path), "exists", "isdir", "split"))
    _put_makedirs(os, intact)
    python_removedirs, python_renames = os.removedirs, os.renames
    remove, rename = _posix._removedirs, _posix._renames

    @in_place_of(os, "removedirs")
    def removedirs(name):
        if not (intact() and _done(remove, name)):
            python_removedirs(name)

    @in_place_of(os, "renames")
    def renames(old, new):
        if not (intact() and _done(rename, old, new)):
            python_renames(old, new)
