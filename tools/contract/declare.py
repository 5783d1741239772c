# SPDX-License-Identifier: MIT
"""C declarations taken apart, as far as the public headers use the language."""

import re

from comment import first_line
from model import Variable, complain

COMMENT = re.compile(r"/\*.*?\*/", re.S)
UNITS = ("bytes", "time", "duration", "octal")
TRAILING = re.compile(r"\s*/\*\*<(.*?)\*/", re.S)


def flatten(text):
    """Without comments, in one line."""
    return " ".join(COMMENT.sub(" ", text).split())


def closing(text, start):
    """Past the parenthesis that closes the one at `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
    return len(text)


def skip_attributes(entry, line):
    """Without OS_API, OS_MUST_FREE, OS_NONNULL(1, 2) … at its front."""
    while found := re.match(r" *(OS_\w+|__attribute__|static\b|inline\b)", line):
        entry.must_free |= found[1] == "OS_MUST_FREE"
        arguments = re.compile(r" ?\((?!\*)|\(").match(line, found.end())
        attribute = found[1] not in ("static", "inline")
        end = closing(line, arguments.end() - 1) if attribute and arguments else found.end()
        if found[1] == "OS_NONNULL":
            entry.nonnull = [int(number) for number in re.findall(r"\d+", line[:end])]
        line = line[end:]
    return line.lstrip()


def read_variable(text):
    """`int (*NAME)(void)`, `char *NAME[3]`, `int NAME`"""
    text = text.strip()
    found = re.match(r"(.*\(\*)(\w+)(.*)", text) or re.match(r"([^\[(]*?)(\w+) *([\[(].*)?$", text)
    if not found:
        return Variable("", text)
    before, name, after = found[1].rstrip(), found[2], (found[3] or "").lstrip()
    if after.startswith("["):
        return Variable(name, before, array=after[1 : after.index("]")])
    return Variable(name, f"{before} {after}" if after else before)


def split_parameters(text):
    """The pieces between the commas that stand in no parentheses."""
    depth, start = 0, 0
    for at, c in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(c, 0)
        if c == "," and depth == 0:
            yield text[start:at].strip()
            start = at + 1


def read_function(entry, text):
    line = skip_attributes(entry, flatten(text.split("{")[0]))
    name = re.search(r"(\w+)\(", line)
    if not name:
        complain(entry, "no function is declared here")
        return
    close = closing(line, name.end() - 1)
    entry.name = name[1]
    after = line[close:].split(";")[0] if line.startswith(")", close) else ""
    entry.type = line[: name.start()].rstrip() + after
    entry.declaration = line[:close].replace("( ", "(") + after + ";"
    for one in split_parameters(line[name.end() : close - 1]):
        if one == "...":
            entry.variadic = True
        elif one not in ("", "void"):
            entry.variables.append(read_variable(one))


def take_marks(member, text):
    """What stands in brackets in a member's comment: `[bytes]`, `[OS_PROCESS_MEMORY]`, `[dear]`."""
    for mark in re.findall(r"\[(\w+)\]", text):
        if mark in UNITS:
            member.unit = mark
        elif mark.startswith("OS_"):
            member.bit = mark
        elif mark == "dear":
            member.dear = True
        else:
            continue
        text = re.sub(rf" *\[{mark}\]", "", text)
    member.text = text


def read_members(entry, body):
    """The members of a struct, with the comments that trail them."""
    at = 0
    while found := re.compile(r"([^;]*);").match(body, at):
        member = read_variable(flatten(found[1]))
        note = TRAILING.match(body, found.end())
        if note:
            take_marks(member, first_line(note[1]))
        at = note.end() if note else found.end()
        entry.variables.append(member)


def read_enum_members(text):
    """The members of an enum; the comment trails a comma that the last one may lack."""
    for found in re.finditer(r"(\w+)\s*(=[^,/}]*)?(?:,|(?=\s*[/}]))(?:[ \t]*/\*\*<(.*?)\*/)?", text, re.S):
        yield Variable(found[1], text=first_line(found[3]) if found[3] else None)


def body_of(text):
    return text[text.index("{") + 1 : text.rindex("}")]


def read_declaration(entry, text):
    if entry.kind == "function":
        read_function(entry, text)
        return
    entry.kind = "other"
    entry.name = (re.match(r"\S+ +(\w+)", text) or re.match(r"(\w*)", text))[1]
    entry.declaration = text
    if text.startswith("struct ") and "{" in text:
        entry.kind = "struct"
        read_members(entry, body_of(text))
    elif text.startswith("enum ") and "{" in text:
        entry.kind = "enum"
        entry.variables = list(read_enum_members(re.sub(r"/\*[^*].*?\*/", "", body_of(text), flags=re.S) + "}"))
