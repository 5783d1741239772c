# SPDX-License-Identifier: MIT
"""How a call from the shell fills a function's parameters.

A parameter's source is "fixed" (an expression), "argument" (a word of the line), "bits" (the switches
that set flags), "options" (a structure, filled member by member), "size" (of the data before it),
"buffer" (a block that the function fills), "fields" (the bits of a record's members that are asked
for) or "out" (a result).
"""

from model import Argument, complain, find_struct, option_members
from records import members, record_of


def find_argument(shell, name):
    """The word for a parameter: --dir-fd for `dir_fd`, --no-follow-symlinks for `follow_symlinks`."""
    for index, argument in enumerate(shell.arguments):
        if argument.variable == name or (argument.kind == "SWITCH" and argument.variable == "no_" + name):
            return index
    return None


def is_options(type):
    return type.startswith("const struct ") and type.endswith("_options *")


def other_source(entry, index):
    """Where a parameter comes from that no word is named after."""
    variable = entry.variables[index]
    before = entry.variables[index - 1] if index else None
    if variable.name == "flags":
        return "bits"
    if is_options(variable.type):
        return "options"
    if variable.name == "fields":
        return "fields"
    if variable.type == "size_t" and before and before.source == "argument":
        if before.type == "const void *" or entry.shell.arguments[before.argument].many:
            return "size"
    if variable.type == "void *" and entry.shell.results[:1] == ["bytes"]:
        return "buffer"
    return "out" if variable.name.startswith("ret_") else ""


def plan_variable(entry, index):
    shell, variable = entry.shell, entry.variables[index]
    fixed = [word.text for word in shell.fixed if word.name == variable.name]
    variable.argument = None if fixed else find_argument(shell, variable.name)
    if fixed:
        variable.source, variable.expression = "fixed", fixed[0]
    elif variable.argument is not None:
        variable.source = "argument"
    else:
        variable.source = other_source(entry, index)
    if not variable.source:
        complain(entry, f"@shell gives {entry.name}() nothing for its parameter '{variable.name}'")


def plan_options(contract, entry, variable):
    """Says of words that fill a member what the member says; which words these are."""
    record = find_struct(contract, variable.type)
    if not record:
        complain(entry, f"'{variable.type}' is declared in no header")
        return
    for member in option_members(contract, record):
        name = member.name.split(".")[-1]
        found = find_argument(entry.shell, name)
        if found is not None and name != "flags":
            argument = entry.shell.arguments[found]
            argument.text = argument.text or member.text
            yield found


def takes_bits(contract, entry):
    records = [find_struct(contract, one.type) for one in entry.variables if one.source == "options"]
    names = [member.name for record in records if record for member in record.variables]
    return "flags" in names or any(variable.source == "bits" for variable in entry.variables)


def plan_bit(contract, entry, argument):
    """A switch that no parameter is named after sets a bit: `--exist-ok` OS_EXIST_OK."""
    argument.bit = argument.bit or "OS_" + argument.name.replace("-", "_").upper()
    text = contract.bits.get(argument.bit)
    if not text or not takes_bits(contract, entry):
        complain(
            entry,
            f"@shell: '--{argument.name}' names no parameter of {entry.name}(), and no bit ({argument.bit}) of its flags",
        )
    argument.text = argument.text or text


def add_record_options(contract, entry):
    """The options of a call that prints a record, or a list of them."""
    record, is_list = record_of(contract, entry)
    if not record:
        return
    names = ", ".join(member.name for member, _ in members(record))
    options = [("fields", "NAMES", f"print these alone, in this order, with commas between: {names}")]
    if is_list:
        options += [
            ("filter", "EXPRESSION", "print those alone that pass: 'rss > 100M and (name ~ ^py or nice != 0)'"),
            ("sort", "NAMES", "sort by these fields; with - before it the largest first"),
            ("top", "N", "print so many at most"),
            ("no-header", None, "print no line with the names of the columns"),
        ]
    taken = [argument.name for argument in entry.shell.arguments]
    for name, metavar, text in options:
        if name not in taken:
            kind = "VALUE_OPTION" if metavar else "SWITCH"
            argument = Argument(kind, name, name.replace("-", "_"), metavar or "", text=text, optional=True)
            entry.shell.arguments.append(argument)


def takes_dry_run(entry):
    """Whether a call changes something: what prints nothing does."""
    return "none" in entry.shell.results and entry.kind == "function"


def add_dry_run(entry):
    if takes_dry_run(entry):
        text = "print the call, and don't make it"
        entry.shell.arguments.append(Argument("SWITCH", "dry-run", "dry_run", text=text, optional=True))


def plan(contract, entry):
    if entry.variadic:
        complain(entry, f"@shell: {entry.name}() takes '...'; say 'see' the form that takes a list")
        return
    for index in range(len(entry.variables)):
        plan_variable(entry, index)
    if any(variable.source == "fields" for variable in entry.variables) and not record_of(contract, entry)[0]:
        complain(entry, f"@shell gives {entry.name}() nothing for its parameter 'fields'")
    used = {variable.argument for variable in entry.variables}
    for variable in entry.variables:
        if variable.source == "options":
            used.update(plan_options(contract, entry, variable))
    for index, argument in enumerate(entry.shell.arguments):
        if index in used:
            continue
        if argument.kind == "SWITCH":
            plan_bit(contract, entry, argument)
        else:
            complain(entry, f"@shell: '{argument.name}' names no parameter of {entry.name}()")


def plan_texts(contract, entry):
    """Says of the options of a custom call what the members of that name say."""
    for variable in entry.variables:
        if is_options(variable.type):
            list(plan_options(contract, entry, variable))
