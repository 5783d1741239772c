# SPDX-License-Identifier: MIT
"""Puts the os module together: the interpreter's own Python code, run afresh over osier's posix.

So every name, default and docstring is that of the running version, whichever it is; what is slow
or wrong of it is then replaced by functions on the C core.
"""

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
