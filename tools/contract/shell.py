# SPDX-License-Identifier: MIT
"""The @shell line: how the command calls a function."""

import re

from model import Argument, Note, complain

# What C's reader is told, in words for who types: NULL is what was not given.
PHRASES = [
    (", or NULL for ", "; if not given, "),
    ("; or NULL for ", "; if not given, "),
    ("; OS_CWD for ", "; if not given, "),
    (", then NULL", ""),
    ("; then NULL", ""),
    (", a list that ends with NULL", ""),
    (", or OS_CWD", ""),
    (", or NULL", ""),
    ("; or NULL", ""),
    ("; or OS_POSITION", ""),
    ("; OS_POSITION, ", "; if not given, where it stands, "),
    (", or OS_POSITION", "; if not given, where it stands"),
    ("; OS_TIME_NOW or OS_TIME_OMIT", ""),
    ("; (mode_t)-1 leaves them alone", "; if not given, they stay"),
    ("(uid_t)", ""),
    ("(gid_t)", ""),
    ("OS_P_", "P_"),
]


def shell_text(text):
    text = re.sub(r"[,;] or NULL if `\w+` is 0", "", text)
    for old, new in PHRASES:
        text = text.replace(old, new)
    return re.sub(r"\bos_(\w+)\(\)", r"os.\1", text)


def read_argument(entry, word, optional):
    """`NAME`, `NAME...`, `NAME=DEFAULT`, `--name`, `--name=DEFAULT`, `--name:BIT`, `-n|-N|--name`"""
    form = re.fullmatch(
        r"((?P<letters>(?:-.\|)*)--)?(?P<name>[^=:]+?)(?P<many>\.\.\.)?(:(?P<bit>\w+))?(=(?P<fallback>.*?)(?P<again>\.\.\.)?)?",
        word,
    )
    if not form or not (form[1] or form["name"][0].isupper()):
        complain(entry, f"@shell: '{word}' is neither NAME nor --name")
        return
    name, kind = form["name"], "POSITIONAL"
    if form[1]:
        kind = "SWITCH" if form["fallback"] is None else "VALUE_OPTION"
    if kind == "SWITCH" and not optional:
        complain(entry, f"@shell: an option without a value is optional: [--{name}]")
    again = form["again"] if kind == "VALUE_OPTION" else None
    fallback = form["fallback"] if again or not form["again"] else form["fallback"] + "..."
    entry.shell.arguments.append(
        Argument(
            kind,
            name,
            name.replace("-", "_").lower(),
            letters=re.sub(r"[-|]", "", form["letters"] or ""),
            fallback=fallback,
            bit=form["bit"],
            optional=optional,
            many=bool(form["many"] or again),
        )
    )


def read_word(entry, word):
    if word == "+":
        entry.shell.command = True
    elif word[0] == "{" and word[-1] == "}" and "=" in word:
        name, _, expression = word[1:-1].partition("=")
        entry.shell.fixed.append(Note(name, expression))
    elif word[0] == "[" and word[-1] == "]":
        read_argument(entry, word[1:-1], optional=True)
    else:
        read_argument(entry, word, optional=False)


def read_shell(entry, text):
    shell = entry.shell
    refused = re.match(r"(no): (.*)|(see) (.*)", text)
    if refused:
        shell.kind, shell.name = (part for part in refused.groups() if part)
        return
    shell.kind = "call"
    line, arrow, results = text.partition("-> ")
    if not arrow:
        complain(entry, "@shell does not say '-> WHAT IS PRINTED'")
        return
    words = line.split()
    if not words:
        complain(entry, "@shell names nothing")
        return
    shell.name = words[0]
    for word in words[1:]:
        read_word(entry, word)
    shell.results = re.findall(r"list of \w+|[^, ]+", results)
    shell.custom = shell.results[0] in ("custom", "stream")
