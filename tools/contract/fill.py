# SPDX-License-Identifier: MIT
"""The C code that makes of what was typed a parameter's value, or a structure of options."""

from ctext import c_string, integer_type, is_pointer, text_list, text_type
from model import complain, entries, find_struct, option_members
from plan import find_argument

WAYS = {"mode_t": "ARG_OCTAL", "uid_t": "ARG_USER", "gid_t": "ARG_GROUP"}


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


# What an option that was given makes of a member; `{i}` is its index in the call.
GIVEN = """\
    if (arg_given(call, "{option}", &i))
        options->{path} = {value};
"""
FLAG = """\
    arg_flag(call, "{option}", &options->{path});
"""
FILL = """
void fill_{name}(struct call *call, struct os_{name} *options) {{
{index}{members}}}
"""


def short_name(record):
    return record.name.removeprefix("os_")


def takes(member):
    """The value that an option of a member's name gives it; None where no text becomes one."""
    if text_list(member):
        cast = "" if member.type.startswith("const char") else "(char *const *)"  # as an environment has it
        return cast + "arg_values(call, call->function->arguments[i].name)"
    return given(member, "i")


def fill_function(contract, record):
    """Fills the members of an options structure from the options of their names that a call has."""
    text = ""
    for member in option_members(contract, record):
        path, name = member.name, member.name.split(".")[-1].replace("_", "-")
        value = takes(member)
        if value and not member.type.startswith("enum ") and name != "flags":
            form = FLAG if member.type == "bool" else GIVEN
            text += form.format(option=name, path=path, value=value)
    return FILL.format(name=short_name(record), index="    size_t i;\n" if "&i" in text else "", members=text)


def options_of(contract):
    """The options structures that have anything a shell can give."""
    records = (one for _, one in entries(contract, "struct") if one.name.endswith("_options"))
    return [one for one in records if "call, " in fill_function(contract, one)]


def fill(contract, entry, variable):
    """The options structure of a call: what the words of its line say, and what they don't."""
    record = find_struct(contract, variable.type)
    text = f"    struct {record.name} v_{variable.name} = {{.size = sizeof v_{variable.name}}};\n"
    text += f"    fill_{short_name(record)}(call, &v_{variable.name});\n"
    for member in option_members(contract, record):
        path, member.name = f"v_{variable.name}.{member.name}", member.name.split(".")[-1]
        member.argument = find_argument(entry.shell, member.name)
        text += "".join(f"    {path} = {one.text};\n" for one in entry.shell.fixed if one.name == member.name)
        argument = entry.shell.arguments[member.argument] if member.argument is not None else None
        if argument and (argument.kind == "POSITIONAL" or argument.fallback not in (None, "0", "NULL") or not takes(member)):
            text += f"    {path} = {value_of(entry, member)};\n"
        elif not argument and member.name == "flags":
            text += f"    {path} = {bits(entry)};\n"
    return text
