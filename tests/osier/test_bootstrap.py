# SPDX-License-Identifier: MIT
"""tools/bootstrap on machines that lack something, put together from links and stand-ins."""

import os
import pathlib
import subprocess

import pytest

BOOTSTRAP = pathlib.Path(__file__).parents[2] / "tools" / "bootstrap"
TOOLS = ["cc", "make", "meson", "ninja", "pkg-config", "python3"]
NEEDED = ["grep", "id", "mktemp", "rm", "sh", "tail"]


@pytest.fixture
def machine(tmp_path):
    """Runs bootstrap where only these commands exist; the values are scripts, or None for the real one."""

    def run(commands, *groups):
        place = tmp_path / "bin"
        place.mkdir()
        for name, script in {**dict.fromkeys(NEEDED), **commands}.items():
            target = place / name
            if script is None:
                real = next(path for path in (f"{d}/{name}" for d in ["/usr/bin", "/bin"]) if os.path.exists(path))
                target.symlink_to(real)
            else:
                target.write_text(f"#!/bin/sh\n{script}\n")
                target.chmod(0o755)
        done = subprocess.run(["/bin/sh", BOOTSTRAP, *groups], capture_output=True, text=True,
                              env={"PATH": str(place), "TMPDIR": str(tmp_path)})
        assert done.stdout == ""
        assert not list(tmp_path.glob("tmp.*"))
        return done.returncode, done.stderr

    return run


def test_nothing_is_needed_where_all_tools_are(machine):
    assert machine(dict.fromkeys(TOOLS), "build") == (0, "")


def test_without_a_package_manager(machine):
    status, said = machine(dict.fromkeys(set(TOOLS) - {"ninja", "meson"}), "build")
    assert (status, said) == (1, "bootstrap: no apt-get on this machine, install by other means what Debian calls: meson ninja-build\n")


def test_without_sudo(machine):
    status, said = machine({**dict.fromkeys(set(TOOLS) - {"ninja"}), "apt-get": "exit 0", "id": "echo 1000"}, "build")
    assert (status, said) == (1, "bootstrap: not root and no sudo, have root run: apt-get install -y --no-install-recommends ninja-build\n")


def test_offline(machine):
    apt = "echo \"W: Failed to fetch http://x/  Temporary failure resolving 'x'\" >&2; exit 100"
    status, said = machine({**dict.fromkeys(set(TOOLS) - {"ninja"}), "apt-get": apt, "id": "echo 0"}, "build")
    assert status == 1
    assert said.splitlines() == ["bootstrap: installing ninja-build",
                                 "bootstrap: can't reach the package mirror (offline?), needed are: ninja-build"]


def test_lists_are_fetched_when_it_does_not_work_without(machine):
    apt = 'case $1 in update) : >"$TMPDIR/lists" ;; *) [ -e "$TMPDIR/lists" ] ;; esac'
    status, said = machine({**dict.fromkeys(set(TOOLS) - {"ninja"}), "apt-get": apt, "id": "echo 0"}, "build")
    assert (status, said) == (0, "bootstrap: installing ninja-build\n")


def test_an_unknown_group(machine):
    assert machine(dict.fromkeys(TOOLS), "biuld") == (64, "bootstrap: unknown group: 'biuld'\n")
