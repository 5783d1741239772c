# SPDX-License-Identifier: MIT
"""The floors hold: no include reaches up, and what breaks the rule is refused."""

import shutil
import subprocess

import headers


def floors(top):
    return subprocess.run([top / "tools" / "check-floors"], capture_output=True, text=True)


def test_no_include_reaches_up():
    done = floors(headers.SOURCE)
    assert (done.returncode, done.stdout) == (0, "")


def test_an_include_that_reaches_up_is_refused(tmp_path):
    shutil.copytree(headers.SOURCE / "tools", tmp_path / "tools")
    (tmp_path / "cli").mkdir()
    (tmp_path / "src" / "path").mkdir(parents=True)
    (tmp_path / "src" / "path" / "bad.c").write_text('#include "fs/dir.h"\n')
    done = floors(tmp_path)
    assert done.returncode != 0
    assert "src/path must not include" in done.stdout


def test_the_command_uses_the_public_headers_only(tmp_path):
    shutil.copytree(headers.SOURCE / "tools", tmp_path / "tools")
    (tmp_path / "src").mkdir()
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "bad.c").write_text('#include "base/seam.h"\n')
    assert floors(tmp_path).returncode != 0
