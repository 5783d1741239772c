# SPDX-License-Identifier: MIT
"""Puts the os module together: the interpreter's own Python code, run afresh over osier's posix.

So every name, default and docstring is that of the running version, whichever it is; what is slow
or wrong of it is then replaced by functions on the C core. Modules that the program may import later
are changed then: ntpath, shutil, and what unittest.mock takes for functions.
"""

import sys

from osier import _environ, _functions, _original, _posix, path

PARTS = ("genericpath", "posixpath", "os")  # in the order in which they run


def assemble():
    """The modules that take the place of genericpath, posixpath, posix and os, by name."""
    parts = {name: _original.fresh(getattr(_original, name)) for name in PARTS}
    modules = {**parts, "os.path": parts["posixpath"], "posix": _posix}
    _original.run(parts.values(), modules)
    builtins = path.own_builtins()
    _environ.put(parts["os"], _original.os, builtins)
    path.replace(parts["os"], parts["genericpath"], parts["posixpath"], builtins)
    _functions.put(parts["os"])
    name_as_osier(modules)
    return modules


def name_as_osier(modules):
    """Has functions and classes found as those of osier.os and osier.os.path, where `os` is another."""
    _original.belong(_original.own(modules["posixpath"], _original.posixpath), "osier.os.path")
    _original.belong(_original.own(modules["os"], _original.os), "osier.os")


def name_as_original(modules):
    """Gives them the names that the interpreter's own have, in whose place they are from now on."""
    own = {name: _original.own(modules[name], getattr(_original, name)) for name in PARTS}
    own["posix"] = {name: value for name, value in own["os"].items() if name in _original.functions}
    for name, functions in own.items():
        theirs = _original.functions if name == "posix" else vars(getattr(_original, name))
        for key, value in functions.items():
            value.__module__ = getattr(theirs.get(key), "__module__", None) or name


def assemble_ntpath(modules):
    """An ntpath that stands on these modules."""
    import ntpath

    fresh = _original.fresh(ntpath)
    _original.run([fresh], modules)
    path.replace_nt(modules["os"], fresh)
    _original.belong({name: value for name, value in _original.own(fresh, ntpath).items()
                       if value.__module__ == "ntpath"}, "osier.ntpath")
    return fresh


def assemble_shutil(modules):
    """A shutil that stands on these modules; its exceptions and its formats are everybody's."""
    import shutil

    from osier import _shutil

    fresh = _original.fresh(shutil)
    _original.run([fresh], modules)
    for name, value in vars(shutil).items():
        if isinstance(value, type) and issubclass(value, Exception) or name in ("_ARCHIVE_FORMATS", "_UNPACK_FORMATS"):
            setattr(fresh, name, value)
    _shutil.put(fresh)
    _original.belong({name: value for name, value in _original.own(fresh, shutil).items()
                       if value.__module__ == "shutil"}, "osier.shutil")
    return fresh


def _change_shutil(module):
    from osier import _shutil

    _shutil.put(module)


def _change_ntpath(module):
    import osier

    path.replace_nt(osier.modules()["os"], module)


def _change_mock(module):
    """Has autospec look at the signatures of osier's builtins, as at those of the Python functions whose place they take."""
    from osier import _autospec

    module.FunctionTypes = (*module.FunctionTypes, _autospec.Replaced)


CHANGES = {"ntpath": _change_ntpath, "shutil": _change_shutil, "unittest.mock": _change_mock}


class _Loader:
    """Runs a module by its own loader, which may be a class that others share, and then changes it."""

    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        CHANGES[module.__name__](module)


class _Finder:
    """Waits for modules to be imported, and then changes each."""

    def __init__(self, names):
        self.names = set(names)

    def find_spec(self, name, path=None, target=None):
        if name not in self.names:
            return None
        self.names.discard(name)
        if not self.names and self in sys.meta_path:  # and not in somebody's wrapping of it
            sys.meta_path.remove(self)
        from importlib.util import find_spec  # which takes long to be imported

        spec = find_spec(name)
        spec.loader = _Loader(spec.loader)
        return spec


def change(*names):
    """Changes these modules, which may be yet to come."""
    waiting = {name for finder in sys.meta_path if isinstance(finder, _Finder) for name in finder.names}
    for name in names:
        if name in sys.modules and name not in _changed:
            CHANGES[name](sys.modules[name])
    to_come = set(names) - set(sys.modules) - waiting - _changed
    if to_come:
        sys.meta_path.insert(0, _Finder(to_come))
    _changed.update(names)


_changed = set()
