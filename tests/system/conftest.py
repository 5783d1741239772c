# SPDX-License-Identifier: MIT
"""The machine of these tests: one for all of them, with osier in it."""

import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machine import Machine, make, unified  # noqa: E402

BUILD = os.environ["OSIER_BUILD"]


@pytest.fixture(scope="session")
def machine():
    if os.geteuid() != 0 or not unified() or not shutil.which("debootstrap"):
        pytest.skip("needs root, cgroups of version 2 and debootstrap")
    place = os.path.join(BUILD, "machine")
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(BUILD, "machine.log"), "ab") as log:
        pristine = make(os.path.join(place, "debian"), log)
    with Machine(pristine, place) as machine:
        os.makedirs(os.path.join(machine.root, "opt/osier"))
        shutil.copy(os.path.join(BUILD, "osier"), os.path.join(machine.root, "opt/osier"))
        yield machine


@pytest.fixture
def osier(machine):
    def osier(*words, status=0, **options):
        done = machine.run("/opt/osier/osier", *words, **options)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return osier


@pytest.fixture
def site(machine):
    """Writes the state into the machine."""

    def write(text):
        with open(os.path.join(machine.root, "opt/site.toml"), "w") as file:
            file.write(text)

    return write
