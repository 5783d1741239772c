# SPDX-License-Identifier: MIT
"""Programs started by a command of another processor, under qemu-user: there a vfork is a fork, and knows no errno of its child."""

import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

SOURCE = pathlib.Path(__file__).parents[2]
TOOLS = ["qemu-aarch64", "aarch64-linux-gnu-gcc", "meson", "ninja"]
OPTIONS = ["--werror", "-Ddefault_library=static", "-Db_pie=false", "-Dc_link_args=-static"]


SPAWN = r"""#include <osier.h>
#include <stdio.h>
int main(void) {
    char *argv[] = {"x", NULL};
    pid_t pid = os_posix_spawn("/nowhere", argv, environ, NULL);
    os_perror("spawn");
    return pid < 0 ? 3 : 0;
}
"""


@pytest.fixture(scope="module")
def build():
    """Where the command is built for aarch64."""
    for tool in TOOLS:
        if not shutil.which(tool):
            pytest.skip(f"no {tool} here")
    build = pathlib.Path(os.environ["OSIER_BUILD"]).resolve() / "variant-aarch64"
    clean = {key: value for key, value in os.environ.items() if key not in ("CC", "LD_LIBRARY_PATH")}
    if not (build / "build.ninja").exists():
        cross = ["--cross-file", SOURCE / "tools" / "cross" / "aarch64.ini"]
        subprocess.run(["meson", "setup", *cross, *OPTIONS, build], cwd=SOURCE, env=clean, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "--quiet", "-C", build, "osier"], env=clean, check=True)
    return build


@pytest.fixture(scope="module")
def osier(build):
    """Runs it."""

    def run(*words):
        return subprocess.run(["qemu-aarch64", build / "osier", *words], capture_output=True, text=True, timeout=100)

    return run


def test_a_missing_program_is_told_of(osier):
    done = osier("run", "--", "osier-nowhere")
    assert (done.returncode, done.stderr) == (
        127, "osier: FileNotFoundError: [Errno 2] No such file or directory: 'osier-nowhere'\n")  # fmt: skip
    assert "PermissionError: [Errno 13] Permission denied: '/etc/passwd'" in osier("run", "--", "/etc/passwd").stderr
    assert "FileNotFoundError" in osier("run", "--cwd", "/nowhere", "--", "true").stderr


def test_a_spawn_tells_of_it(build, tmp_path):
    (tmp_path / "spawn.c").write_text(SPAWN)
    include = [f"-I{SOURCE}/include", f"-I{build}/include"]
    options = ["-static", "-w", "-D_GNU_SOURCE", tmp_path / "spawn.c", build / "libosier-core.a", "-o", tmp_path / "spawn"]
    subprocess.run(["aarch64-linux-gnu-gcc", *include, *options], check=True, stderr=subprocess.DEVNULL)
    done = subprocess.run(["qemu-aarch64", tmp_path / "spawn"], capture_output=True, text=True)
    assert done.stderr == "spawn: FileNotFoundError: [Errno 2] No such file or directory: '/nowhere'\n"
    assert done.returncode == 3


def test_programs_run(osier):
    told = json.loads(osier("run", "--json", "--", "sh", "-c", "cat; echo e >&2; kill -9 $$").stdout)
    assert (told["returncode"], told["signal"], told["stderr"]) == (-9, 9, "e\n")
    assert osier("run", "--", "sh", "-c", "exit 5").returncode == 5


def test_nothing_is_left(osier):
    seconds = f"1{os.getpid()}.5"  # nobody else sleeps for so long
    done = osier("run", "--timeout", "1s", "--", "sh", "-c", f"setsid sleep {seconds} & sleep {seconds}")
    assert done.returncode == 124
    time.sleep(0.1)
    assert subprocess.run(["pgrep", "-f", f"^sleep {seconds}"], capture_output=True).returncode == 1
