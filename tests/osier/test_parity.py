# SPDX-License-Identifier: MIT
"""docs/PARITY.md: up to date, without a gap, and with every name of the Python that runs this."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(__file__).parent.parent.parent
PYTHONS = sorted({sys.executable, *map(str, pathlib.Path("/usr/bin").glob("python3.[0-9][0-9]"))})
NAMES = """import ntpath, os
print(*["os." + n for n in dir(os) if n[0] != "_" or n == "_exit"], *["os.path." + n for n in os.path.__all__],
      *["ntpath." + n for n in ntpath.__all__])"""


def test_no_name_and_no_test_is_missing(build, tmp_path):
    made = tmp_path / "PARITY.md"
    program = [sys.executable, "-B", SOURCE / "tools" / "contract" / "parity.py"]
    done = subprocess.run([*program, build / "contract.json", SOURCE, made], capture_output=True, text=True)
    assert done.stderr == ""
    assert made.read_text() == (SOURCE / "docs" / "PARITY.md").read_text(), "run: make"


def test_the_build_brings_it_up_to_date(build, tmp_path):
    (tmp_path / "docs").mkdir()
    for name in ("src", "tests"):
        (tmp_path / name).symlink_to(SOURCE / name)
    for name in ("DIFFERENCES.md", "python-names.tsv"):
        (tmp_path / "docs" / name).write_text((SOURCE / "docs" / name).read_text())
    copy = tmp_path / "docs" / "PARITY.md"
    program = [sys.executable, "-B", SOURCE / "tools" / "contract" / "parity.py", build / "contract.json", tmp_path]
    subprocess.run([*program, tmp_path / "made", tmp_path / "depfile"], check=True)
    assert not copy.exists()  # as in a source tree without it
    copy.write_text("old")
    subprocess.run([*program, tmp_path / "made", tmp_path / "depfile"], check=True)
    assert copy.read_text() == (tmp_path / "made").read_text() == (SOURCE / "docs" / "PARITY.md").read_text()
    depended = (tmp_path / "depfile").read_text()
    assert depended.startswith(f"{tmp_path}/made: ") and "/tests/posix/test_files.c" in depended


@pytest.mark.parametrize("python", PYTHONS)
def test_every_name_has_a_row(python):
    rows = set(re.findall(r"^\| ((?:os|ntpath)\.\S+) \|", (SOURCE / "docs" / "PARITY.md").read_text(), re.M))
    names = set(subprocess.run([python, "-c", NAMES], check=True, capture_output=True, text=True).stdout.split())
    assert sorted(names - rows) == []


def test_the_tests_it_names_exist():
    for path in re.findall(r"\]\(\.\./(tests/\S+)\)", (SOURCE / "docs" / "PARITY.md").read_text()):
        assert os.path.exists(SOURCE / path), path
