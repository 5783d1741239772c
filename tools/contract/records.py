# SPDX-License-Identifier: MIT
"""The tables by which cli/frame/record.c prints the structs that some call gives."""

import re

from ctext import c_string, integer_type, is_pointer, text_list, text_type, unsigned_type
from model import complain, entries, enum_words, find_enum, find_struct, from_shell

UNITS = {"octal": "UNIT_OCTAL", "bytes": "UNIT_BYTES", "time": "UNIT_TIME", "duration": "UNIT_DURATION"}
STATE = ("valid", "refused")  # members that say which of the others were read


def short_name(record):
    """What a @shell line calls a struct: "stat" of os_stat_result."""
    return record.name.removeprefix("os_").removesuffix("_result")


def find_record(contract, name):
    return next((record for _, record in entries(contract, "struct") if short_name(record) == name), None)


def members(record):
    """The members that are printed, each with the one that says how much it points to."""
    names = {variable.name: variable for variable in record.variables}
    counts = {}
    for index, one in enumerate(record.variables):
        before = record.variables[index - 1].name if index else ""
        counts[one.name] = names.get(one.name + "_size") or names.get(one.name + "_count")
        if not counts[one.name] and before == "count" and "struct " in one.type and is_pointer(one.type):
            counts[one.name] = names["count"]
    helpers = {count.name for count in counts.values() if count}
    for index, one in enumerate(record.variables):
        own_size = index == 0 and one.name == "size"
        if not (own_size or one.name in helpers or one.name in STATE or one.type == "void *" and not counts[one.name]):
            yield one, counts[one.name]


def field_type(contract, member, count):
    type = member.type
    if type == "char" and member.array:
        return "FIELD_CHARS"
    if text_list(member):
        return "FIELD_LIST"
    if count and (text_type(type) or type in ("void *", "const void *")):
        return "FIELD_BYTES"
    if text_type(type):
        return "FIELD_TEXT"
    if type in ("double", "bool"):
        return "FIELD_FLOAT" if type == "double" else "FIELD_BOOL"
    if find_enum(contract, type):
        return "FIELD_WORD"
    if integer_type(type) and member.array is None:
        return "FIELD_UNSIGNED" if unsigned_type(type) else "FIELD_INTEGER"
    if find_struct(contract, type) and member.array is None:
        return "FIELD_RECORD" if not is_pointer(type) else "FIELD_RECORDS" if count else None
    return None


def parts_of_time(record, member):
    """Of a time such as st_mtime_ns the members in which it is exact at any distance, st_mtime_sec and st_mtime_nsec."""
    stem = member.name.removesuffix("_ns")
    names = (stem + "_sec", stem + "_nsec")
    return names if stem != member.name and set(names) <= {one.name for one in record.variables} else None


def field(contract, record, member, count):
    parts = parts_of_time(record, member)
    if parts:
        seconds, nanoseconds = parts
        return (
            f"    {{{c_string(member.name)}, FIELD_MOMENT, {UNITS.get(member.unit, 'UNIT_NONE')}, offsetof(struct {record.name}, {seconds}), 0,"
            f" offsetof(struct {record.name}, {nanoseconds}), {member.bit or 0}, NULL, NULL, false}},\n"
        )
    type = field_type(contract, member, count)
    if not type:
        complain(record, f"@shell can't print the member '{member.name}' of struct {record.name}")
        return ""
    where = f"struct {record.name}, {member.name}"
    size = f"sizeof ((struct {record.name} *)0)->{member.name}"
    unit = "UNIT_OCTAL" if member.name.endswith("_mode") else UNITS.get(member.unit, "UNIT_NONE")
    offset = f"offsetof(struct {record.name}, {count.name})" if count else "0"
    enum, inner = find_enum(contract, member.type), find_struct(contract, member.type)
    words = f"words_{enum.name}" if type == "FIELD_WORD" else "NULL"
    nested = f"&record_{inner.name}" if type.startswith("FIELD_RECORD") else "NULL"
    return (
        f"    {{{c_string(member.name)}, {type}, {unit}, offsetof({where}), {size}, {offset},"
        f" {member.bit or 0}, {words}, {nested}, {'true' if member.dear else 'false'}}},\n"
    )


def table(contract, record):
    fields = "".join(field(contract, record, member, count) for member, count in members(record))
    columns = c_string(",".join(record.columns)) if record.columns else "NULL"
    valid = any(variable.name == "valid" for variable in record.variables)
    where = f"{{offsetof(struct {record.name}, valid), sizeof ((struct {record.name} *)0)->valid}}" if valid else "{0, 0}"
    return (
        f"\nstatic const struct field fields_{record.name}[] = {{\n{fields}    {{0}},\n}};\n"
        f"const struct record record_{record.name} = {{sizeof(struct {record.name}), fields_{record.name}, {columns}, {where}}};\n"
    )


def record_of(contract, entry):
    """The struct that a call prints, and whether it prints a list of them; (None, False) where none."""
    kind = entry.shell.results[0] if from_shell(entry) and entry.shell.results else ""
    found = re.fullmatch(r"(list of )?(\w+)", kind)
    return (find_record(contract, found[2]), bool(found[1])) if found else (None, False)


def with_inner(contract, record):
    """A struct after those that stand in it."""
    for member, count in members(record):
        if (field_type(contract, member, count) or "").startswith("FIELD_RECORD"):
            yield from with_inner(contract, find_struct(contract, member.type))
    yield record


def printed(contract):
    """The structs that some call or verb prints, each once."""
    found = {}
    for _, entry in entries(contract, "function"):
        record, _ = record_of(contract, entry)
        for one in with_inner(contract, record) if record else ():
            found[one.name] = one
    return list(found.values())


def words(enums):
    """A list of words for each enum."""
    text = ""
    for enum in enums:
        members, prefix = enum_words(enum)
        lines = "".join(f'    {{"{word}", {prefix}{word}}},\n' for word in members)
        text += f"\nstatic const struct word words_{enum.name}[] = {{\n{lines}    {{0}},\n}};\n"
    return text


def enums_of(contract, records):
    """The enums whose words some member is printed as."""
    return [
        find_enum(contract, member.type)
        for record in records
        for member, count in members(record)
        if field_type(contract, member, count) == "FIELD_WORD"
    ]
