# SPDX-License-Identifier: MIT
"""os.environ and os.environb, read by a type in C; all else of them is os.py's own class.

Who goes through them sees what they were when he began: a variable that another thread deletes
meanwhile is still found, so that dict(os.environ) can't fail. What the same thread deletes is gone.
"""

from _thread import _local

from osier import path

_reading = _local()  # .copies: what this thread is going through, a dictionary for each


def _copies():
    try:
        return _reading.copies
    except AttributeError:
        _reading.copies = []
        return _reading.copies


def _kind(base, lookup):
    class _Environ(lookup, base):
        __doc__ = base.__doc__

        def __iter__(self):
            copy, copies = self._data.copy(), _copies()
            copies.append(copy)
            try:
                for key in tuple(copy):
                    yield self.decodekey(key)
            finally:
                copies[:] = [other for other in copies if other is not copy]

        def __delitem__(self, key):
            base.__delitem__(self, key)
            for copy in _copies():
                copy.pop(self.encodekey(key), None)

        def _vanished(self, key):
            """The value of a variable that isn't there any more, for who is going through the mapping."""
            for copy in reversed(_copies()):
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
