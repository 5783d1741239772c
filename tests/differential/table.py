# SPDX-License-Identifier: MIT
"""The table of the differential test, and the comparison of one call."""

import importlib
import os
import pathlib

import hypothesis

import library
from library import Failure

#: how many cases a run compares at least; OSIER_CASES=1000000 for a long one
CASES = int(os.environ.get("OSIER_CASES", "20000"))
ROWS = [
    row
    for path in sorted(pathlib.Path(__file__).parent.glob("rows_*.py"))
    for row in importlib.import_module(path.stem).ROWS
    if hasattr(library.LIBRARY, row.name)
]
CASES_PER_ROW = max(500, CASES // max(1, sum(not row.disk for row in ROWS)))

compared = 0  #: calls so far


def text_rows():
    return [row for row in ROWS if not row.disk]


def disk_rows():
    return [row for row in ROWS if row.disk]


def settings(examples):
    """Hypothesis, the same in every run: OSIER_SEED=… or a higher OSIER_CASES finds more."""
    return hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def call_osier(row, arguments):
    if callable(row.converter):
        return row.converter(*arguments)
    return library.osier(row.name, row.converter, row.c(*arguments) if row.c else arguments)


def same(row, ours, theirs):
    if not isinstance(ours, Failure) or not isinstance(theirs, Failure):
        return ours == theirs and isinstance(ours, Failure) == isinstance(theirs, Failure)
    if ours.number != theirs.number:
        return False
    if ours.words and theirs.words:
        return ours.words == theirs.words
    names = (ours.filename, ours.filename2) == (theirs.filename, theirs.filename2)
    return names or row.ignore_names or bool(theirs.words)


def compare(row, arguments):
    """One call on both sides."""
    global compared
    ours = call_osier(row, arguments)
    theirs = library.python(row.python, arguments)
    compared += 1
    shown = ", ".join(map(repr, arguments))
    assert same(row, ours, theirs), f"{row.name}({shown}): osier {ours}, Python {theirs}"
