# SPDX-License-Identifier: MIT
"""The files of the command: each folder uses the ones below it, and no two files use each other."""

import pathlib
import re

CLI = pathlib.Path(__file__).resolve().parents[2] / "cli"
MADE = ["contract", "state_example", "treemap_page"]  # by the build
FOLDERS = ["frame", "picture", "browse", "calls", "verbs", ""]  # from the lowest up; "" is main.c


def uses():
    """Of each file without its ending the ones whose headers it includes."""
    result = {}
    for path in [*CLI.rglob("*.c"), *CLI.rglob("*.h")]:
        name = str(path.relative_to(CLI).with_suffix(""))
        found = re.findall(r'^#include "([^"]+)\.h"', path.read_text(), re.M)
        result.setdefault(name, set()).update(other for other in found if other != name)
    return result


def folder(name):
    return FOLDERS.index(name.rpartition("/")[0])


def test_no_folder_uses_one_above():
    for name, others in uses().items():
        for other in others:
            assert other in MADE or folder(other) <= folder(name), f"{name} uses {other}"


def test_no_circle():
    left = uses()
    while left:
        leaves = [name for name, others in left.items() if not others & left.keys()]
        assert leaves, f"a circle is in {sorted(left)}"
        for name in leaves:
            del left[name]
