# SPDX-License-Identifier: MIT
"""libosier-env makes libc's getenv and setenv safe for a program that knows nothing of osier."""

import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = SOURCE / "tests" / "support" / "env_race.c"
ROUNDS = 3


def compile(target, *arguments, compiler="cc"):
    subprocess.run([compiler, "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-pthread", "-o", target, *arguments], check=True)
    return target


def race(program, **environment):
    for _ in range(ROUNDS):
        done = subprocess.run([program], env=os.environ | environment, timeout=60, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_preloaded(build, tmp_path):
    race(compile(tmp_path / "plain", PROGRAM), LD_PRELOAD=str(build / "libosier-env.so"))


def test_linked(build, tmp_path):
    linked = compile(
        tmp_path / "linked", PROGRAM, f"-L{build}", f"-Wl,-rpath,{build}", "-Wl,--no-as-needed", "-losier-env", "-losier"
    )
    race(linked)


def test_linked_statically(build, tmp_path):
    race(compile(tmp_path / "static", PROGRAM, build / "libosier-env.a", build / "libosier.a"))


@pytest.mark.skipif(not shutil.which("musl-gcc"), reason="no musl-gcc here")
def test_musl(tmp_path):
    sources = [path for floor in ("base", "env") for path in sorted((SOURCE / "src" / floor).glob("*.c"))]
    sources = [path for path in sources if path.name != "fault.c"]
    race(
        compile(
            tmp_path / "musl", "-static", f"-I{SOURCE}/include", f"-I{SOURCE}/src", PROGRAM, *sources, compiler="musl-gcc"
        )
    )


def test_other_programs_run_with_it(build):
    preload = os.environ | {"LD_PRELOAD": str(build / "libosier-env.so"), "OSIER_TEST": "x"}
    done = subprocess.run(["/bin/sh", "-c", "A=1 env; unset OSIER_TEST; env"], env=preload, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("OSIER_TEST=x\n") == 1 and "\nA=1\n" in "\n" + done.stdout
