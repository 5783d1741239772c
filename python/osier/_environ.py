# SPDX-License-Identifier: MIT
"""os.environ and os.environb, read by a type in C; all else of them is os.py's own class.

Who goes through them sees what they were when he began: a variable that another thread deletes
meanwhile is still found, so that dict(os.environ) can't fail. What the same thread deletes is gone.
"""

import sys
from _thread import _local

from osier import path


class _Reading(_local):
    """What a thread is going through: a copy of the dictionary for each."""

    def __init__(self):
        self.copies = []
        self.last = None  # and the last that it has gone through, with where in its program it did

    def all(self):
        return (*self.copies, self.last[0]) if self.last else self.copies


_reading = _Reading()


def _place():
    """Where the program calls this from: dict() first asks for all names, then for each value, in one such place."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__") in ("_collections_abc", "collections.abc"):
        frame = frame.f_back
    return id(frame), frame.f_lasti


def _kind(base, lookup):
    class _Environ(lookup, base):
        __doc__ = base.__doc__

        def __iter__(self):
            copy, place = self._data.copy(), _place()
            _reading.copies.append(copy)
            try:
                for key in tuple(copy):
                    yield self.decodekey(key)
            finally:
                _reading.copies[:] = [other for other in _reading.copies if other is not copy]
                _reading.last = copy, place

        def __delitem__(self, key):
            base.__delitem__(self, key)
            for copy in _reading.all():
                copy.pop(self.encodekey(key), None)

        def _vanished(self, key):
            """The value of a variable that isn't there any more, for who is going through the mapping."""
            last = _reading.last
            copies = _reading.all() if last and last[1] == _place() else _reading.copies
            for copy in reversed(copies):
                value = copy.get(self.encodekey(key))
                if value is not None:
                    return self.decodevalue(value)
            raise KeyError(key) from None

    _Environ.__module__ = base.__module__
    _Environ.__qualname__ = base.__qualname__
    return _Environ


def _mapping(kind, original):
    """One of a quicker kind that shares all that `original` has: there is one environment."""
    mapping = kind.__new__(kind)
    vars(mapping).update(vars(original))
    return mapping


def put(os, original, builtins):
    """Gives `os` mappings of the environment that stand on the same dictionary as those of `original`."""
    base = original._Environ
    os._Environ = _kind(base, builtins.Lookup)
    for name in ("environ", "environb"):
        setattr(os, name, _mapping(os._Environ, getattr(original, name)))
    builtins.bind_environ(os, base)
    for name in ("getenv", "getenvb"):
        path.put(builtins, os, name)
