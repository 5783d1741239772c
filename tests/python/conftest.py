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


@pytest.fixture
def planning(tmp_path, monkeypatch):
    """An empty current directory, and a place of the test's own for what undo needs."""
    state = tmp_path.with_name(tmp_path.name + "-state")
    state.mkdir(mode=0o700)
    monkeypatch.setenv("OSIER_STATE", str(state))
    monkeypatch.chdir(tmp_path)
    return tmp_path
