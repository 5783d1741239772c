# SPDX-License-Identifier: MIT
"""The interpreter's own modules: held before anything of them is replaced, and run once more, wherever it has their code."""

import os  # the first: genericpath, imported before it (python3 -S), finds itself half made
import sys

import genericpath
import posix
import posixpath

#: What the functions of posix were: osier.install() may put its own in their place.
functions = dict(vars(posix))
NAMES = ("genericpath", "os", "os.path", "posix", "posixpath")

KEPT = ("__doc__", "__file__", "__cached__", "__loader__", "__package__", "__path__", "__spec__")
FUNCTION = type(lambda: None)
KINDS = (type, type(sys.exit), FUNCTION)


def fresh(original):
    """A module like one of the interpreter's own, which nothing has run in yet."""
    module = type(sys)(original.__name__)
    for name in KEPT:
        if hasattr(original, name):
            setattr(module, name, getattr(original, name))
    return module


def run(fresh_modules, in_place_of):
    """Runs the code of modules, each of which finds the modules `in_place_of` under their names."""
    kept = {name: sys.modules.get(name) for name in in_place_of}
    sys.modules.update(in_place_of)
    try:
        for module in fresh_modules:
            # frozen, a file of source, a file of code, a part of an archive
            exec(module.__spec__.loader.get_code(module.__name__), module.__dict__)
    finally:
        for name, module in kept.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def own(module, original):
    """The functions and classes of a module that are not those of the interpreter's own, by name."""
    theirs = vars(original)
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, KINDS) and value is not theirs.get(name)
    }


def belong(functions, module_name):
    """Has functions and classes say of which module they are: so they are found again when they are unpickled."""
    for value in functions.values():
        value.__module__ = module_name
