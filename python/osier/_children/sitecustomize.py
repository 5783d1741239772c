# SPDX-License-Identifier: MIT
"""Installs osier in a child of `python3 -m osier`, then runs the sitecustomize that it hides."""

import importlib.machinery
import importlib.util
import sys

import osier

osier.install()

_here = __file__.rpartition("/")[0]
_spec = importlib.machinery.PathFinder.find_spec(__name__, [item for item in sys.path if item != _here])
if _spec and _spec.loader:
    _module = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
