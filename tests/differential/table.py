# SPDX-License-Identifier: MIT
"""The table of the differential test, and the comparison of one call."""

import collections
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
NTPATH = [row for row in ROWS if row.name.startswith("os_ntpath")]
CASES_PER_ROW = max(500, CASES // max(1, sum(not row.disk for row in ROWS)))

#: calls so far, in all, and of os_path, os_ntpath …
compared = 0
compared_of = collections.Counter()


def cases(row):
    """How many cases a row gets: the rows of ntpath alone get as many as all of the others."""
    return max(CASES_PER_ROW, 6 * CASES // (5 * len(NTPATH))) if row in NTPATH else CASES_PER_ROW


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
    if theirs is library.UNKNOWN:
        return True
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
    compared_of["_".join(row.name.split("_")[:2])] += theirs is not library.UNKNOWN
    shown = ", ".join(map(repr, arguments))
    assert same(row, ours, theirs), f"{row.name}({shown}): osier {ours}, Python {theirs}"
