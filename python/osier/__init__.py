# SPDX-License-Identifier: MIT
"""Python's os module, natively in C.

    import osier.os as os           the module, for this file
    osier.install()                 in place of os, os.path and posix, for the whole program
    python3 -m osier SCRIPT         the same from outside, children included
    import osier.psutil as psutil   psutil, on the same core
    with osier.plan() as os:        changes that are shown first, made at the end or not at all
    osier.state("site.toml").apply()        a machine as a file says it shall be
    osier.rehearse(["make", "install"])     what a command would change, to be kept or dropped
    import osier.system             the machine: processes, disks, network, control groups, settings; handles as classes
    import osier.extra              what osier has beyond os: rename_exchange, tree_usage, pressure, net_routes …
"""

import sys

__all__ = ["install", "installed", "modules"]

_modules = None


def __getattr__(name):
    if name == "__version__":
        from osier import _posix

        return _posix._version
    if name == "run":
        import importlib

        return importlib.import_module("osier.run")
    if name in ("plan", "undo"):
        from osier import _plan

        return getattr(_plan, name)
    if name in ("state", "StateError", "StateFailed"):
        from osier import _state

        return getattr(_state, name)
    if name == "rehearse":
        from osier import _rehearse

        return _rehearse.rehearse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def modules():
    """The modules by the names whose place they take: os, os.path, posix, posixpath, genericpath."""
    global _modules
    if _modules is None:
        from osier import _assemble

        _modules = _assemble.assemble()
        _assemble.change("unittest.mock")
    return _modules


def installed():
    """Whether `import os` gives osier's."""
    return _modules is not None and sys.modules.get("os") is _modules["os"]


def install(psutil=False):
    """Puts osier's modules in the place of Python's: for imports to come, and in modules that hold them.

    With `psutil` osier.psutil takes psutil's place as well.
    """
    from osier import _assemble, _original

    fresh = modules()
    replace = {id(getattr(_original, name)): fresh[name] for name in ("genericpath", "os", "posix", "posixpath")}
    sys.modules.update(fresh)
    if sys.version_info >= (3, 12):
        # os.stat_result finds its own maker through sys.modules["posix"] and crashes on any other
        # module: so the interpreter's own stays, and holds what osier's does
        own = {name: value for name, value in vars(fresh["posix"]).items() if not name.startswith("__")}
        vars(_original.posix).update(own)
        sys.modules["posix"] = _original.posix
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if module is _original or not isinstance(names, dict) or replace.keys().isdisjoint(map(id, names.values())):
            continue
        for name, value in list(names.items()):
            if id(value) in replace:
                names[name] = replace[id(value)]
    fresh["posix"].__name__ = "posix"
    _assemble.name_as_original(fresh)
    _assemble.change("ntpath", "shutil")
    if psutil:
        import osier.psutil

        osier.psutil._take_place()
