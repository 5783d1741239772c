#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The modules osier.extra and osier.system, and their types: python.py CONTRACT.json extra EXTRA.c EXTRA.pyi, and
python.py CONTRACT.json system SYSTEM.c SYSTEM.pyi SYSTEM.py

In osier.extra is each function that the command calls and that no module of Python has: one without a @python line, or with
one that says "no: …". In osier.system are those of the headers about the machine, what psutil has and what the command doesn't
call included (handles.py). What the @shell line of a function calls its arguments are its parameters, in Python's order: those
that may be left out come last, and options by name only.
"""

import re
import sys
from dataclasses import dataclass

import handles
from calls import count_of, kind_of, outs, pointed
from ctext import c_string, integer_type, is_pointer, text_list, text_type
from model import Complaints, complain, entries, enum_words, find_enum, find_struct, from_shell, load, option_members
from plan import find_argument
from records import field_type, find_record, members, parts_of_time, record_of, with_inner

INCLUDES = """\
/* Made from the headers by tools/contract. */
#include "extra.h"

#include <string.h>
"""
STUB = """\
# Made from the headers by tools/contract.
import builtins
from collections.abc import Iterable
from typing import Any, Final, Literal, {self}final

from _typeshed import FileDescriptorLike, ReadableBuffer, StrOrBytesPath, structseq
"""

INIT = """
PyMODINIT_FUNC PyInit_{file}(void);

PyMODINIT_FUNC PyInit_{file}(void) {{
    return extra_module("osier.{file}", "osier.{module}.NAME is os_NAME in C, osier os.NAME in a shell.");
}}
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


FIELDS = """\
    uint64_t bits_{name};
    if (extra_fields(OBJECT(@), fields_of_{record}, {all}, &bits_{name}) < 0)
        return NULL;
"""
HANDLE = """\
    {type}handle_{name} = extra_handle(OBJECT(@), "{tag}");
    if (!handle_{name})
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
    module = "extra"

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
            self.fields(variable)
        elif source == "out" and variable.array is None:
            self.fill += f"    {typed(pointed(variable), name)} = {{0}};\n"
        else:
            complain(self.entry, f"osier.{Function.module} has no way to pass '{name}' of {self.entry.name}()")

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
                complain(self.entry, f"osier.{Function.module} has no default for '{name}' of {self.entry.name}(): {default}")
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
        if tag := handles.tag_of(type):
            one = self.add(name, "path", type, argument, keyword)
            one.kind, one.type, one.value = "object", handles.class_of(tag), f"handle_{name}"
            one.before = HANDLE.format(type=type, name=name, tag=tag)
            self.fill += f"    {assign} = {{{name}}};\n"
        elif type.startswith("enum "):
            self.word(variable, assign, argument)
        elif text_list(variable):
            one = self.add(name, "path|none", type, argument, keyword)
            one.kind, one.type = "object", f"Iterable[StrOrBytesPath]{' | None' if keyword else ''}"
            assign = target if keyword else f"char *const *v_{variable.name}"
            one.before = TEXTS.format(name=name)
            one.value = f"(void *)texts_{name}.list"
            self.fill += f"    {assign} = {{{name}}};\n"
        elif kind != "int" or integer_type(type):
            one = self.add(name, kind, type, argument, keyword)
            if text and argument.fallback not in (None, "NULL"):
                one.value = f"TEXT(@) ? TEXT(@) : {c_string(argument.fallback)}"
            self.fill += f"    {assign} = {{{name}}};\n"
        else:
            complain(self.entry, f"osier.{Function.module} reads no '{type}' ({name} of {self.entry.name}())")

    def word(self, variable, assign, argument):
        enum = find_enum(self.contract, variable.type)
        one = self.add(variable.name, "path", variable.type, argument, False)
        one.kind = "text"
        one.type = f"Literal[{', '.join(repr(word).replace(chr(39), chr(34)) for word in enum_words(enum)[0])}]"
        one.before = WORD.format(name=variable.name, enum=enum.name)
        one.value = f"({variable.type})word_{variable.name}"
        if argument.optional:
            complain(self.entry, f"osier.{Function.module} has no default for '{variable.name}' of {self.entry.name}()")
        self.fill += f"    {assign} = {{{variable.name}}};\n"

    def fields(self, variable):
        """Names of members, which bits are read of."""
        record = handles.fields_of(self.contract, self.entry) or record_of(self.contract, self.entry)[0]
        one = Parameter("fields", "object", "bits_fields", "Iterable[builtins.str] | None", "None")
        one.before = FIELDS.format(name="fields", record=record.name, all=all_bits(record))
        self.parameters.append(one)
        self.fill += f"    {variable.type} v_{variable.name} = ({variable.type})bits_fields;\n"

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
        kinds, found = entry.shell.results, outs(entry)
        if kinds == ["ok"]:
            return "    return PyBool_FromLong(result == 0);\n", "bool"
        text = f"    if (!result)\n        return {error};\n" if is_pointer(type) else ""
        if type in ("int", "ssize_t", "long", "int64_t"):
            text = f"    if (result < 0)\n        return {error};\n"
        if kinds == ["none"]:
            return text + "    Py_RETURN_NONE;\n", "None"
        values = [] if len(found) == len(kinds) else [("result", type)]
        values += [("v_" + one.name, pointed(one)) for one in found]
        if len(values) != len(kinds):
            complain(entry, f"osier.{Function.module} has {len(values)} answers of {entry.name}(), which says {len(kinds)}")
        made = [self.made(kind, of, value, count_of(entry) if i == 0 else "0") for i, (kind, (value, of)) in enumerate(zip(kinds, values))]
        free = "".join(f"    free((void *){value});\n" for (value, of), kind in zip(values, kinds) if is_pointer(of) and kind != "handle")
        if len(made) > 1:
            items = ", ".join(value for value, _ in made)
            value, python = f"extra_tuple({len(made)}, {items})", f"tuple[{', '.join(type for _, type in made)}]"
        else:
            value, python = made[0] if made else ("NULL", "None")
        if not free:
            return text + f"    return {value};\n", python
        return text + f"    PyObject *answer = {value};\n{free}    return answer;\n", python

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
            "dict": (f"extra_dict({value})", "dict[str, str]"),
            "ints": (f"extra_ints({value}, {count})", "list[int]"),
        }
        if kind == "handle":
            tag = handles.tag_of(type)
            return f'extra_capsule(result, "{tag}", end_{tag})', handles.class_of(tag)
        if kind in simple:
            return simple[kind]
        if kind in ("int", "octal", "status") and integer_type(type):
            return number(type, value), "int"
        record, is_list = find_record(self.contract, kind.removeprefix("list of ")), kind.startswith("list of ")
        if not record:
            complain(self.entry, f"osier.{Function.module} has no answer of the kind '{kind}' ({self.entry.name}())")
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
    """What is read where nobody says: all but what is dear."""
    bits = sorted({member.bit for member, _ in members(record) if member.bit and not member.dear})
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
        complain(record, f"osier.{Function.module} has no member '{member.name}' of struct {record.name}")
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


def fields_code(record):
    """The bits of the members by their names."""
    rows = "".join(f"    {{{c_string(member.name)}, {member.bit or 0}}},\n" for member, _ in members(record))
    return f"\nstatic const struct extra_field fields_of_{record.name}[] = {{\n{rows}    {{0}},\n}};\n"


def table(records):
    rows = "".join(
        f"    {{{{{c_string(f'osier.{Function.module}.' + short(one))}, {c_string(one.brief)}, fields_{one.name},\n"
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


def answered(contract, entry):
    """The records that a function gives, with those in them."""
    for kind in entry.shell.results:
        record = find_record(contract, kind.removeprefix("list of "))
        yield from with_inner(contract, record) if record else ()


def main(source, module, target, stub, python=None):
    contract = load(source)
    Function.module = module
    functions = [Function(contract, entry) for entry in (handles.chosen(contract) if module == "system" else chosen(contract))]
    Function.names.update(one.name for one in functions)
    records, enums, choices = {}, {}, {}
    for one in functions:
        records.update((record.name, record) for record in answered(contract, one.entry))
        for variable in one.entry.variables:
            if variable.source == "argument" and (enum := find_enum(contract, variable.type)):
                enums[enum.name] = enum
            if variable.source == "fields":
                record = handles.fields_of(contract, one.entry) or record_of(contract, one.entry)[0]
                choices[record.name] = record
    for record in records.values():
        for member, count in members(record):
            if field_type(contract, member, count) == "FIELD_WORD":
                enums[find_enum(contract, member.type).name] = find_enum(contract, member.type)
    code = INCLUDES + "".join(map(words, enums.values())) + "".join(map(fields_code, choices.values()))
    code += "".join(record_code(contract, record, i) for i, record in enumerate(records.values())) + table(records.values())
    code += (handles.ENDS if python else "") + "".join(one.code() for one in functions)
    code += INIT.format(file="_system" if python else module, module=module)
    types = STUB.format(self="Self, " if python else "") + "".join(record_stub(contract, record) for record in records.values())
    types += handles.stubs(functions) if python else ""
    types += "\n" + "".join(one.stub() for one in functions if not (python and handles.is_method(one)))
    if Complaints.count:
        return 1
    for path, text in ((target, code), (stub, types), (python, handles.source(functions, map(short, records.values())) if python else "")):
        if path:
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
