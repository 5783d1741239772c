# SPDX-License-Identifier: MIT
"""os.walk and os.fwalk on the core's walk.

Where a program listens to audit events, or has put functions of its own in the place of those that
os.py calls, os.py's own walk runs: it has all the calls in between, one by one.
"""

from osier import _posix
from osier._watch import in_place_of, watch

CO_GENERATOR = 0x20  # as in inspect, which takes long to be imported


def put(os):
    """Replaces os.walk and os.fwalk."""
    intact = watch((vars(os), "fspath", "scandir", "stat", "lstat", "open"), (vars(os.path), "islink", "join"))
    links_as_files = getattr(os, "_walk_symlinks_as_files", intact)  # a mark that pathlib passes from 3.13 on
    python_walk, python_fwalk, fspath = os.walk, os.fwalk, os.fspath
    start, start_fd = _posix._walk, _posix._fwalk

    def begin(top, topdown, onerror, followlinks):
        found = None
        if intact():
            as_files = followlinks is links_as_files
            follow = bool(followlinks) and not as_files
            again = (lambda path: python_walk(path, topdown, onerror, followlinks)) if follow else None
            found = start(fspath(top), not topdown, onerror, follow, as_files, again)
        return python_walk(top, topdown, onerror, followlinks) if found is None else found

    if python_walk.__code__.co_flags & CO_GENERATOR:

        @in_place_of(os, "walk")
        def walk(top, topdown=True, onerror=None, followlinks=False):
            yield from begin(top, topdown, onerror, followlinks)

    else:  # before 3.12: it looks at its arguments when it is called

        def through(found):
            yield from found

        @in_place_of(os, "walk")
        def walk(top, topdown=True, onerror=None, followlinks=False):
            return through(begin(top, topdown, onerror, followlinks))

    @in_place_of(os, "fwalk")
    def fwalk(top=".", topdown=True, onerror=None, *, follow_symlinks=False, dir_fd=None):
        found = None
        if intact():
            found = start_fd(fspath(top), not topdown, onerror, bool(follow_symlinks), dir_fd)
        yield from (
            python_fwalk(top, topdown, onerror, follow_symlinks=follow_symlinks, dir_fd=dir_fd)
            if found is None
            else found
        )
