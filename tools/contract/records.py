# SPDX-License-Identifier: MIT
"""A printer for each struct that some call prints, member by member."""

from ctext import integer_type, is_pointer, text_list, text_type, unsigned_type
from model import complain, entries, find_struct, from_shell


def emitter(member):
    """The function that prints a member; None where there is none."""
    type = member.type
    if text_type(type) or (type == "char" and member.array):
        return "text"
    if text_list(member):
        return "list"
    if type in ("double", "bool"):
        return "float" if type == "double" else "bool"
    if not integer_type(type):
        return None
    return "octal" if member.name.endswith("_mode") else "unsigned" if unsigned_type(type) else "integer"


def print_member(contract, record, member):
    inner = find_struct(contract, member.type)
    text = f'    emit_key("{member.name}");\n'
    if emitter(member):
        return text + f"    emit_{emitter(member)}(record->{member.name});\n"
    if inner and not is_pointer(member.type):
        return text + f"    emit_{inner.name}(&record->{member.name});\n"
    complain(record, f"@shell can't print the member '{member.name}' of struct {record.name}")
    return ""


def printed(contract):
    """The structs that some call prints."""
    for _, entry in entries(contract, "function"):
        if from_shell(entry) and not entry.shell.custom and entry.shell.results[:1] != ["map"]:
            outs = [variable.type for variable in entry.variables if variable.source == "out"]
            yield from (record.name for type in [entry.type, *outs] if (record := find_struct(contract, type)))


def write(contract):
    wanted = set(printed(contract))
    text = ""
    for _, record in entries(contract, "struct"):
        if record.name in wanted:
            members = record.variables[record.variables[0].name == "size" :]
            lines = "".join(print_member(contract, record, member) for member in members)
            text += (
                f"\nstatic void emit_{record.name}(const struct {record.name} *record) {{\n    emit_begin_record();\n"
                f"{lines}    emit_end_record();\n}}\n"
            )
    return text
