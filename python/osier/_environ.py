# SPDX-License-Identifier: MIT
"""os.environ and os.environb, read by a type in C; all else of them is os.py's own class."""

from osier import path


def _mapping(kind, original):
    """One of a quicker kind that shares all that `original` has: there is one environment."""
    mapping = kind.__new__(kind)
    vars(mapping).update(vars(original))
    return mapping


def put(os, original, builtins):
    """Gives `os` mappings of the environment that stand on the same dictionary as those of `original`."""
    base = original._Environ

    class _Environ(builtins.Lookup, base):
        __doc__ = base.__doc__

    _Environ.__module__ = base.__module__
    _Environ.__qualname__ = base.__qualname__
    os._Environ = _Environ
    for name in ("environ", "environb"):
        setattr(os, name, _mapping(_Environ, getattr(original, name)))
    builtins.bind_environ(os, base)
    for name in ("getenv", "getenvb"):
        path.put(builtins, os, name)
