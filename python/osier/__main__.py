# SPDX-License-Identifier: MIT
"""`python3 -m osier SCRIPT…|-m MODULE…|-c CODE…`: runs a program with os replaced, children included."""

import os
import runpy
import sys

import osier

USAGE = "usage: python3 -m osier SCRIPT [ARGUMENT...] | -m MODULE [ARGUMENT...] | -c CODE [ARGUMENT...]"


def inherit():
    """Has every Python that is started from here on install osier as well."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = [os.path.join(here, "_children"), os.path.dirname(here)]
    path += [item for item in os.environ.get("PYTHONPATH", "").split(os.pathsep) if item and item not in path]
    os.environ["PYTHONPATH"] = os.pathsep.join(path)


def main(arguments):
    if not arguments or (arguments[0] in ("-m", "-c") and len(arguments) < 2):
        sys.exit(USAGE)
    osier.install()
    inherit()
    kind, *rest = arguments
    if kind == "-m":
        sys.argv = rest
        sys.path[0] = os.getcwd()
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path[0] = ""
        code = compile(rest[0], "<string>", "exec")
        exec(code, {"__name__": "__main__", "__builtins__": __builtins__})
    else:
        sys.argv = arguments
        sys.path[0] = os.path.dirname(os.path.abspath(kind))
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
