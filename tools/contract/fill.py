# SPDX-License-Identifier: MIT
"""The C expressions that make a parameter's value, or an option's, of what was typed."""

from ctext import c_string, integer_type, is_pointer, text_list, text_type
from model import complain, option_members
from plan import find_argument

WAYS = {"mode_t": "ARG_OCTAL", "uid_t": "ARG_UNCHANGED", "gid_t": "ARG_UNCHANGED"}


def fallback(variable, argument):
    """What stands for an argument that was left out."""
    if not argument.fallback:
        return "NULL" if is_pointer(variable.type) or variable.array is not None else "0"
    if not text_type(variable.type) or argument.fallback == "NULL":
        return argument.fallback
    return c_string(argument.fallback)


def given(variable, i):
    """The value of the i-th word, which was typed; None where no text becomes one of this type."""
    type = variable.type
    if text_type(type):
        return f"call->values[{i}]"
    if type == "const void *":
        return f"arg_data(call, {i})"
    if type == "bool":
        return f"arg_bool(call, {i})"
    if type.startswith("enum "):
        return f"({type})arg_word(call, {i}, words_{type.split()[1]})"
    if type == "double":
        return f"arg_float(call, {i})"
    if integer_type(type):
        return f"ARG_INTEGER(call, {i}, {type}, {WAYS.get(type, 0)})"
    return None


def value_of(entry, variable):
    i = variable.argument
    argument = entry.shell.arguments[i]
    if argument.kind == "SWITCH":
        return f"{'!!' if argument.variable == variable.name else '!'}call->values[{i}]"
    if argument.many and text_list(variable):
        rest = f"({variable.type}{'*' if variable.array is not None else ''})call->rest"
        return f'arg_values(call, "{argument.name}")' if argument.kind == "VALUE_OPTION" else rest
    if argument.many:
        return "arg_integers(call)" if variable.type == "const int *" else "NULL"
    value = given(variable, i)
    if not value:
        complain(entry, f"@shell: no text from a shell becomes a '{variable.type}' ({variable.name})")
        return "0"
    return f"call->values[{i}] ? {value} : {fallback(variable, argument)}" if argument.optional else value


def bits(entry):
    return "0" + "".join(
        f" | (call->values[{i}] ? {argument.bit} : 0)" for i, argument in enumerate(entry.shell.arguments) if argument.bit
    )


def members(contract, entry, record):
    """The members of an options structure that a call gives, as an initializer has them."""
    text = ""
    for member in option_members(contract, record):
        path, member.name = member.name, member.name.split(".")[-1]
        member.argument = find_argument(entry.shell, member.name)
        text += "".join(f", .{path} = {one.text}" for one in entry.shell.fixed if one.name == member.name)
        if member.argument is not None:
            text += f", .{path} = {value_of(entry, member)}"
        elif member.name == "flags":
            text += f", .flags = {bits(entry)}"
    return text
