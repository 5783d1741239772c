# SPDX-License-Identifier: MIT
"""The newest ntpath of this machine: osier does as Python 3.13 and later do.

Another interpreter's ntpath.py runs in this one, as it is Python code on os and genericpath. Where
there is none from 3.13 on, the running one is asked, and not for what changed since.
"""

import glob
import importlib.util
import ntpath
import os
import re
import sys

from library import UNKNOWN

PLACES = ["/usr/lib", "/usr/local/lib", "/opt/*/lib", os.path.expanduser("~/.pyenv/versions/*/lib")]


def version_of(path):
    return int(re.search(r"/python3\.(\d+)/", path)[1])


def newest():
    """A module, and whether it is from 3.13 or later."""
    if sys.version_info >= (3, 13):
        return ntpath, True
    files = [file for place in PLACES for file in glob.glob(f"{place}/python3.*[0-9]/ntpath.py")]
    files = [file for file in files if version_of(file) >= 13]
    if not files:
        return ntpath, False
    spec = importlib.util.spec_from_file_location("newest_ntpath", max(files, key=version_of))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception:  # it wants more of an os than this one has
        return ntpath, False
    return module, True


MODULE, NEW = newest()


def split_drive(path):
    """splitdrive as it is from 3.12 on: before, a drive could begin with a separator."""
    if path[:1] in (b"\\", b"/") and path[1:2] not in (b"\\", b"/"):
        return b"", path
    return MODULE.splitdrive(path)


def splitroot(path):
    if NEW:
        return MODULE.splitroot(path)
    drive, rest = split_drive(path)
    size = 1 if rest[:1] in (b"\\", b"/") and rest else 0
    return drive, rest[:size], rest[size:]


def isabs(path):
    if NEW:
        return MODULE.isabs(path)
    return bool(re.match(rb"[\\/]{2}|.:[\\/]", path, re.S))


def differs(*paths):
    """Whether an older ntpath reads one of these paths otherwise."""
    for path in paths:
        drive, root, tail = splitroot(path)
        if path[1:2] == b":" and root and not drive:
            return True
        if drive[-1:] in (b"\\", b"/") and drive or tail[:1] in (b"\\", b"/") and tail:
            return True
        if any(name[1:2] == b":" for name in re.split(rb"[\\/]", tail)):
            return True
    return False


def oracle(name):
    """A function of the newest ntpath, or of an older one where that is the same."""
    function = getattr(MODULE, name)
    return function if NEW else lambda *paths: UNKNOWN if differs(*paths) else function(*paths)
