# SPDX-License-Identifier: MIT
"""Finds the package osier: where PYTHONPATH says, else in the build directory of this tree."""

import importlib.util
import pathlib
import sys

import pytest

if importlib.util.find_spec("osier") is None:
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "build" / "python"))


def pytest_ignore_collect(collection_path):
    """Nothing can be tested where the door wasn't built."""
    return collection_path.suffix == ".py" and importlib.util.find_spec("osier") is None or None


@pytest.fixture(scope="session")
def paths():
    """An os.path with the builtins, over the running os."""
    from osier.path import assemble

    return assemble()[1]
