# SPDX-License-Identifier: MIT
"""A documentation comment taken apart: what it says, and its @tags."""

import re

from model import Note, complain
from shell import read_shell

LISTS = {"param": "params", "option": "options", "error": "errors", "python": "pythons", "source": "sources"}


def strip(comment):
    """The lines of a comment without the ` * ` before each."""
    lines = (re.sub(r"^\s*\*? ?", "", line) for line in comment.split("\n"))
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def join(text):
    return " ".join(text.split())


def paragraphs(text):
    """Each in one line; one that is indented is an example and stays as it is."""
    for paragraph in re.split(r"\n\n+", text.rstrip("\n")):
        yield paragraph if paragraph.startswith("    ") else join(paragraph)


def take_tag(entry, tag, text):
    if tag in ("param", "option", "error"):
        name, _, rest = text.partition(" ")
        getattr(entry, LISTS[tag]).append(Note(name, rest))
    elif tag in LISTS:
        getattr(entry, LISTS[tag]).append(text)
    elif tag == "return":
        entry.returns = text
    elif tag in ("since", "group"):
        setattr(entry, tag, text)
    elif tag == "alias":
        entry.aliases.append(text)
    elif tag == "noun":
        entry.nouns.append(text)
    elif tag == "table":
        entry.columns = re.findall(r"[\w.]+", text)
    elif tag == "shell":
        read_shell(entry, text)
    else:
        complain(entry, f"unknown tag @{tag}")


def read_comment(entry, comment):
    text, *tags = re.split(r"^@", strip(comment), flags=re.M)
    entry.brief, *rest = paragraphs(text)
    entry.description = "\n\n".join(rest)
    if not entry.brief:
        complain(entry, "the comment says nothing")
    for tag in tags:
        name = re.match(r"\S*", tag)[0]
        take_tag(entry, name, join(tag[len(name) :]))


def first_line(comment):
    """What a short comment behind a member says."""
    return next(paragraphs(strip(comment)))
