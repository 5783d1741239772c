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


def like(original):
    """Has a function look like the one whose place it takes."""

    def dress(function):
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(function, name, getattr(original, name))
        function.__dict__.update(original.__dict__)
        return function

    return dress
