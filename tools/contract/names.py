#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Refuses a comment that tells of a function which isn't there: names.py STAMP DEPFILE FOLDER…

A comment calls a function `name()`. There must be one of that name, or a macro, somewhere in the code
of the folders, declared, defined or called; so `free()` is known, and what was renamed is not.
"""

import pathlib
import re
import sys

from model import Complaints, Entry, complain

PIECE = re.compile(r"""(/\*.*?\*/|//[^\n]*)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""", re.S)


def split(text):
    """The code without its comments and texts, and the comments, each with its line."""
    comments = [(found[1], text.count("\n", 0, found.start()) + 1) for found in PIECE.finditer(text) if found[1]]
    return PIECE.sub(" ", text), comments


def check(files):
    texts = {file: split(file.read_text(encoding="utf-8")) for file in files}
    known = {name for code, _ in texts.values() for name in re.findall(r"\b(\w+)\s*\(", code)}
    for file, (_, comments) in texts.items():
        for comment, line in comments:
            for found in re.finditer(r"(?<![\w.])(\w+)\(\)", comment):
                if found[1] not in known:
                    place = Entry(str(file), line + comment.count("\n", 0, found.start()))
                    complain(place, f"the comment tells of {found[1]}(), which there isn't")


def main(stamp, depfile, *folders):
    files = sorted(file for folder in folders for file in pathlib.Path(folder).rglob("*.[ch]"))
    check(files)
    if not Complaints.count:
        pathlib.Path(depfile).write_text(f"{stamp}: {' '.join(str(file).replace(' ', chr(92) + ' ') for file in files)}\n")
        pathlib.Path(stamp).touch()
    return Complaints.count > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
