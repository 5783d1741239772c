# SPDX-License-Identifier: MIT
"""usage: python3 -m osier SCRIPT [ARGUMENT...]
       python3 -m osier -m MODULE [ARGUMENT...]
       python3 -m osier -c CODE [ARGUMENT...]
       python3 -m osier - [ARGUMENT...]

Runs a Python program with osier in the place of os, os.path and posix: in the program itself and in
every Python that it starts. SCRIPT may be a file, a directory or a zip archive with a __main__.py;
a lone dash is standard input.

options:
  --psutil       before the program: osier.psutil takes psutil's place, too
  -h, --help     this text
  -V, --version  the version of osier
"""

import builtins
import importlib.machinery
import importlib.util
import marshal
import os
import runpy
import sys
import types

import osier

_OURS = {__file__, runpy._run_code.__code__.co_filename}


def _inherit():
    """Has every Python that is started from here on install osier as well."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_children")
    path = os.environ.get("PYTHONPATH")
    if not path or path.split(os.pathsep)[0] != here:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (here, path)))


def _fresh_main():
    """A module __main__ for the program, in the place of this one."""
    module = types.ModuleType("__main__")
    module.__builtins__ = builtins
    module.__loader__ = importlib.machinery.BuiltinImporter
    if "__annotations__" in vars(sys.modules["__main__"]):  # as this version has it
        module.__annotations__ = {}
    sys.modules["__main__"] = module
    return module


def _look_first_in(directory):
    """Puts in sys.path what Python does for a program, in the place of what it did for this one."""
    if not sys.flags.safe_path:
        sys.path[0] = directory


def _run_code(code):
    exec(code, sys.modules["__main__"].__dict__)


def _run_source(source, name):
    _run_code(compile(source, name, "exec", dont_inherit=True))


def _read_script(path):
    """Its code, from source or from a .pyc file."""
    try:
        with open(path, "rb") as file:
            text = file.read()
        compiled = text.startswith(importlib.util.MAGIC_NUMBER)
        return marshal.loads(text[16:]) if compiled else text  # behind the header of PEP 552
    except OSError as error:
        sys.stderr.write(f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}\n")
        sys.exit(2)


def _is_importable_from(path):
    """Whether it is a directory or an archive, which modules are found in."""
    for hook in sys.path_hooks:
        try:
            hook(path)
            return True
        except ImportError:
            pass
    return False


def _run_script(name, main):
    path = os.path.join(os.getcwd(), name)
    if _is_importable_from(path):
        sys.path[:0 if sys.flags.safe_path else 1] = [path]
        runpy._run_module_as_main("__main__", False)
        return
    code = _read_script(path)
    main.__file__ = path
    main.__cached__ = None
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", path)
    target = os.path.realpath(path) if os.path.islink(path) else path
    _look_first_in(os.path.dirname(os.path.abspath(target)))
    _run_source(code, path) if isinstance(code, bytes) else _run_code(code)


def _run(kind, rest):
    main = _fresh_main()
    if kind == "-m":
        sys.argv = ["-m", *rest[1:]]
        _look_first_in(os.getcwd())
        runpy._run_module_as_main(rest[0])
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        _look_first_in("")
        _run_source(rest[0], "<string>")
    elif kind == "-":
        sys.argv = ["-", *rest]
        _look_first_in("")
        main.__file__ = "<stdin>"
        _run_source(sys.stdin.buffer.read(), "<stdin>")
    else:
        sys.argv = [kind, *rest]
        _run_script(kind, main)


def _leave_out_launcher():
    """Has the traceback of what ended the program begin with the program."""
    hook = sys.excepthook

    def excepthook(kind, value, trace):
        sys.excepthook = hook
        while trace and trace.tb_frame.f_code.co_filename in _OURS:
            trace = trace.tb_next
        hook(kind, value.with_traceback(trace), trace)

    sys.excepthook = excepthook


def main(arguments):
    psutil = arguments[:1] == ["--psutil"]
    kind, *rest = arguments[psutil:] or [None]
    if kind in ("-h", "--help"):
        print(__doc__, end="")
    elif kind in ("-V", "--version"):
        print(f"osier {osier.__version__}")
    elif kind is None or (kind in ("-m", "-c") and not rest) or (kind.startswith("-") and kind not in ("-m", "-c", "-")):
        sys.stderr.write(__doc__.partition("\n\n")[0] + "\n")
        sys.exit(2)
    else:
        osier.install(psutil=psutil)
        if psutil:
            os.environ["OSIER_PSUTIL"] = "1"
        _inherit()
        try:
            _run(kind, rest)
        except SystemExit:
            raise
        except BaseException:
            _leave_out_launcher()
            raise


if __name__ == "__main__":
    main(sys.argv[1:])
