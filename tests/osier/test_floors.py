# SPDX-License-Identifier: MIT
"""The floors hold: no include reaches up, system calls stand in one place, and what breaks a rule is refused."""

import shutil
import subprocess

import headers
import pytest


def floors(top):
    return subprocess.run([top / "tools" / "check-floors"], capture_output=True, text=True)


def test_no_include_reaches_up():
    done = floors(headers.SOURCE)
    assert (done.returncode, done.stdout) == (0, "")


def copy_rules(place):
    shutil.copytree(headers.SOURCE / "tools", place / "tools")
    (place / "src").mkdir()
    shutil.copy(headers.SOURCE / "src" / "meson.build", place / "src")


def test_an_include_that_reaches_up_is_refused(tmp_path):
    copy_rules(tmp_path)
    (tmp_path / "src" / "path").mkdir()
    (tmp_path / "src" / "path" / "bad.c").write_text('#include "fs/dir.h"\n')
    done = floors(tmp_path)
    assert done.returncode != 0
    assert "src/path must not include" in done.stdout


def test_a_floor_that_nobody_built_is_refused(tmp_path):
    copy_rules(tmp_path)
    (tmp_path / "src" / "attic").mkdir()
    (tmp_path / "src" / "attic" / "bad.c").write_text('#include "base/seam.h"\n')
    assert "src/attic must not include" in floors(tmp_path).stdout


def test_a_system_call_outside_of_kernel_h_is_refused(tmp_path):
    copy_rules(tmp_path)
    (tmp_path / "src" / "base").mkdir()
    (tmp_path / "src" / "base" / "kernel.h").write_text("return syscall(SYS_close, fd);\n")
    assert floors(tmp_path).returncode == 0
    (tmp_path / "src" / "base" / "bad.c").write_text("return syscall (SYS_close, fd);\n")
    done = floors(tmp_path)
    assert done.returncode != 0
    assert "src/base/bad.c:1:" in done.stdout and "belongs into src/base/kernel.h" in done.stdout


def test_an_internal_header_is_for_its_own_folder(tmp_path):
    copy_rules(tmp_path)
    (tmp_path / "src" / "tree" / "engine").mkdir(parents=True)
    (tmp_path / "src" / "tree" / "engine" / "good.c").write_text('#include "tree/engine/internal.h"\n')
    assert floors(tmp_path).returncode == 0
    (tmp_path / "src" / "tree" / "bad.c").write_text('#include "tree/engine/internal.h"\n')
    assert "src/tree must not include" in floors(tmp_path).stdout


@pytest.mark.parametrize("door", ["cli", "python"])
def test_the_doors_use_the_public_headers_only(tmp_path, door):
    copy_rules(tmp_path)
    (tmp_path / door).mkdir()
    (tmp_path / door / "good.c").write_text('#include "own.h"\n')
    assert floors(tmp_path).returncode == 0
    (tmp_path / door / "bad.c").write_text('#  include "base/seam.h"\n')
    assert floors(tmp_path).returncode != 0
