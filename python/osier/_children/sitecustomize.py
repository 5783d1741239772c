# SPDX-License-Identifier: MIT
"""Installs osier in a child of `python3 -m osier`, then runs the sitecustomize that it hides."""

import sys

_here = __file__.rpartition("/")[0]


def _install():
    """Leaves everything as it is in an interpreter that osier was not built for."""
    place = _here.rpartition("/")[0].rpartition("/")[0]
    sys.path.insert(0, place)
    try:
        import os

        import osier

        osier.install(psutil="OSIER_PSUTIL" in os.environ)
    except ImportError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "osier"]:
            del sys.modules[name]
    finally:
        sys.path.remove(place)


def _run_hidden():
    """Imports the next module of this name; there may be none, which is an ImportError as without osier."""
    del sys.modules[__name__]
    import sitecustomize


sys.path[:] = [item for item in sys.path if item != _here]
if sys.version_info >= (3, 11):
    _install()
if sys.version_info >= (3, 4):
    _run_hidden()
