#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The module osier.extra, functions that no module of Python has, and its types: python.py CONTRACT.json
EXTRA.c EXTRA.pyi

A function is in it that the command calls and that has no @python line, or one that says "no: …". What its @shell line
calls its arguments are its parameters, in Python's order: those that may be left out come last, and options by name only.
"""

import re
import sys
from dataclasses import dataclass

from calls import count_of, kind_of, outs, pointed
from ctext import c_string, integer_type, is_pointer, text_list, text_type
from model import Complaints, complain, entries, enum_words, find_enum, find_struct, from_shell, load, option_members
from plan import find_argument
from records import field_type, members, parts_of_time, record_of, with_inner

INCLUDES = """\
/* Made from the headers by tools/contract. */
#include "extra.h"

#include <string.h>
"""
STUB = """\
# Made from the headers by tools/contract.
import builtins
from collections.abc import Iterable
from typing import Any, Final, Literal, final

from _typeshed import FileDescriptorLike, ReadableBuffer, StrOrBytesPath, structseq
"""

#: How a parameter of a C type is read: the word of python/ext/args.c, the value in C, the type in Python.
READ = {
    "path": ("TEXT({i})", "StrOrBytesPath"),
    "path|none": ("TEXT({i})", "StrOrBytesPath | None"),
    "bool": ("INT({i})", "bool"),
    "double": ("v[{i}].real", "float"),
    "fd": ("INT({i})", "FileDescriptorLike"),
    "dir_fd": ("INT({i})", "int | None"),
    "buffer": ("v[{i}].buffer.buf", "ReadableBuffer"),
    "uid": ("({type})LONG({i})", "int"),
    "gid": ("({type})LONG({i})", "int"),
    "int": ("({type})LONG({i})", "int"),
    "uint": ("({type})LONG({i})", "int"),
    "int64": ("({type})LONG({i})", "int"),
    "uint64": ("({type})LONG({i})", "int"),
    "size": ("({type})LONG({i})", "int"),
}
KINDS = {"const void *": "buffer", "double": "double", "bool": "bool", "uid_t": "uid", "gid_t": "gid", "size_t": "size",
         "int64_t": "int64", "uint64_t": "uint64", "unsigned": "uint", "unsigned int": "uint", "uint32_t": "uint"}  # fmt: skip

#: What comes before the call where an argument isn't read by args.c alone; `@` is its place.
TEXTS = """\
    EXTRA_TEXTS texts_{name} = {{0}};
    if (extra_texts(OBJECT(@), &texts_{name}) < 0)
        return NULL;
"""
WORD = """\
    int word_{name};
    if (extra_word(TEXT(@), words_{enum}, &word_{name}) < 0)
        return NULL;
"""


@dataclass
class Parameter:
    """Of a function in Python."""

    name: str
    kind: str  # "path"
    value: str  # the C expression of what was passed
    type: str  # in the stub
    default: str = None  # of one that may be left out
    keyword: bool = False
    before: str = ""  # C statements that come first


class Function:
    """One function: its parameters, and what C is made of them."""

    names = set()  # of all of them

    def __init__(self, contract, entry):
        self.contract, self.entry = contract, entry
        self.name = entry.name.removeprefix("os_")
        self.parameters, self.fill = [], ""
        for variable in entry.variables:
            self.take(variable)
        self.parameters.sort(key=lambda one: (one.keyword, one.default is not None))
        for i, one in enumerate(self.parameters):
            one.value, one.before = one.value.replace("@", str(i)), one.before.replace("@", str(i))

    def take(self, variable):
        source, name = variable.source, variable.name
        if source == "argument":
            self.declare(variable, f"v_{name}", self.entry.shell.arguments[variable.argument])
        elif source == "fixed":
            self.fill += f"    {typed(variable.type, name)} = {variable.expression};\n"
        elif source == "size":
            data = self.entry.variables[self.entry.variables.index(variable) - 1]
            self.fill += f"    size_t v_{name} = (size_t)v[{{{data.name}}}].buffer.len;\n"
        elif source == "bits":
            self.fill += f"    {variable.type} v_{name} = {self.bits()};\n"
        elif source == "options":
            self.options(variable)
        elif source == "fields":
            self.fill += f"    {variable.type} v_{name} = {all_bits(record_of(self.contract, self.entry)[0])};\n"
        elif source == "out" and variable.array is None:
            self.fill += f"    {typed(pointed(variable), name)} = {{0}};\n"
        else:
            complain(self.entry, f"osier.extra has no way to pass '{name}' of {self.entry.name}()")

    def add(self, name, kind, type, argument, keyword):
        """A parameter; what stands for it in the code is `{name}`."""
        value, stub = READ[kind]
        default = None
        if argument.optional or keyword:
            default = re.sub(r"^\(\w+\)", "", argument.fallback or "0")
            if kind in ("path|none", "dir_fd"):
                default = "None"
            elif kind == "bool":
                default = "False"
            elif not re.fullmatch(r"-?\w+", default) or default[0].isalpha():
                complain(self.entry, f"osier.extra has no default for '{name}' of {self.entry.name}(): {default}")
        self.parameters.append(Parameter(name, kind, value.format(i="@", type=type), stub, default, keyword))
        return self.parameters[-1]

    def declare(self, variable, target, argument, keyword=False):
        """Reads a parameter into `target`: a variable of its own, or a member of options."""
        name, type = variable.name.split(".")[-1], variable.type
        assign = target if keyword else typed(type, variable.name)
        text = text_type(type)
        kind = "path|none" if text and (argument.optional or keyword) else "path" if text else KINDS.get(type, "int")
        if name.endswith("dir_fd"):
            kind = "dir_fd"
        elif type == "int" and re.search(r"(^|_)fd$", name):
            kind = "fd"
        if type.startswith("enum "):
            self.word(variable, assign, argument)
        elif text_list(variable) and keyword:
            one = self.add(name, "path|none", type, argument, keyword)
            one.kind, one.type = "object", "Iterable[StrOrBytesPath] | None"
            one.before = TEXTS.format(name=name)
            one.value = f"(void *)texts_{name}.list"
            self.fill += f"    {assign} = {{{name}}};\n"
        elif kind != "int" or integer_type(type):
            one = self.add(name, kind, type, argument, keyword)
            if text and argument.fallback not in (None, "NULL"):
                one.value = f"TEXT(@) ? TEXT(@) : {c_string(argument.fallback)}"
            self.fill += f"    {assign} = {{{name}}};\n"
        else:
            complain(self.entry, f"osier.extra reads no '{type}' ({name} of {self.entry.name}())")

    def word(self, variable, assign, argument):
        enum = find_enum(self.contract, variable.type)
        one = self.add(variable.name, "path", variable.type, argument, False)
        one.kind = "text"
        one.type = f"Literal[{', '.join(repr(word).replace(chr(39), chr(34)) for word in enum_words(enum)[0])}]"
        one.before = WORD.format(name=variable.name, enum=enum.name)
        one.value = f"({variable.type})word_{variable.name}"
        if argument.optional:
            complain(self.entry, f"osier.extra has no default for '{variable.name}' of {self.entry.name}()")
        self.fill += f"    {assign} = {{{variable.name}}};\n"

    def bits(self):
        text = "0"
        for argument in self.entry.shell.arguments:
            if argument.bit:
                self.add(argument.variable, "bool", "bool", argument, True)
                text += f" | ({{{argument.variable}}} ? {argument.bit} : 0)"
        return text

    def options(self, variable):
        record = find_struct(self.contract, variable.type)
        self.fill += f"    struct {record.name} v_{variable.name} = {{.size = sizeof v_{variable.name}}};\n"
        for member in option_members(self.contract, record):
            name = member.name.split(".")[-1]
            found = find_argument(self.entry.shell, name)
            if found is not None:
                self.declare(member, f"v_{variable.name}.{member.name}", self.entry.shell.arguments[found], True)
            elif name == "flags":
                self.fill += f"    v_{variable.name}.{member.name} = {self.bits()};\n"

    # ---- what is written

    def signature(self):
        words, starred = [], False
        for one in self.parameters:
            if one.keyword and not starred:
                words, starred = [*words, "*"], True
            words.append(f"{one.name}: {one.kind}" + (f" = {one.default}" if one.default is not None else ""))
        return ", ".join(words)

    def stub(self):
        words, starred = [], False
        for one in self.parameters:
            if one.keyword and not starred:
                words, starred = [*words, "*"], True
            words.append(f"{one.name}: {one.type}" + (" = ..." if one.default is not None else ""))
        return f"def {self.name}({', '.join(words)}) -> {self.answer()[1]}: ...\n"

    def call(self):
        def passed(variable):
            address = variable.source == "options" or (variable.source == "out" and variable.array is None)
            return f"{'&' if address else ''}v_{variable.name}"

        return f"{self.entry.name}({', '.join(map(passed, self.entry.variables))})"

    def answer(self):
        """The C statements behind the call, and the type in Python."""
        entry, type = self.entry, self.entry.type
        like = next((f"ARG({i})" for i, one in enumerate(self.parameters) if one.kind.startswith("path")), "NULL")
        error = f"door_record_error({like})"
        kind = kind_of(entry, 0)
        found = outs(entry)
        if is_pointer(type):
            value, python = self.made(kind, type, "result", count_of(entry))
            return (
                f"    if (!result)\n        return {error};\n    PyObject *answer = {value};\n"
                f"    free((void *)result);\n    return answer;\n"
            ), python
        if kind == "ok":
            return "    return PyBool_FromLong(result == 0);\n", "bool"
        text = f"    if (result < 0)\n        return {error};\n" if type in ("int", "ssize_t", "long", "int64_t") else ""
        if kind == "none":
            return text + "    Py_RETURN_NONE;\n", "None"
        if len(found) > 1:
            complain(entry, f"osier.extra gives one answer: {entry.name}() has several")
        if found:
            value, python = self.made(kind, pointed(found[0]), f"v_{found[0].name}", count_of(entry))
            if is_pointer(pointed(found[0])):
                return text + f"    PyObject *answer = {value};\n    free((void *)v_{found[0].name});\n    return answer;\n", python
            return text + f"    return {value};\n", python
        value, python = self.made(kind, type, "result", "0")
        return text + f"    return {value};\n", python

    def made(self, kind, type, value, count):
        """The Python object of a value in C, and its type."""
        simple = {
            "str": (f"extra_text({value})", "str"),
            "list": (f"extra_list({value})", "list[str]"),
            "float": (f"PyFloat_FromDouble({value})", "float"),
            "bool": (f"PyBool_FromLong({value} != 0)", "bool"),
            "content": (f"PyBytes_FromStringAndSize({value}, (Py_ssize_t){count})", "bytes"),
            "bytes": (f"PyBytes_FromStringAndSize({value}, (Py_ssize_t){count})", "bytes"),
            "map": (f"extra_map({value}, {count})", "dict[str, int]"),
        }
        if kind in simple:
            return simple[kind]
        if kind in ("int", "octal", "status") and integer_type(type):
            return number(type, value), "int"
        record, is_list = record_of(self.contract, self.entry)
        if not record:
            complain(self.entry, f"osier.extra has no answer of the kind '{kind}' ({self.entry.name}())")
            return "NULL", "None"
        python = short(record)
        if is_list:
            return f"EXTRA_RECORDS(make_{record.name}, {value}, {count})", f"list[{python}]"
        return f"make_{record.name}(module, {value if is_pointer(type) else '&' + value})", python

    def code(self):
        values = {one.name: one.value for one in self.parameters}
        places = {one.name: i for i, one in enumerate(self.parameters)}
        fill = re.sub(r"v\[\{(\w+)\}\]", lambda m: f"v[{places[m[1]]}]", self.fill)
        fill = re.sub(r"\{(\w+)\}(?!\})", lambda m: values.get(m[1], m[0]), fill)
        given = [i for i, one in enumerate(self.parameters) if one.default is None]
        audit = f"\"osier.{self.name}\", {c_string('O' * len(given)) if given else 'NULL'}" + "".join(f", OBJECT({i})" for i in given)
        result = "" if self.entry.type == "void" else f"    {typed(self.entry.type, 'result', '')};\n"
        return (
            f"\nEXTRA_FUNCTION({self.name}, {c_string(self.signature())},\n               {c_string(self.entry.brief)}) {{\n"
            f"    if (PySys_Audit({audit}) < 0)\n        return NULL;\n"
            + "".join(one.before for one in self.parameters) + fill + result
            + f"    UNLOCKED(errno = 0; {'result = ' if result else ''}{self.call()});\n"
            + "    if (PyErr_Occurred())\n        return NULL;\n" * (self.entry.type == "void")
            + self.answer()[0] + "}\n"
        )  # fmt: skip


def typed(type, name, prefix="v_"):
    return f"{type}{'' if is_pointer(type) else ' '}{prefix}{name}"


def short(record):
    """The type of a record; what a function is called like ends as os's results do."""
    name = record.name.removeprefix("os_")
    return name + "_result" if name in Function.names else name


def number(type, value):
    unsigned = type.startswith(("uint", "unsigned", "size_t")) or type in ("uid_t", "gid_t", "mode_t", "dev_t", "ino_t")
    return f"PyLong_From{'UnsignedLongLong' if unsigned else 'LongLong'}({value})"


def all_bits(record):
    bits = sorted({member.bit for member, _ in members(record) if member.bit})
    return " | ".join(bits) or "0"


# ---- Records


def member_of(contract, record, member, count):
    """The Python object of a member, and its type."""
    parts = parts_of_time(record, member)
    if parts:
        return f"extra_moment(r->{parts[0]}, r->{parts[1]})", "int"
    place = f"r->{member.name}"
    kind = field_type(contract, member, count)
    inner = find_struct(contract, member.type)
    enum = find_enum(contract, member.type)
    if not kind:
        complain(record, f"osier.extra has no member '{member.name}' of struct {record.name}")
    return {
        "FIELD_CHARS": (f"extra_chars({place}, sizeof {place})", "str"),
        "FIELD_TEXT": (f"extra_text({place})", "str | None"),
        "FIELD_LIST": (f"extra_list({place})", "builtins.list[str] | None"),
        "FIELD_BYTES": (f"PyBytes_FromStringAndSize({place}, (Py_ssize_t)r->{count.name if count else ''})", "bytes"),
        "FIELD_FLOAT": (f"PyFloat_FromDouble({place})", "float"),
        "FIELD_BOOL": (f"PyBool_FromLong({place})", "bool"),
        "FIELD_WORD": (f"extra_word_of({place}, words_{enum.name if enum else ''})", "str"),
        "FIELD_UNSIGNED": (f"PyLong_FromUnsignedLongLong({place})", "int"),
        "FIELD_INTEGER": (f"PyLong_FromLongLong({place})", "int"),
        "FIELD_RECORD": (f"make_{inner.name if inner else ''}(module, &{place})", short(inner) if inner else ""),
        "FIELD_RECORDS": (
            f"EXTRA_RECORDS(make_{inner.name if inner else ''}, {place}, r->{count.name if count else ''})",
            f"builtins.list[{short(inner)}]" if inner else "",
        ),
    }.get(kind, ("NULL", "None"))


def record_code(contract, record, index):
    fields = items = ""
    for member, count in members(record):
        value, _ = member_of(contract, record, member, count)
        fields += f"    {{{c_string(member.name)}, {c_string(member.text)}}},\n"
        items += f"        {f'!(r->valid & {member.bit}) ? Py_NewRef(Py_None) : ' if member.bit else ''}{value},\n"
    return (
        f"\nstatic PyStructSequence_Field fields_{record.name}[] = {{\n{fields}    {{0}},\n}};\n"
        f"static PyObject *make_{record.name}(PyObject *module, const struct {record.name} *r) {{\n"
        f"    PyObject *items[] = {{\n{items}    }};\n"
        f"    return extra_record(module, {index}, items, (int)(sizeof items / sizeof *items));\n}}\n"
    )


def record_stub(contract, record):
    names = ", ".join(f'"{member.name}"' for member, _ in members(record))
    text = f"\n@final\nclass {short(record)}(structseq[Any], tuple[Any, ...]):\n    __match_args__: Final = ({names},)\n"
    for member, count in members(record):
        _, type = member_of(contract, record, member, count)
        if member.bit and "None" not in type:
            type += " | None"
        text += f"    @property\n    def {member.name}(self) -> {type}: ...\n"
    return text


def table(records):
    rows = "".join(
        f"    {{{{{c_string('osier.extra.' + short(one))}, {c_string(one.brief)}, fields_{one.name},\n"
        f"      (int)(sizeof fields_{one.name} / sizeof *fields_{one.name}) - 1}}}},\n"
        for one in records
    )
    return f"\nstruct extra_type extra_types[] = {{\n{rows}    {{{{0}}}},\n}};\n"


def words(enum):
    names, prefix = enum_words(enum)
    lines = "".join(f'    {{"{word}", {prefix}{word}}},\n' for word in names)
    return f"\nstatic const struct extra_word words_{enum.name}[] = {{\n{lines}    {{0}},\n}};\n"


def chosen(contract):
    """The functions of osier.extra."""
    for _, entry in entries(contract, "function", verbs=False):
        known = entry.pythons and not entry.pythons[0].startswith("no:")
        if from_shell(entry) and not entry.shell.custom and not known:
            yield entry


def main(source, target, stub):
    contract = load(source)
    functions = [Function(contract, entry) for entry in chosen(contract)]
    Function.names.update(one.name for one in functions)
    records, enums = {}, {}
    for one in functions:
        record, _ = record_of(contract, one.entry)
        records.update((inner.name, inner) for inner in (with_inner(contract, record) if record else ()))
        for variable in one.entry.variables:
            if variable.source == "argument" and (enum := find_enum(contract, variable.type)):
                enums[enum.name] = enum
    for record in records.values():
        for member, count in members(record):
            if field_type(contract, member, count) == "FIELD_WORD":
                enums[find_enum(contract, member.type).name] = find_enum(contract, member.type)
    code = INCLUDES + "".join(map(words, enums.values()))
    code += "".join(record_code(contract, record, i) for i, record in enumerate(records.values())) + table(records.values())
    code += "".join(one.code() for one in functions)
    types = STUB + "".join(record_stub(contract, record) for record in records.values())
    types += "\n" + "".join(one.stub() for one in functions)
    if Complaints.count:
        return 1
    with open(target, "w", encoding="utf-8") as out:
        out.write(code)
    with open(stub, "w", encoding="utf-8") as out:
        out.write(types)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
