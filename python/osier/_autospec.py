# SPDX-License-Identifier: MIT
"""What unittest.mock is told of builtins that take the place of Python functions: that they are functions.

For a Python function, autospec makes a function of the same signature; a builtin it lets take any arguments.
"""

import types

from osier import _original


class _Kind(type):
    def __instancecheck__(cls, value):
        if not isinstance(value, types.BuiltinFunctionType) or getattr(value.__self__, "__name__", "") != "osier._path":
            return False
        theirs = getattr(_original.posixpath, value.__name__, None) or getattr(_original.os, value.__name__, None)
        return isinstance(theirs, types.FunctionType)


class Replaced(metaclass=_Kind):
    """The kind of such a builtin."""
