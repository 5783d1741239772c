# SPDX-License-Identifier: MIT
"""What the functions that take the place of Python ones have in common."""

from osier import _posix

BAD_ARGUMENT = (TypeError, ValueError, OverflowError)


def watch(*places):
    """A function that tells whether these names, in these namespaces, still are what they are now,
    and nobody listens to audit events: whether the calls in between would go unnoticed."""
    kept = [(names, name, names.get(name)) for names, *those in places for name in those]

    def intact():
        for names, name, value in kept:
            if names.get(name) is not value:
                return False
        return not _posix._audited()

    return intact


def parameters(function):
    """The names of a function's parameters, and whether it takes any keyword besides."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], bool(code.co_flags & 0x08)


def in_place_of(module, name):
    """Puts a function in the place of a module's, in its dress, if it takes the same arguments.

    The interpreter's own stays where it takes others: some version has given it a new one. A function
    that takes any keyword passes on those it doesn't know.
    """
    original = getattr(module, name)

    def put(function):
        names, passes = parameters(function)
        if passes or names == parameters(original)[0]:
            for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
                setattr(function, attribute, getattr(original, attribute))
            function.__dict__.update(original.__dict__)
            if passes:
                function.__wrapped__ = original  # whose signature it has
            setattr(module, name, function)
        return function

    return put
