# SPDX-License-Identifier: MIT
"""Puts os.path together: the interpreter's own genericpath and posixpath, run afresh over an os
module, with builtins on the C core in the place of their functions.

So every name, signature and docstring is that of the running version, whichever it is. A builtin
answers what the core can answer for, and calls the Python function it took the place of for the rest.
"""

import sys

from osier import _original, _posix

__all__ = ["assemble", "own_builtins", "put", "replace", "replace_nt"]


def assemble(os_module=_original.os):
    """Gives the pair genericpath and posixpath that works on `os_module`, with builtins in them."""
    pair = _original.fresh(_original.genericpath), _original.fresh(_original.posixpath)
    _original.run(pair, {"os": os_module, "genericpath": pair[0], "posixpath": pair[1]})
    replace(os_module, *pair)
    return pair


def own_builtins():
    """A module osier._path of its own, as each serves one os; its code is in the file of osier._posix, which is open."""
    import _frozen_importlib  # importlib.util has the same, and takes long to be imported
    import _frozen_importlib_external

    file = _posix.__file__
    loader = _frozen_importlib_external.ExtensionFileLoader("osier._path", file)
    module = _frozen_importlib.module_from_spec(_frozen_importlib.ModuleSpec("osier._path", loader, origin=file))
    loader.exec_module(module)
    return module


def _parameters(code):
    """The parameters of a Python function, in their order: pairs of a name and how it is marked."""
    count = code.co_argcount
    named = code.co_varnames[: count + code.co_kwonlyargcount]
    for i, name in enumerate(named[:count]):
        yield name, "/" if i + 1 == code.co_posonlyargcount else ""
    if code.co_flags & 0x04:  # *args
        yield "*" + code.co_varnames[len(named)], ""
    elif code.co_kwonlyargcount:
        yield "*", ""
    for name in named[count:]:
        yield name, ""


def _defaults(function):
    """The defaults of a Python function by the names of their parameters."""
    code, positional = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(positional) :]
    return {**dict(zip(names, positional)), **(function.__kwdefaults__ or {})}


def _signature(function):
    """The text from which inspect.signature() makes that of a function."""
    defaults = _defaults(function)
    words = ["$module"]
    marked = function.__code__.co_posonlyargcount > 0
    if not marked:
        words.append("/")
    for name, mark in _parameters(function.__code__):
        words.append(f"{name}={defaults[name]!r}" if name in defaults else name)
        words += mark
    return f"({', '.join(words)})"


def _names(function):
    """By what names arguments may be given, in their order; None for one that has no name."""
    code = function.__code__
    if code.co_flags & 0x0C:
        return ()
    named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return (None,) * code.co_posonlyargcount + named[code.co_posonlyargcount :]


def _replaceable(name, value, posixpath):
    """Whether the core does what a function of this interpreter does."""
    if not isinstance(value, _original.FUNCTION) or hasattr(value, "__wrapped__"):
        return False  # some are C already
    if name == "commonprefix":
        return "warn" not in value.__code__.co_names and "warnings" not in value.__code__.co_names
    if name == "expandvars":
        return hasattr(posixpath, "_varpattern") or hasattr(posixpath, "_varprog")
    return True


def put(builtins, module, name, prefix=""):
    """Puts a builtin in the place of a function: whether there is one."""
    original = getattr(module, name)
    doc = f"{name}{_signature(original)}\n--\n\n{original.__doc__ or ''}"
    builtin = builtins.make(prefix + name, original, _names(original), doc, original.__module__)
    if builtin is not None:
        setattr(module, name, builtin)
    return builtin is not None


def replace(os_module, genericpath, posixpath, builtins=None):
    """Puts the builtins in the place of the functions of the two modules.

    `os_module` has to be finished: its functions and its environ are noted, and a builtin that finds
    another in their place leaves the call to the Python function.
    """
    builtins = builtins or own_builtins()
    for name, original in list(vars(posixpath).items()):
        if not _replaceable(name, original, posixpath):
            continue
        if put(builtins, posixpath, name) and getattr(genericpath, name, None) is original:
            setattr(genericpath, name, getattr(posixpath, name))
    _bind(builtins, os_module, posixpath)


def _bind(builtins, os_module, posixpath):
    utf8 = sys.getfilesystemencoding() == "utf-8" and sys.getfilesystemencodeerrors() == "surrogateescape"
    builtins.bind(
        os_module,
        getattr(posixpath, "ALLOW_MISSING", None),
        getattr(posixpath, "ALL_BUT_LAST", None),
        utf8,
        hasattr(posixpath, "_joinrealpath"),
        hasattr(posixpath, "_varpattern"),
        min(sys.version_info[1], 13),
    )


def replace_nt(os_module, ntpath):
    """Puts the builtins in the place of the functions of ntpath that look at the text alone."""
    builtins = own_builtins()
    for name, original in list(vars(ntpath).items()):
        if isinstance(original, _original.FUNCTION) and not hasattr(original, "__wrapped__"):
            put(builtins, ntpath, name, "nt_")
    _bind(builtins, os_module, os_module.path)
