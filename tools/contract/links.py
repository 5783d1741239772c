#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs a page for each function that leads to its header's: links.py CONTRACT.json FOLDER

`man os_makedirs` finds osier_directories(3) through it. What the functions are called, only the
headers know, so Meson can't.
"""

import os
import pathlib
import sys

from model import entries, load


def installed(folder):
    """Where Meson installs: its prefix, with $DESTDIR in front, for a folder that is relative to it."""
    if os.path.isabs(folder):
        return pathlib.Path(os.environ.get("DESTDIR", "") + folder)
    return pathlib.Path(os.environ.get("MESON_INSTALL_DESTDIR_PREFIX", ""), folder)


def main(source, folder):
    folder = installed(folder)
    for header, entry in entries(load(source), "function", verbs=False):
        (folder / f"{entry.name}.3").write_text(f".so man3/osier_{header.topic}.3\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
