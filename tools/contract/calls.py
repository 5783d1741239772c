#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command's table of functions, and for each the C code that calls it: calls.py
CONTRACT.json CALLS.c CONTRACT.h"""

import sys

import fill
from ctext import c_string, integer_type, is_pointer, text_list, unsigned_type
from model import Complaints, complain, entries, find_call, find_enum, find_struct, from_shell, load, python_name
from plan import takes_dry_run
from records import enums_of, printed, record_of, table as record_table, words

HEADER = """\
/* Made from the headers by tools/contract. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "frame/record.h"

#include <osier.h>

/* The records that calls and verbs print. */
{records}
/* Sets the members of an options structure that the call has options for, called like them:
 * `--one-file-system`, or `--no-symlinks` for a false one. The others stay as they are. */
{fills}
/* What a verb stands for, by its @noun lines: a name, the call, what is always asked of it or NULL. */
{nouns}
/* The verbs, and the calls that no line in a header can describe. */
{custom}
#endif
"""

INCLUDES = """\
/* Made from the headers by tools/contract. */
#include "contract.h"

#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"

#include <errno.h>
#include <fcntl.h>
#include <osier.h>
#include <stddef.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>
"""


# ---- Filling parameters

def declare(type, name, array=""):
    return f"{type}{'' if is_pointer(type) else ' '}{array}v_{name}"


def pointed(variable):
    """The type that an out-parameter points to."""
    return variable.type if variable.array is not None else variable.type.removesuffix("*").rstrip()


def parameter(contract, entry, index):
    variable = entry.variables[index]
    type, name = variable.type, variable.name
    if variable.source == "fixed":
        return f"    {declare(type, name, '*' if variable.array is not None else '')} = {variable.expression};\n"
    if variable.source == "argument":
        star = "*" if text_list(variable) and variable.array is not None else ""
        return f"    {declare(type, name, star)} = {fill.value_of(entry, variable)};\n"
    if variable.source == "bits":
        return f"    {type} v_{name} = {fill.bits(entry)};\n"
    if variable.source == "options":
        return fill.fill(contract, entry, variable)
    if variable.source == "fields":
        record, is_list = record_of(contract, entry)
        return f"    {type} v_fields = ({type})record_bits(call, &record_{record.name}, {str(is_list).lower()});\n"
    if variable.source == "size":
        return f"    size_t v_{name} = call->data_size;\n"
    if variable.source == "buffer":
        return f"    void *v_{name} = arg_buffer(call, (size_t)v_{entry.variables[index + 1].name});\n"
    array = f"[{variable.array}]" if variable.array else ""
    return f"    {declare(pointed(variable), name)}{array} = {{0}};\n"


# ---- Printing results

COUNTED = ("ints", "map", "bytes", "content")
INTS = """\
    emit_begin_list();
    for (size_t i = 0; i < (size_t){count}; i++)
        emit_integer({value}[i]);
    emit_end_list();
"""
MAP = """\
    emit_begin_record();
    for (size_t i = 0; i < (size_t){count}; i++) {{
        emit_key({value}[i].name);
        emit_integer({value}[i].number);
    }}
    emit_end_record();
"""


def print_value(contract, entry, kind, type, value, count):
    """The statement that prints one value; `count` is the C expression of how many it has."""
    if kind in ("str", "list", "dict"):
        return f"    emit_{'text' if kind == 'str' else kind}({value});\n"
    if kind in ("int", "status", "ints") and integer_type(type):
        return f"    emit_{'unsigned' if unsigned_type(type) else 'integer'}({value});\n"
    if kind == "octal":
        return f"    emit_octal({value});\n"
    if kind in ("float", "floats"):
        return f"    emit_float({value});\n"
    if kind == "bool":
        return f"    status = emit_bool({value});\n"
    if kind in ("bytes", "content"):
        return f"    emit_{kind}({value}, (size_t){count});\n"
    if kind in ("ints", "map"):
        return (INTS if kind == "ints" else MAP).format(value=value, count=count)
    record, is_list = record_of(contract, entry)
    if not record or record is not find_struct(contract, type) or (is_list and not is_pointer(type)):
        complain(entry, f"@shell: '{kind}' can't print a '{type}'")
        return ""
    if is_list:
        return f"    status = emit_records(call, &record_{record.name}, {value}, (size_t){count});\n"
    return f"    status = emit_record(call, &record_{record.name}, {'' if is_pointer(type) else '&'}{value});\n"


def release(type, value):
    return f"    free({value});\n" if is_pointer(type) and not type.startswith("const ") else ""


def kind_of(entry, index):
    results = entry.shell.results
    return results[index if index < len(results) else 0]


def counts(entry, variable):
    """Whether an out-parameter tells how many items another result has."""
    kind = kind_of(entry, 0)
    return variable.name in ("ret_count", "ret_size") and (kind in COUNTED or kind.startswith("list of "))


def outs(entry):
    """The parameters that are results."""
    return [one for one in entry.variables if one.source == "buffer" or (one.source == "out" and not counts(entry, one))]


def count_of(entry):
    for index, variable in enumerate(entry.variables):
        if variable.source == "out" and variable.name in ("ret_count", "ret_size"):
            return "v_" + variable.name
        if variable.source == "buffer" and entry.type == "int":
            return "v_" + entry.variables[index + 1].name
    return "result"


def in_list(text):
    return f"    emit_begin_list();\n{text}    emit_end_list();\n"


def print_out(contract, entry, variable, kind):
    type = "void *" if variable.source == "buffer" else pointed(variable)
    name = "v_" + variable.name
    if variable.array is None:
        freed = release(type, name) if variable.source == "out" else ""  # a buffer is the call's
        return print_value(contract, entry, kind, type, name, count_of(entry)) + freed
    items = (print_value(contract, entry, kind, type, f"{name}[{i}]", "0") for i in range(int(variable.array)))
    return in_list("".join(items))


def print_outs(contract, entry):
    results = outs(entry)
    text = "".join(print_out(contract, entry, one, kind_of(entry, i)) for i, one in enumerate(results))
    return in_list(text) if len(results) > 1 else text


def fails(condition):
    return f"    if ({condition})\n        return failed();\n"


def print_result(contract, entry):
    """What the function gives back: whether it failed, and what there is to print of it."""
    kind, type = kind_of(entry, 0), entry.type
    if type == "void":
        return print_outs(contract, entry)
    if is_pointer(type):
        value = print_value(contract, entry, kind, type, "result", count_of(entry))
        return f"    if (!result)\n        return missing();\n{value}{release(type, 'result')}"
    if kind == "ok":
        return "    status = emit_bool(result == 0);\n"
    if kind == "none" or outs(entry):
        failure = fails("!result" if type == "bool" else "result < 0")
        return (failure if type == "bool" or not unsigned_type(type) else "") + print_outs(contract, entry)
    failure = ""
    if kind == "bool" and type != "bool":
        failure = fails("result < 0")
    elif integer_type(type) and not unsigned_type(type):
        failure = fails("result == -1 && errno")
    return failure + print_value(contract, entry, kind, type, "result", "result")


def call(entry):
    """The call itself: `TYPE result = NAME(v_path, &v_ret_size);`."""

    def passed(variable):
        address = (variable.source == "out" and variable.array is None) or variable.source == "options"
        return f"{'&' if address else ''}v_{variable.name}"

    result = "" if entry.type == "void" else f"{entry.type}{'' if is_pointer(entry.type) else ' '}result = "
    return f"    errno = 0;\n    {result}{entry.name}({', '.join(map(passed, entry.variables))});\n"


def planned(contract, entry):
    """The function that plans what the entry does, or None: os_plan_chown() of os.chown."""
    name = "os_plan_" + entry.shell.name.removeprefix("os.")
    if kind_of(entry, 0) != "none" and not entry.shell.custom:
        return None
    return next((other for _, other in entries(contract, "function") if other.name == name), None)


def call_planned(contract, entry):
    """Where the call is a step of a plan: `return planned(call, os_plan_chown(call->plan, v_path, …))`."""
    function = planned(contract, entry)
    if not function or entry.type != "int":
        return ""
    taken = [variable.name for variable in function.variables[1:]]
    others = [one for one in entry.variables if one.source == "argument" and one.name not in taken]
    refusals = "".join(f"        if (call->values[{one.argument}])\n            return unplanned(call, {one.argument});\n" for one in others)
    options = {one.name for one in entry.variables if one.source == "options"}
    words = ", ".join(f"{'&' if name in options else ''}v_{name}" for name in taken)
    return f"    if (call->plan) {{\n{refusals}        return planned(call, {function.name}(call->plan, {words}));\n    }}\n"


def counts_hidden(contract, entry):
    """Whether the call can tell how many there are that may not be looked at, which are missing in its list."""
    options = [find_struct(contract, one.type) for one in entry.variables if one.source == "options"]
    return any(member.name == "ret_hidden" for one in options if one for member in one.variables)


def stub(contract, entry):
    text = f"\nstatic int call_{entry.name}(struct call *call) {{\n    (void)call;\n    int status = 0;\n"
    last = sorted(range(len(entry.variables)), key=lambda i: entry.variables[i].source == "buffer")
    text += "".join(parameter(contract, entry, index) for index in last)
    hidden = counts_hidden(contract, entry)
    if hidden:
        text += "    size_t hidden = 0;\n    v_options.ret_hidden = &hidden;\n"
    if entry.shell.arguments:
        text += "    if (call->misused)\n        return EX_USAGE;\n"
    if takes_dry_run(entry):
        text += "    if (is_set(call, \"dry-run\"))\n        return tell_call(call);\n"
    if entry.kind == "macro":
        type = "const char *" if kind_of(entry, 0) == "str" else "int"
        text += print_value(contract, entry, kind_of(entry, 0), type, entry.name, "0")
    else:
        text += call_planned(contract, entry) + call(entry) + print_result(contract, entry)
    if hidden:
        text += "    tell_hidden(hidden);\n"
    return text + "    return status;\n}\n"


# ---- The table

def names(contract, entry):
    """The names a function answers to besides its own: every Python name of it, and those of C."""
    pythons = [python_name(one) for one in entry.pythons if not one.startswith(("none", "no:"))]
    forms = [other.name for _, other in entries(contract, "function") if other.shell.kind == "see" and other.shell.name == entry.name]
    names = [*pythons, *entry.aliases, *([entry.name] if entry.name.startswith("os_") else []), *forms]
    return f"(const char *const[]){{{''.join(c_string(one) + ', ' for one in names)}NULL}}"


def arguments(entry):
    text = ""
    for one in entry.shell.arguments:
        flags = ", ".join(str(flag).lower() for flag in (one.optional, one.many))
        text += f"\n        {{{one.kind}, {c_string(one.name)}, {c_string(one.metavar)}, {c_string(one.letters)}, {flags}, {c_string(one.text)}}},"
    return f"(const struct argument[]){{{text}{{0}}}}"


def errors(entry):
    text = "".join(f"{{{c_string(one.name)}, {c_string(one.text)}}}, " for one in entry.errors)
    return f"(const struct error_note[]){{{text}{{0}}}}"


def caller_of(header, entry):
    if not from_shell(entry):
        return "NULL"
    if header.verbs:
        return entry.name
    return f"{'custom' if entry.shell.custom else 'call'}_{entry.name}"


def row(contract, header, entry):
    signature = entry.pythons[0] if entry.pythons else None
    python = python_name(signature) if signature and not signature.startswith("none") else entry.name
    name = entry.shell.name if from_shell(entry) else python
    columns = (name, header.topic, entry.brief, entry.description, entry.declaration, entry.returns, signature, entry.since)
    text = "".join(c_string(column) + ", " for column in columns)
    refusal = entry.shell.name if entry.shell.kind == "no" else None
    return (
        f"    {{{text}{c_string(entry.name)},\n     {names(contract, entry)},\n     {arguments(entry)},\n     {errors(entry)},\n"
        f"     {caller_of(header, entry)}, {str(entry.shell.command).lower()}, "
        f"{str(from_shell(entry) and not header.verbs and planned(contract, entry) is not None).lower()}, {c_string(refusal)}}},\n"
    )


def table(contract):
    rows = "".join(row(contract, header, entry) for header, entry in entries(contract) if entry.shell.kind in ("call", "no"))
    topics = "".join(
        f"    {{{c_string(one.topic)}, {c_string(one.brief)}, {str(one.verbs).lower()}}},\n" for one in contract.headers
    )
    return (
        f"\nconst struct function functions[] = {{\n{rows}    {{0}},\n}};\n"
        f"\nconst struct topic topics[] = {{\n{topics}    {{0}},\n}};\n"
    )


def taken_enums(contract):
    """The enums that some call takes."""
    parameters = (one for _, entry in entries(contract, "function") for one in entry.variables)
    return [find_enum(contract, one.type) for one in parameters if one.source == "argument"]


def noun_lines(contract, entry):
    """The initializers of a table that a verb makes of its nouns."""
    text = ""
    for noun in entry.nouns:
        name, function, *word = noun.split()
        if not find_call(contract, function):
            complain(entry, f"@noun {noun}: no call is called {function}")
        text += f" \\\n    {{{c_string(name)}, {c_string(function)}, {c_string(word[0]) if word else 'NULL'}}},"
    return f"#define NOUNS_{entry.shell.name.upper()}{text}\n" if text else ""


def declarations(contract, records, options):
    fills = "".join(
        f"void fill_{fill.short_name(one)}(struct call *call, struct {one.name} *options);\n" for one in options
    )
    custom = (caller_of(header, one) for header, one in entries(contract) if from_shell(one) and one.shell.custom)
    return HEADER.format(
        records="".join(f"extern const struct record record_{one.name};\n" for one in records),
        fills=fills,
        nouns="".join(noun_lines(contract, entry) for _, entry in entries(contract) if from_shell(entry)),
        custom="".join(f"int {name}(struct call *call);\n" for name in custom),
    )


def main(source, target, header):
    contract = load(source)
    records = printed(contract)
    enums = {enum.name: enum for enum in enums_of(contract, records) + taken_enums(contract) if enum}
    text = INCLUDES + words(enums.values()) + "".join(record_table(contract, one) for one in records)
    options = fill.options_of(contract)
    text += "".join(fill.fill_function(contract, one) for one in options)
    for _, entry in entries(contract, verbs=False):
        if from_shell(entry) and not entry.shell.custom:
            text += stub(contract, entry)
    text += table(contract)
    declared = declarations(contract, records, options)
    if Complaints.count:
        return 1
    with open(target, "w", encoding="utf-8") as out:
        out.write(text)
    with open(header, "w", encoding="utf-8") as out:
        out.write(declared)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
