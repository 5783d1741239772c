# SPDX-License-Identifier: MIT
"""What is read from the headers, as it is written to contract.json for the programs that use it."""

import dataclasses
import json
import re
import sys
import types
from dataclasses import dataclass, field


@dataclass
class Note:
    """A name and what is said of it: an @error, an @param, a word fixed by {name=value}."""

    name: str
    text: str


@dataclass
class Variable:
    """A parameter of a function, or a member of a struct or an enum."""

    name: str
    type: str = ""  # "const char *"; of an array the type of its items
    array: str = None  # "3" of `double ret_averages[3]`, "" of `char *const argv[]`
    text: str = None  # what its comment says
    unit: str = None  # of a member: "bytes" of `[bytes]` in its comment
    bit: str = None  # of a member: the bit of `valid` and of a parameter `fields` that stands for it
    dear: bool = False  # of a member: it is read only where somebody names it
    source: str = ""  # of a parameter: where a call from the shell takes its value from (plan.py)
    expression: str = None  # of the source "fixed"
    argument: int = None  # of the source "argument": its place in the @shell line


@dataclass
class Argument:
    """A word of a @shell line."""

    kind: str  # "POSITIONAL", "VALUE_OPTION", "SWITCH"
    name: str  # "PATH", "dir-fd"
    variable: str  # the C name that goes with it: "path", "dir_fd"
    metavar: str = ""  # what stands for its value in a usage line
    letters: str = ""  # "f" of `-f|--force`, "rR" of `-r|-R|--recursive`
    fallback: str = None  # a C expression or the text
    bit: str = None  # what a switch sets in `flags`
    text: str = None  # what its @param says
    optional: bool = False
    many: bool = False


@dataclass
class Shell:
    """A @shell line."""

    kind: str = ""  # "call", "no", "see"
    name: str = None  # "os.makedirs"; of "no" the reason, of "see" the other's C name
    command: bool = False  # options end at the first positional word
    custom: bool = False  # the command's own code makes the call
    arguments: list = field(default_factory=list)
    fixed: list = field(default_factory=list)
    results: list = field(default_factory=list)  # "none", "str", "list of stat" …


@dataclass
class Entry:
    """A documented thing of a header."""

    file: str
    line: int
    kind: str = ""  # "function", "struct", "enum", "macro", "other"
    name: str = ""
    declaration: str = ""  # of a function in one line, of anything else as the header has it
    brief: str = ""
    description: str = ""
    type: str = ""
    must_free: bool = False
    variadic: bool = False
    nonnull: list = None  # the numbers in its OS_NONNULL(), none for all pointers; None without it
    variables: list = field(default_factory=list)  # parameters or members
    params: list = field(default_factory=list)
    options: list = field(default_factory=list)  # what only a call from the shell has
    errors: list = field(default_factory=list)
    pythons: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    aliases: list = field(default_factory=list)  # of a verb: other names that it answers to
    nouns: list = field(default_factory=list)  # of a verb: "NAME FUNCTION [WORD]", the calls that it stands for
    columns: list = field(default_factory=list)  # of a struct: the members that a table shows, of @table
    group: str = None  # of a verb: "files"
    returns: str = None
    since: str = None
    shell: Shell = field(default_factory=Shell)


@dataclass
class Header:
    path: str  # "osier/files.h"
    topic: str  # "files"
    verbs: bool  # a group of the command's verbs, behind which no function of the library stands
    brief: str = ""
    description: str = ""
    since: str = None  # what its functions don't say themselves
    shell: Shell = field(default_factory=Shell)
    entries: list = field(default_factory=list)


@dataclass
class Contract:
    headers: list = field(default_factory=list)
    bits: dict = field(default_factory=dict)  # of each member of an enum what its comment says


class Complaints:
    """What is wrong with the headers: told as a compiler tells it, all of it before the end."""

    count = 0

    def __call__(self, place, text):
        print(f"{place.file}:{place.line}: error: {text}", file=sys.stderr)
        Complaints.count += 1


complain = Complaints()


def save(contract, path):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(dataclasses.asdict(contract), out, ensure_ascii=False, indent=1)


def load(path):
    """The contract again, with its members as attributes."""
    with open(path, encoding="utf-8") as file:
        contract = json.load(file, object_hook=lambda members: types.SimpleNamespace(**members))
    contract.bits = vars(contract.bits)
    return contract


def entries(contract, kind=None, verbs=None):
    """The (header, entry) pairs of one kind; of the library or of the command alone."""
    for header in contract.headers:
        if verbs is None or header.verbs == verbs:
            yield from ((header, entry) for entry in header.entries if kind in (None, entry.kind))


def find(contract, kind, name):
    for _, entry in entries(contract, kind):
        if entry.name == name:
            return entry
    return None


def find_struct(contract, type):
    """The struct that a type such as "const struct os_stat_result *" is made of."""
    name = re.search(r"struct (\w+)", type)
    return name and find(contract, "struct", name[1])


def find_enum(contract, type):
    name = re.match(r"enum (\w+)", type)
    return name and find(contract, "enum", name[1])


def enum_words(entry):
    """The members of an enum without what all their names begin with, and that."""
    names = [member.name for member in entry.variables]
    prefix = names[0]
    for name in names:
        while not (name.startswith(prefix) and (prefix.endswith("_") or not prefix or len(names) == 1)):
            prefix = prefix[:-1]
    return [name[len(prefix) :] for name in names], prefix


def option_members(contract, record):
    """The members of an options structure that a shell can give, those of a struct os_tree_control in
    it as "control.threads"."""

    def members(struct, prefix):
        for index, member in enumerate(struct.variables):
            if not (index == 0 and member.name == "size") and not member.type.endswith(")"):
                yield types.SimpleNamespace(**{**vars(member), "name": prefix + member.name})

    found = list(members(record, ""))
    control = find(contract, "struct", "os_tree_control")
    for member in record.variables:
        if control and member.type == "struct os_tree_control":
            found += members(control, member.name + ".")
    return found


def python_name(signature):
    """ "os.makedirs" of "os.makedirs(name, …)" """
    return re.match(r"[^(, :\[]*", signature)[0]


def find_call(contract, name):
    """What is called by that name from a shell."""
    return next((entry for _, entry in entries(contract) if from_shell(entry) and entry.shell.name == name), None)


def from_shell(entry):
    return entry.shell.kind == "call"
