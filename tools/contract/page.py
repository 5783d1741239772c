# SPDX-License-Identifier: MIT
"""What a page about a function tells, whatever it is written in."""

import pathlib
import re

from model import entries, find, find_struct, from_shell, python_name


def declared(variable):
    """A parameter or a member as C declares it."""
    if "(* )" in variable.type:
        return variable.type.replace("(* )", f"(*{variable.name})", 1)
    if "(" in variable.type:
        return variable.type
    space = "" if variable.type.endswith("*") else " "
    array = "" if variable.array is None else f"[{variable.array}]"
    return variable.type + space + variable.name + array


def struct(entry):
    """A struct without the comments in it."""
    lines = "".join(f"    {declared(one)};\n" for one in entry.variables)
    return f"struct {entry.name} {{\n{lines}}};"


def told_of(entry):
    """The functions that its comment tells of, and the one that a shell calls in its place."""
    text = " ".join([entry.brief, entry.description, *(note.text for note in entry.params), entry.returns or ""])
    return set(re.findall(r"\b(os_\w+)\(\)", text)) | ({entry.shell.name} if entry.shell.kind == "see" else set())


#: A function that more than so many others tell of is known to all its readers.
MOST_WHO_TELL = 5


def relatives(contract):
    """Of each function what to read next: what is the same in Python, what it tells of, which tell of it in the same header
    where these are few, what it plans, what leads to it."""
    functions = {entry.name: entry for _, entry in entries(contract, "function", verbs=False)}
    same = {}
    for name, entry in functions.items():
        for one in entry.pythons:
            if not one.startswith(("none", "no:")):
                same.setdefault(python_name(one), set()).add(name)
    found = {name: told_of(entry) & functions.keys() for name, entry in functions.items()}
    for header in contract.headers:
        own = {entry.name for entry in header.entries} & functions.keys()
        tellers = {name: {other for other in own if name in told_of(functions[other])} for name in own}
        for name, others in tellers.items():
            found[name] |= others if len(others) <= MOST_WHO_TELL else set()
    for name in functions:
        found[name] |= {name.replace("os_plan_", "os_", 1)} & functions.keys()
    for names in same.values():
        for name in names:
            found[name] |= names
    for name, entry in functions.items():
        if entry.shell.kind == "see":
            found[entry.shell.name].add(name)
    for header in contract.headers:  # who has none has neighbours
        own = [entry.name for entry in header.entries if entry.name in functions]
        for before, name, after in zip([None, *own], own, [*own[1:], None]):
            if not found[name] - {name}:
                found[name] = {before, after} - {None}
    return {name: sorted(others - {name}) for name, others in found.items()}


def caller(contract, entry):
    """The function by which a shell calls this one, itself or the one that it sends to; None where none does."""
    found = find(contract, "function", entry.shell.name) if entry.shell.kind == "see" else entry
    return found if found and from_shell(found) else None


def types_of(contract, entry):
    """The structs that the function takes and gives, with the records in them."""
    found = {}

    def add(type):
        one = find_struct(contract, type)
        if one and one.variables and one.name not in found:
            found[one.name] = one
            for member in one.variables:
                if "(" not in member.type:
                    add(member.type)

    for type in [entry.type, *(variable.type for variable in entry.variables)]:
        add(type)
    return found.values()


def read_examples(paths):
    """Of each program its name and its code without the licence, the shortest first."""
    programs = [(path.stem, path.read_text(encoding="utf-8").split("\n", 1)[1].strip("\n")) for path in map(pathlib.Path, paths)]
    return sorted(programs, key=lambda program: len(program[1]))


def calling(header, entry, examples):
    """The code of the examples to show for a function: two that call it, those of its header alone if there are any."""
    found = [(name, code) for name, code in examples if re.search(rf"\b{entry.name}\(", code)]
    own = [one for one in found if re.match(rf"{header.topic}(_|$)", one[0])]
    return [code for _, code in (own or found)[:2]]
