# SPDX-License-Identifier: MIT
"""Functions that look at no file: the same random inputs through osier and through Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import table

BATCH = 25


@pytest.mark.parametrize("row", table.text_rows(), ids=str)
def test_same_as_python(row):
    """Each example is a batch of inputs, so that Hypothesis costs little for each."""

    @table.settings(max(1, table.cases(row) // BATCH))
    @given(st.lists(st.tuples(*row.arguments), min_size=BATCH, max_size=2 * BATCH))
    def compare(batch):
        for arguments in batch:
            table.compare(row, arguments)

    compare()
