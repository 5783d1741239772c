# SPDX-License-Identifier: MIT
"""How many cases a run has compared."""

import pytest

import table


def test_enough_cases(pytestconfig):
    if pytestconfig.getoption("keyword") or not table.ROWS:
        pytest.skip("a run of a part")
    assert table.compared >= table.CASES
    assert table.compared_of["os_ntpath"] >= table.CASES
