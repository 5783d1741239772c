#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the public headers and the command's verbs, and writes what they say as JSON: read.py CONTRACT.json
HEADER… [--verbs FILE…]

A file's first comment is about itself; each further one is about the declaration after it. A comment
that is not complete ends the build.
"""

import os
import pathlib
import re
import sys

from check import check
from comment import read_comment
from declare import body_of, read_declaration, read_enum_members
from model import Complaints, Contract, Entry, Header, complain, save

PIECE = re.compile(
    r"""(?P<space>\s+)
    |(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<directive>\#(?:\\\n|[^\n])*)
    |(?P<bracket>OS_(?:BEGIN|END)_DECLS\b[^\n]*)
    |(?P<declaration>.)""",
    re.S | re.X,
)
# What a declaration consists of, where a brace in a comment or a literal is none.
TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|.""", re.S)


def declaration_end(text, at):
    """Past its `;`, or past the `}` that ends the body of a function."""
    depth, parameters, assigned = 0, False, False
    for token in TOKEN.finditer(text, at):
        c = token[0]
        depth += 1 if c in "{(" and len(c) == 1 else -1 if c in "})" and len(c) == 1 else 0
        parameters |= c == "(" and depth == 1
        assigned |= c == "=" and depth == 0
        if depth == 0 and (c == ";" or (c == "}" and parameters and not assigned)):
            return token.end()
    return len(text)


# The groups of verbs, in the order of --help.
GROUPS = {
    "files": "Files and trees.",
    "machine": "The machine, its processes and programs.",
    "change": "Changes that are shown first, applied exactly, and can be undone.",
    "remote": "Other machines.",
}


class Reader:
    """A file, and how far it is read."""

    def __init__(self, contract, path, verbs=False):
        self.contract, self.path = contract, path
        self.text = pathlib.Path(path).read_text(encoding="utf-8")
        inside = path.rfind("osier/")
        topic = os.path.basename(path).split(".")[0]
        self.header = Header(path[inside:] if inside >= 0 else path, topic, verbs)
        self.comment = None  # that waits for its declaration, as (text, line)

    def line(self, at):
        return self.text.count("\n", 0, at) + 1

    def take_comment(self, piece, at):
        if not piece.startswith("/**") or piece.startswith("/**<"):
            return
        if self.header.brief:
            self.comment = piece[3:-2], self.line(at)
            return
        whole = Entry(self.path, self.line(at))
        read_comment(whole, piece[3:-2])
        self.header.brief, self.header.description = whole.brief, whole.description
        self.header.since, self.header.shell = whole.since, whole.shell

    def add(self, kind, declaration, at):
        """The entry that the comment before it is about."""
        comment, line = self.comment
        self.comment = None
        entry = Entry(self.path, line, kind, declaration=declaration)
        read_comment(entry, comment)
        if kind == "function":
            entry.line = self.line(at)
            entry.since = entry.since or self.header.since
            entry.shell = entry.shell if entry.shell.kind else self.header.shell
        self.header.entries.append(entry)
        return entry

    def take_macro(self, piece, at):
        name = re.match(r"# *define +(\w+)", piece)
        if name and self.comment:
            self.add("macro", piece, at).name = name[1]

    def is_function(self, text):
        """Whether the declaration is one of a function that the contract has to tell of."""
        if self.header.verbs:
            return bool(self.comment) and "@shell" in self.comment[0]
        opaque = re.match(r"typedef|struct os_|enum", text)
        return bool(re.search(r"\bOS_API\b", text)) or (not opaque and text.startswith("static inline"))

    def take_declaration(self, text, at):
        if text.startswith("enum") and "{" in text:
            self.contract.bits.update((bit.name, bit.text) for bit in read_enum_members(body_of(text) + "}") if bit.text)
        function = self.is_function(text)
        if function and not self.comment:
            complain(Entry(self.path, self.line(at)), "a public function without a /** comment */")
        if self.comment and (function or not self.header.verbs):
            read_declaration(self.add("function" if function else "other", text, at), text)
        self.comment = None

    def read(self):
        at = 0
        while piece := PIECE.match(self.text, at):
            at = piece.end()
            if piece["comment"]:
                self.take_comment(piece[0], piece.start())
            elif piece["directive"]:
                self.take_macro(piece[0], piece.start())
            elif piece["declaration"]:
                at = declaration_end(self.text, piece.start())
                self.take_declaration(self.text[piece.start() : at], piece.start())
        if not self.header.brief:
            complain(Entry(self.path, 1), "the file begins with no /** sentence */")
        return self.header


def read_verbs(contract, paths):
    """The groups of verbs that the files have, each as a header."""
    groups = {group: Header(group, group.capitalize(), True, brief) for group, brief in GROUPS.items()}
    for path in paths:
        for verb in Reader(contract, path, verbs=True).read().entries:
            verb.shell.custom = True
            if verb.group in groups:
                groups[verb.group].entries.append(verb)
            else:
                complain(verb, f"{verb.name}(): its @group is none of {', '.join(groups)}")
    return [group for group in groups.values() if group.entries]


def main(words):
    target, *words = words
    split = words.index("--verbs") if "--verbs" in words else len(words)
    contract = Contract()
    headers = [Reader(contract, path).read() for path in words[:split]]
    contract.headers = read_verbs(contract, words[split + 1 :]) + headers
    check(contract)
    if not Complaints.count:
        save(contract, target)
    return Complaints.count > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
