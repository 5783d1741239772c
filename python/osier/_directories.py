# SPDX-License-Identifier: MIT
"""What os.py does by recursion, without: directories of any number of components."""

import sys


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


def put(os):
    """Replaces os.makedirs."""
    if sys.version_info >= (3, 15):  # which has parent_mode
        return

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

    makedirs.__doc__ = os.makedirs.__doc__
    makedirs.__module__ = os.__name__
    makedirs.__qualname__ = "makedirs"
    os.makedirs = makedirs
