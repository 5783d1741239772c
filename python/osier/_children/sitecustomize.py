# SPDX-License-Identifier: MIT
"""Installs osier in a child of `python3 -m osier`, then runs the sitecustomize that it hides."""

import sys

_here = __file__.rpartition("/")[0]


def _package():
    """osier, from where it is: it needn't be on the path, nor is the path searched for it."""
    import _frozen_importlib  # importlib.util has the same, and takes long to be imported
    import _frozen_importlib_external

    place = _here.rpartition("/")[0]
    spec = _frozen_importlib_external.spec_from_file_location("osier", place + "/__init__.py", submodule_search_locations=[place])
    module = sys.modules["osier"] = _frozen_importlib.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _install():
    """Leaves everything as it is in an interpreter that osier was not built for."""
    try:
        import os

        _package().install(psutil="OSIER_PSUTIL" in os.environ)
    except ImportError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "osier"]:
            del sys.modules[name]


def _run_hidden():
    """Imports the next module of this name; there may be none, which is an ImportError as without osier."""
    del sys.modules[__name__]
    import sitecustomize


sys.path[:] = [item for item in sys.path if item != _here]
if sys.version_info >= (3, 11):
    _install()
if sys.version_info >= (3, 4):
    _run_hidden()
