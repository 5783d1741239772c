# SPDX-License-Identifier: MIT
"""os.path.realpath() as CPython 3.15 has it, for older ones: a model of its own, slow and plain."""

import errno
import os
import stat
import sys

LENIENT, STRICT, ALLOW_MISSING, ALL_BUT_LAST = range(4)


class Model:
    def __init__(self, path, strict):
        self.strict = strict
        self.ends_in_slash = path.endswith(b"/")
        self.links = {}
        self.loops = False
        start = b"/" if path.startswith(b"/") else os.getcwdb()
        self.result = self.walk(start, path.rstrip(b"/"), False)

    def walk(self, place, text, more_behind):
        names = text.split(b"/")
        for i, name in enumerate(names, 1):
            more = more_behind or i < len(names)
            if name == b"..":
                place = os.path.dirname(place)
            elif name not in (b"", b"."):
                place = self.enter(os.path.join(place, name), more)
        return place

    def enter(self, place, more):
        try:
            target = self.look(place, more)
        except OSError as error:
            # osier looks from directory to directory: what is missing above is so at any length
            missing = isinstance(error, FileNotFoundError) or (
                error.errno == errno.ENAMETOOLONG and not os.path.lexists(place[:4000].rpartition(b"/")[0] or b"/")
            )
            if self.strict == STRICT or self.strict == ALL_BUT_LAST and more or self.strict and not missing:
                raise
            return place
        if target is None:
            return place
        if self.links.get(place) is None:
            self.links[place] = None
            start = b"/" if target.startswith(b"/") else os.path.dirname(place)
            self.links[place] = self.walk(start, target, more)
        return self.links[place]

    def look(self, place, more):
        """What the link there says, or None if it is none."""
        mode = os.lstat(place).st_mode
        if not stat.S_ISLNK(mode):
            if self.strict and (more or self.ends_in_slash) and not stat.S_ISDIR(mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), place)
            return None
        if place in self.links and self.links[place] is None:
            self.loops = True
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), place)
        return os.readlink(place)


def realpath(path, strict):
    """Python's own answer where this Python has it, else the model's."""
    if sys.version_info >= (3, 15):
        modes = [False, True, os.path.ALLOW_MISSING, os.path.ALL_BUT_LAST]
        return os.path.realpath(path, strict=modes[strict])
    model = Model(path, strict)
    # Before 3.13 links are looked at relative to the current directory, which its path may not lead to.
    reached = sys.version_info >= (3, 13) or path.startswith(b"/") or os.path.exists(os.getcwdb())
    if strict == LENIENT and not model.loops and reached:
        return os.path.realpath(path)
    return model.result
