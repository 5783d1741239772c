# SPDX-License-Identifier: MIT
"""Has the count of compared cases checked after all else, and printed."""

import table


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.name == "test_enough_cases")


def pytest_sessionfinish(session):
    session.config.osier_notes = [f"{table.compared} cases compared with Python"]
