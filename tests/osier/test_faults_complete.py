# SPDX-License-Identifier: MIT
"""Every function of the headers has a row in the fault table, or says why not."""

import subprocess

import headers


def rows(build):
    program = build / "tests" / "faults" / "test_faults"
    return set(subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.split())


def test_every_function_has_a_row(build):
    assert sorted(set(headers.functions()) - rows(build)) == []


def test_every_row_is_about_a_function(build):
    assert sorted(rows(build) - set(headers.functions())) == []
