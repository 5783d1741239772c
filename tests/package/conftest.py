# SPDX-License-Identifier: MIT
"""Every CPython of this machine, and osier installed for it as a user would."""

import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
INTERPRETERS = subprocess.run([TOP / "tools/interpreters"], capture_output=True, text=True, check=True).stdout.split()


def clean_environment(**more):
    """The environment without what could lead to another osier, or out of this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "OSIER_"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}


def built(build):
    """… with the library and the command that are there already, and what is compiled compiled quickly."""
    return clean_environment(OSIER_LIBRARY=str((build / "libosier.a").resolve()), OSIER_COMMAND=str((build / "osier").resolve()),
                             CFLAGS="-O0")


def run(*command, **options):
    """Its standard output; both outputs are told when it fails."""
    done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **{"env": clean_environment(), "cwd": "/", **options})
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def sdist(tmp_path_factory):
    """The archive of the sources."""
    return pathlib.Path(run("/usr/bin/python3", TOP / "python/pack.py", "sdist", tmp_path_factory.mktemp("sdist")).strip())


@pytest.fixture(scope="session", params=INTERPRETERS or [None])
def interpreter(request):
    if not request.param:
        pytest.skip("no CPython with its headers")
    return request.param


@pytest.fixture(scope="session")
def venv(interpreter, sdist, build, tmp_path_factory):
    """The python of a virtual environment where pip installed the sdist; the core is compiled for the first of them alone."""
    place = tmp_path_factory.mktemp("venv")
    run(interpreter, "-m", "venv", place)
    python = place / "bin" / "python"
    run(python, "-m", "pip", "install", "--no-deps", sdist, env=clean_environment() if interpreter == INTERPRETERS[0] else built(build))
    return python
