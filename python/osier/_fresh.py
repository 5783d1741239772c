# SPDX-License-Identifier: MIT
"""Modules of the interpreter's own, run once more: the same code, wherever the interpreter has it."""

import sys

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
