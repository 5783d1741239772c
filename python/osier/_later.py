# SPDX-License-Identifier: MIT
"""Modules that are changed when the program imports them: ntpath, shutil, and what unittest.mock takes for functions."""

import sys


def _change_shutil(module):
    from osier import _shutil

    _shutil.put(module)


def _change_ntpath(module):
    import osier
    from osier import path

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
