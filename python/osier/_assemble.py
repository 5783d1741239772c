# SPDX-License-Identifier: MIT
"""Puts the os module together: the interpreter's own Python code, run afresh over osier's posix.

So every name, default and docstring is that of the running version, whichever it is; what is slow
or wrong of it is then replaced by functions on the C core.
"""

import contextlib
import importlib.machinery
import sys

from osier import _directories, _environ, _original, _posix, _programs, _shutil, _walk, path


@contextlib.contextmanager
def _in_place_of(modules):
    """Has the import system find `modules` under their names."""
    kept = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in kept.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _empty(name, file):
    """A module that nothing has run in yet."""
    loader = importlib.machinery.SourceFileLoader(name, file)
    module = type(sys)(name)
    module.__file__ = file
    module.__loader__ = loader
    module.__package__ = ""
    module.__spec__ = importlib.machinery.ModuleSpec(name, loader, origin=file)
    module.__spec__.has_location = True
    return module


def _run(module):
    exec(module.__loader__.get_code(module.__name__), module.__dict__)


def assemble():
    """The modules that take the place of genericpath, posixpath, posix and os, by name."""
    fresh = {name: _empty(name, getattr(_original, name).__file__) for name in ("genericpath", "posixpath", "os")}
    modules = {**fresh, "os.path": fresh["posixpath"], "posix": _posix}
    with _in_place_of(modules):
        for module in fresh.values():
            _run(module)
    builtins = path.own_builtins()
    _environ.put(fresh["os"], _original.os, builtins)
    path.replace(fresh["os"], fresh["genericpath"], fresh["posixpath"], builtins)
    _directories.put(fresh["os"])
    _walk.put(fresh["os"])
    _programs.put(fresh["os"])
    return modules


def assemble_shutil(modules):
    """A shutil that stands on these modules; its exceptions and its formats are everybody's."""
    import shutil

    fresh = _empty("shutil", shutil.__file__)
    with _in_place_of(modules):
        _run(fresh)
    for name, value in vars(shutil).items():
        if isinstance(value, type) and issubclass(value, Exception) or name in ("_ARCHIVE_FORMATS", "_UNPACK_FORMATS"):
            setattr(fresh, name, value)
    _shutil.put(fresh)
    return fresh
