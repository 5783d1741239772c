#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/PARITY.md: each public name of Python's os, what it is in C, and the test that shows it.

    parity.py CONTRACT.json SOURCE PARITY.md           complains of a name without a counterpart, and
                                                       of a function without a test
    parity.py CONTRACT.json SOURCE PARITY.md DEPFILE   does not, and brings docs/PARITY.md up to date
"""

import os
import pathlib
import re
import sys

from model import Complaints, Entry, complain, entries, load, python_name

FOLDERS = ("cpython", "posix", "linux", "osier", "differential")
NAMES = "docs/python-names.tsv"
START = """\
# Python's os in C, name by name

Every public name of `os`, `os.path` and `ntpath` on Linux, CPython 3.11 to 3.15 and what is known of 3.16;
the text functions of os.path also by the name that they have in `posixpath`.
Made by `make` from the headers, docs/python-names.tsv and the tests.

| Python | since | C | header | test | note, difference |
|---|---|---|---|---|---|
"""


class Parity:
    def __init__(self, contract, source):
        self.contract = contract
        self.files = []  # that were read
        self.missing = []  # complaints of names without a counterpart

        def read(name):
            self.files.append(str(source / name))
            return (source / name).read_text(encoding="utf-8")

        self.differences = read("docs/DIFFERENCES.md")
        self.names = read(NAMES)
        self.constants = set(re.findall(r"\b(?:INT|BOOL|TEXT)\(([\w.]+),", read("src/base/constants.c")))
        self.tests = {}  # of each word the first test that has it
        for folder in FOLDERS:
            for test in sorted((source / "tests" / folder).glob("*.*")):
                if test.suffix in (".c", ".py"):
                    name = str(test.relative_to(source))
                    for word in set(re.findall(r"\w+", read(name))):
                        self.tests.setdefault(word, name)

    def row(self, python, since, note, c, header="", test=None):
        last = python.rsplit(".", 1)[1]
        if python.startswith("os.") and f"`{last}`" in self.differences or f"`{python}`" in self.differences:
            note = "; ".join(filter(None, [note, "[yes](DIFFERENCES.md)"]))
        link = f"[{test.rsplit('/', 1)[1]}](../{test})" if test else ""
        return f"| {python} | {since} | {c} | {header} | {link} | {note} |\n"

    def stands_for(self, python, c):
        """The (header, entry) pairs of the C names that a Python name is."""
        for header, entry in entries(self.contract):
            if not c and entry.kind == "function" and python in map(python_name, entry.pythons):
                yield header, entry
            members = entry.variables if entry.kind == "enum" else []
            yield from ((header, one) for one in (entry, *members) if one.name == c.removeprefix("struct "))

    def write_name(self, line, number):
        python, _, since, c, note = (line.split("\t") + ["", ""])[:5]
        if c == "-":
            return self.row(python, since, note, "–")
        if python.removeprefix("os.") in self.constants:
            constant = f'`os_constant("{python.removeprefix("os.")}")`'
            return self.row(python, since, note, constant, "osier/constants.h", "tests/differential/test_constants.py")
        found = list(self.stands_for(python, c))
        if not found:
            self.missing.append((Entry(NAMES, number), f"nothing in C stands for {python}"))
            return ""
        tests = [self.tests[entry.name] for _, entry in found if entry.name in self.tests]
        shown = ", ".join(f"`{c or entry.name}`" for _, entry in found)
        return self.row(python, since, note, shown, found[-1][0].path, tests[0] if tests else None)

    def check(self):
        for place, text in self.missing:
            complain(place, text)
        for _, entry in entries(self.contract, "function", verbs=False):
            if entry.name not in self.tests:
                complain(entry, f"no test calls {entry.name}()")

    def write(self):
        lines = enumerate(self.names.splitlines(), 1)
        return START + "".join(self.write_name(line, number) for number, line in lines if not line.startswith("#"))


def bring_up_to_date(path, text):
    """Writes the copy that is kept with the sources, where it may be written and says something else."""
    if os.access(path, os.W_OK) and path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main(table, folder, target, depfile=None):
    source = pathlib.Path(folder)
    parity = Parity(load(table), source)
    text = parity.write()
    pathlib.Path(target).write_text(text, encoding="utf-8")
    if depfile:
        pathlib.Path(depfile).write_text(f"{target}: {' '.join(name.replace(' ', chr(92) + ' ') for name in parity.files)}\n")
        bring_up_to_date(source / "docs" / "PARITY.md", text)
    else:
        parity.check()
    return Complaints.count > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
